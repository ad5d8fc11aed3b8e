//! The fields of the BMDW field set of 2017 and what each may hold, and the places of those fields in a unit.
//!
//! The bounds of the cell counts are those of the same fields in EMDIS, where BMDW states none.

use std::{collections::HashMap, sync::LazyLock};

use serde::{Deserialize, Serialize};

use self::{
    Element::{Donor, Hla, Idm, Inventory, Item, Kir, Mother, Unit},
    Kind::{Boolean, Code, Count, Date, Group, Organization, Text, Time, Version},
};

/// The element a field belongs to. Names repeat between elements: a unit and its mother both have an `ID`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Element {
    Inventory,
    /// Of donors and units alike.
    Item,
    Hla,
    Kir,
    Idm,
    /// Of donors only.
    Donor,
    Unit,
    Mother,
}

/// What is counted, which decides the bounds of a count and the power people give it in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    Tnc,
    Nrbc,
    Mnc,
    Cd34,
    Cfu,
}

impl Quantity {
    /// `999.9E7` and the like: the greatest count the exchange can write.
    pub fn most(self) -> u64 {
        match self {
            Self::Tnc | Self::Nrbc | Self::Mnc => 9_999_000_000,
            Self::Cd34 => 999_900_000,
            Self::Cfu => 99_990_000,
        }
    }

    /// What a count is seldom below: 3 × 10⁸ is the least TNC that banks list. Below 1000 a number can be read as one in
    /// the power its field is usually given in, as the exchange writes up to `999.9E6`.
    pub fn least_usual(self) -> u64 {
        match self {
            Self::Tnc => 300_000_000,
            Self::Nrbc | Self::Mnc | Self::Cd34 | Self::Cfu => 1_000,
        }
    }

    /// The power of ten the count is usually given in: TNC in 10⁸, CD34+ in 10⁶.
    pub fn power(self) -> i32 {
        match self {
            Self::Tnc => 8,
            Self::Nrbc => 7,
            Self::Mnc | Self::Cd34 => 6,
            Self::Cfu => 5,
        }
    }
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// At most so many characters.
    Text(usize),
    /// Text of a length nobody states.
    Version,
    /// One of these, exactly.
    Code(&'static [&'static str]),
    /// The number of an issuing organization, 1000–9999.
    Organization,
    Integer {
        least: u32,
        most: u32,
    },
    /// A number with at most one decimal, its bounds in tenths.
    Tenths {
        most: u32,
    },
    /// An absolute count.
    Count(Quantity),
    /// `2016-08-23`
    Date,
    /// `2016-08-23T13:16:48Z`
    Time,
    Boolean,
    /// Further fields.
    Group,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    Required,
    Optional,
    /// Required where the group has no other of its kind.
    Either,
    /// Nothing is said.
    Unsaid,
}

#[derive(Debug, Clone, Copy)]
pub struct Field {
    pub element: Element,
    pub name: &'static str,
    pub kind: Kind,
    pub need: Need,
}

/// A whole number of the type *short*.
const SHORT: u32 = 32_767;
const POS_NEG: Kind = Kind::Code(&["POS", "NEG"]);
const P_N: Kind = Kind::Code(&["P", "N"]);
const P_N_D: Kind = Kind::Code(&["P", "N", "D"]);
/// The antibody tests that may tell the classes of immunoglobulin apart.
const ANTIBODY: Kind = Kind::Code(&["P", "G", "M", "B", "H", "O", "N"]);
const ALIQUOTS: Kind = Kind::Integer { least: 0, most: 99 };
const MILLILITRES: Kind = Kind::Integer { least: 1, most: 9999 };
const TENTHS_OF_ML: Kind = Kind::Tenths { most: 999 };
const NUMBER_OF: Kind = Kind::Integer { least: 0, most: SHORT };
const BODY: Kind = Kind::Integer { least: 1, most: 999 };
const ETHNICITIES: Kind = Kind::Code(&[
    "AFNA", "AFSS", "ASSW", "ASSO", "ASCE", "ASSE", "ASNE", "ASOC", "CAEU", "CAER", "CANA", "CAAU",
    "HICA", "HISA", "AF", "AS", "CA", "HI", "MX", "OT", "UK",
]);

const fn required(element: Element, name: &'static str, kind: Kind) -> Field {
    Field { element, name, kind, need: Need::Required }
}

const fn optional(element: Element, name: &'static str, kind: Kind) -> Field {
    Field { element, name, kind, need: Need::Optional }
}

const fn with(need: Need, element: Element, name: &'static str, kind: Kind) -> Field {
    Field { element, name, kind, need }
}

/// All fields, in the order of the exchange.
pub const FIELDS: [Field; 117] = [
    required(Inventory, "CREATION_TIME", Time),
    required(Inventory, "LISTING_ORGANIZATION", Organization),
    required(Inventory, "POOL", Organization),
    optional(Inventory, "SNAPSHOT_TIME", Time),
    required(Inventory, "CONTENT_TYPE", Code(&["D", "C"])),
    required(Inventory, "UPDATE_MODE", Code(&["FULL", "DIFF"])),
    required(Inventory, "SCHEMA_VERSION", Version),
    required(Item, "ID", Text(17)),
    optional(Item, "GRID", Text(19)),
    optional(Item, "ATTR", Text(3)),
    required(Item, "BIRTH_DATE", Date),
    optional(Item, "SEX", Code(&["F", "M"])),
    optional(Item, "ABO", Code(&["A", "B", "O", "AB"])),
    optional(Item, "RHESUS", P_N),
    optional(Item, "ETHN", ETHNICITIES),
    optional(Item, "CCR5", Code(&["DD", "WW", "DW"])),
    required(Item, "HLA", Group),
    optional(Item, "KIR", Group),
    optional(Item, "IDM", Group),
    optional(Item, "RSV_PAT", Text(17)),
    required(Item, "STATUS", Code(&["AV", "TU", "RS"])),
    optional(Item, "STAT_END_DATE", Date),
    with(Need::Either, Hla, "SER", Text(5)),
    with(Need::Either, Hla, "DNA", Text(20)),
    with(Need::Unsaid, Hla, "FIELD1", Group),
    with(Need::Unsaid, Hla, "FIELD2", Group),
    required(Hla, "A", Group),
    required(Hla, "B", Group),
    optional(Hla, "C", Group),
    required(Hla, "DRB1", Group),
    optional(Hla, "DRB3", Group),
    optional(Hla, "DRB4", Group),
    optional(Hla, "DRB5", Group),
    optional(Hla, "DQA1", Group),
    optional(Hla, "DQB1", Group),
    optional(Hla, "DPA1", Group),
    optional(Hla, "DPB1", Group),
    optional(Kir, "KIR2DL1", POS_NEG),
    optional(Idm, "CMV", ANTIBODY),
    optional(Idm, "CMV_NAT", P_N),
    optional(Idm, "CMV_DATE", Date),
    optional(Idm, "HBS_AG", P_N),
    optional(Idm, "ANTI_HBC", P_N),
    optional(Idm, "ANTI_HBS", P_N),
    optional(Idm, "ANTI_HCV", P_N),
    optional(Idm, "ANTI_HIV_12", P_N),
    optional(Idm, "HIV_1_NAT", P_N),
    optional(Idm, "HIV_P24", P_N),
    optional(Idm, "HCV_NAT", P_N),
    optional(Idm, "ANTI_HTLV", P_N),
    optional(Idm, "SYPHILIS", P_N),
    optional(Idm, "WNV", P_N),
    optional(Idm, "CHAGAS", P_N),
    optional(Idm, "EBV", ANTIBODY),
    optional(Idm, "TOXO", ANTIBODY),
    optional(Idm, "HBV_NAT", P_N),
    optional(Idm, "PB19_NAT", P_N),
    optional(Idm, "ALT", Kind::Integer { least: 1, most: SHORT }),
    optional(
        Donor,
        "STAT_REASON",
        Code(&["DO", "DD", "MR", "PR", "TX", "MO", "UC", "TQ", "OT", "UK"]),
    ),
    optional(Donor, "CONTACT_DATE", Date),
    optional(Donor, "CHECKUP_DATE", Date),
    optional(Donor, "WEIGHT", BODY),
    optional(Donor, "HEIGHT", BODY),
    optional(Donor, "NMBR_TRANS", NUMBER_OF),
    optional(Donor, "NMBR_PREG", NUMBER_OF),
    optional(Donor, "NMBR_MARR", NUMBER_OF),
    optional(Donor, "NMBR_PBSC", NUMBER_OF),
    optional(Donor, "COLL_TYPE", Code(&["M", "P", "B"])),
    optional(Unit, "STAT_REASON", Code(&["QR", "AD", "CD", "DS", "XP", "MR", "MO", "OT", "UK"])),
    optional(Unit, "LOCAL_ID", Text(17)),
    optional(Unit, "BAG_ID", Text(17)),
    optional(Unit, "BANK_MANUF_ID", Text(10)),
    optional(Unit, "BANK_DISTRIB_ID", Text(10)),
    optional(Unit, "COLL_DATE", Date),
    optional(Unit, "PROC_DATE", Date),
    optional(Unit, "PROC_METH", Code(&["HES", "DGS", "CEN", "FIL", "FIC", "PER", "OTH"])),
    optional(Unit, "PROC_METH_TYPE", Code(&["MAN", "SPX", "OTP", "AXP", "OTH"])),
    optional(Unit, "FREEZE_DATE", Date),
    optional(Unit, "FREEZE_METH", Code(&["C", "M"])),
    optional(Unit, "PROD_MOD", Code(&["BCE", "DNE", "PLR", "PRR", "RBR", "NOT", "OTH"])),
    optional(Unit, "BAG_TYPE", Code(&["80/20", "50/50", "40/60", "NS"])),
    optional(Unit, "BAGS", Kind::Integer { least: 1, most: 99 }),
    optional(Unit, "BACT_CULT", P_N_D),
    optional(Unit, "FUNG_CULT", P_N_D),
    optional(Unit, "HEMO_STATUS", Code(&["DN", "DU", "NS", "CD", "NC", "DT", "DD"])),
    optional(Unit, "VOL", MILLILITRES),
    optional(Unit, "VOL_FRZN", MILLILITRES),
    optional(Unit, "TNC", Count(Quantity::Tnc)),
    optional(Unit, "TNC_FRZN", Count(Quantity::Tnc)),
    optional(Unit, "RED_BC_FRZN", Count(Quantity::Nrbc)),
    optional(Unit, "MNC_FRZN", Count(Quantity::Mnc)),
    optional(Unit, "CD34PC", Count(Quantity::Cd34)),
    optional(Unit, "CD34PC_FRZN", Count(Quantity::Cd34)),
    optional(Unit, "CFU_FRZN", Count(Quantity::Cfu)),
    optional(Unit, "VIABILITY", Kind::Integer { least: 0, most: 100 }),
    optional(Unit, "VIABILITY_DATE", Date),
    optional(Unit, "VIABILITY_CELLS", Code(&["TNC", "CD34PC", "CD45PC"])),
    optional(Unit, "VIABILITY_METHOD", Code(&["7A", "PI", "TB", "OT"])),
    optional(Unit, "ATT_SEG", ALIQUOTS),
    optional(Unit, "DNA_SMPL", Boolean),
    optional(Unit, "OTH_SMPL", Boolean),
    optional(Unit, "CT_COMPLETE_DATE", Date),
    optional(Unit, "CT_SMPL_TYPE", Code(&["AS", "WB", "RC", "FP", "ED"])),
    optional(Unit, "AL_RED_BC", ALIQUOTS),
    optional(Unit, "AL_SER", ALIQUOTS),
    optional(Unit, "SER_QUANT", TENTHS_OF_ML),
    optional(Unit, "AL_PLA", ALIQUOTS),
    optional(Unit, "PLA_QUANT", TENTHS_OF_ML),
    optional(Unit, "MAT", Group),
    optional(Mother, "ID", Text(15)),
    optional(Mother, "ID_BANK", Text(15)),
    optional(Mother, "HLA", Group),
    optional(Mother, "IDM", Group),
    optional(Mother, "AL_SER", ALIQUOTS),
    optional(Mother, "SER_QUANT", TENTHS_OF_ML),
    optional(Mother, "AL_PLA", ALIQUOTS),
    optional(Mother, "PLA_QUANT", TENTHS_OF_ML),
];

/// The genes for which `KIR2DL1` stands in the table.
pub const KIR_GENES: [&str; 17] = [
    "KIR2DL1", "KIR2DL2", "KIR2DL3", "KIR2DL4", "KIR2DL5A", "KIR2DL5B", "KIR2DP1", "KIR2DS1",
    "KIR2DS2", "KIR2DS3", "KIR2DS4", "KIR2DS5", "KIR3DL1", "KIR3DL2", "KIR3DL3", "KIR3DP1",
    "KIR3DS1",
];

/// The loci that serology can type.
const SEROLOGICAL: [&str; 5] = ["A", "B", "C", "DRB1", "DQB1"];

/// The field of an element by its name.
pub fn find(element: Element, name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.element == element && field.name == name)
}

/// A place in a unit that holds a value: `MAT/HLA/A/DNA/FIELD1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// The names of the elements around it and its own, from the unit inwards.
    pub path: String,
    /// Its column in a table: the path with `_` for `/`.
    pub column: String,
    pub kind: Kind,
    pub required: bool,
}

/// Every place of a unit, in the order of the exchange.
pub fn leaves() -> &'static [Leaf] {
    static LEAVES: LazyLock<Vec<Leaf>> = LazyLock::new(|| {
        let mut leaves = Vec::new();
        for field in FIELDS.iter().filter(|field| matches!(field.element, Item | Unit)) {
            add(&mut leaves, "", field);
        }
        leaves
    });
    &LEAVES
}

/// The place with this path.
pub fn leaf(path: &str) -> Option<&'static Leaf> {
    static PLACES: LazyLock<HashMap<&str, &Leaf>> =
        LazyLock::new(|| leaves().iter().map(|leaf| (leaf.path.as_str(), leaf)).collect());
    PLACES.get(path).copied()
}

fn add(leaves: &mut Vec<Leaf>, within: &str, field: &Field) {
    let path = format!("{within}{}", field.name);
    let inner = format!("{path}/");
    let members = |element: Element| FIELDS.iter().filter(move |field| field.element == element);
    match (field.kind, field.name) {
        (Group, "HLA") => members(Hla)
            .filter(|locus| !matches!(locus.name, "SER" | "DNA" | "FIELD1" | "FIELD2"))
            .for_each(|locus| add_locus(leaves, &format!("{inner}{}/", locus.name), locus.name)),
        (Group, "IDM") => members(Idm).for_each(|test| add(leaves, &inner, test)),
        (Group, "MAT") => members(Mother).for_each(|field| add(leaves, &inner, field)),
        (Group, "KIR") => {
            for gene in KIR_GENES {
                push(leaves, format!("{inner}{gene}"), POS_NEG, false);
            }
            push(leaves, format!("{inner}KIR_GL"), Text(255), false);
        }
        (kind, _) => push(leaves, path, kind, field.need == Need::Required),
    }
}

fn add_locus(leaves: &mut Vec<Leaf>, within: &str, locus: &str) {
    for method in ["SER", "DNA"] {
        if method == "SER" && !SEROLOGICAL.contains(&locus) {
            continue;
        }
        let kind = find(Hla, method).expect("both methods are fields").kind;
        for value in ["FIELD1", "FIELD2"] {
            push(leaves, format!("{within}{method}/{value}"), kind, false);
        }
    }
}

fn push(leaves: &mut Vec<Leaf>, path: String, kind: Kind, required: bool) {
    let column = path.replace('/', "_");
    leaves.push(Leaf { path, column, kind, required });
}

#[cfg(test)]
mod tests;
