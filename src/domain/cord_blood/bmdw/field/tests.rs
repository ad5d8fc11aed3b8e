use std::{collections::BTreeSet, path::Path};

use regex::Regex;

use super::*;
use crate::domain::cord_blood::{
    code::{
        Abo, BagKind, Ccr5, Culture, Ethnicity, FreezingMethod, HaemoglobinopathyScreening,
        InputStatus, KirPresence, Locus, Marker, MarkerResult, ProcessingMethod, ProcessingSystem,
        ProductModification, RhD, StatusReason, TypingMethod, TypingSample, ViabilityCells,
        ViabilityMethod,
    },
    count::Decimal,
};

/// The rows of a published table, or none where it is absent. Its texts are not all UTF-8.
fn table(name: &str) -> Option<Vec<csv::StringRecord>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(name);
    let Ok(bytes) = std::fs::read(&path) else {
        eprintln!("skipped: {} is absent", path.display());
        return None;
    };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    Some(reader.records().map(Result::unwrap).collect())
}

fn element(name: &str) -> Element {
    match name {
        "InventoryType" => Inventory,
        "ItemBaseType" => Item,
        "HLAType" => Hla,
        "KirType" => Kir,
        "IdmType" => Idm,
        "DonItemType" => Donor,
        "CbuItemType" => Unit,
        "MatType" => Mother,
        other => panic!("unknown element {other}"),
    }
}

/// What the table would write as the length of a field of this kind; `None` where it writes none.
fn length(kind: Kind) -> Option<usize> {
    match kind {
        Text(most) => Some(most),
        Code(codes) => codes.iter().map(|code| code.len()).max(),
        Organization => Some(4),
        Date => Some(10),
        Time => Some(20),
        _ => None,
    }
}

#[test]
fn the_fields_are_those_of_the_published_table() {
    let Some(rows) = table("wmda-bmdw-fields.csv") else { return };
    assert_eq!(rows.len(), FIELDS.len());
    for (row, field) in rows.iter().zip(&FIELDS) {
        assert_eq!((element(&row[5]), &row[1]), (field.element, field.name));
        let need = match &row[8] {
            "Y" => Need::Required,
            "N" => Need::Optional,
            "D" => Need::Either,
            _ => Need::Unsaid,
        };
        assert_eq!(need, field.need, "{}", field.name);
        let digits: String = row[6].chars().filter(char::is_ascii_digit).collect();
        if let Ok(written) = digits.parse::<usize>()
            && field.kind != Group
        {
            assert_eq!(length(field.kind), Some(written), "{}", field.name);
        }
        let typed = match field.kind {
            Date => row[7].starts_with("bareDate"),
            Time => &row[7] == "dateTime",
            Boolean => &row[7] == "Boolean",
            Count(_) | Kind::Tenths { .. } => &row[7] == "Float",
            Kind::Integer { .. } => row[7].eq_ignore_ascii_case("short"),
            Organization => row[7].starts_with("ionType"),
            _ => true,
        };
        assert!(typed, "{} is {}", field.name, &row[7]);
    }
}

#[test]
fn codes_and_bounds_are_those_of_the_published_table() {
    let Some(rows) = table("wmda-bmdw-fields.csv") else { return };
    // Some quotes were lost to another encoding; what is between them was not.
    let quoted = Regex::new("(?:\"|\u{fffd}_?)([A-Z0-9/]+)(?:\"|\u{fffd})").unwrap();
    let between = Regex::new("between ([0-9.]+) and ([0-9.]+)").unwrap();
    for (row, field) in rows.iter().zip(&FIELDS) {
        let (comment, name) = (&row[3], field.name);
        match field.kind {
            Code(codes) if field.element != Inventory => {
                let allowed = comment.split("NOTE").next().unwrap().split("EMDIS").next().unwrap();
                let allowed = allowed.split("(\"DE\"").next().unwrap();
                let found = quoted.captures_iter(allowed).map(|c| c[1].to_owned());
                let found: BTreeSet<String> = found.collect();
                let ours: BTreeSet<String> = codes.iter().map(|c| (*c).to_owned()).collect();
                assert_eq!(found, ours, "{name}");
            }
            Kind::Integer { least, most } => {
                if let Some(found) = between.captures(comment) {
                    assert_eq!(
                        (&found[1], &found[2]),
                        (&*least.to_string(), &*most.to_string()),
                        "{name}"
                    );
                } else {
                    let zero = comment.contains("zero or greater");
                    assert!(zero || comment.contains("minimal value is 1"), "{name}: {comment}");
                    assert_eq!((least, most), (u32::from(!zero), 32_767), "{name}");
                }
            }
            Kind::Tenths { most } => {
                let found = between.captures(comment).unwrap();
                assert_eq!(
                    (&found[1], &found[2]),
                    ("0.0", &*crate::domain::cord_blood::count::tenths(most))
                );
            }
            _ => {}
        }
    }
}

#[test]
fn bounds_of_counts_are_those_of_the_same_fields_in_emdis() {
    let (Some(bmdw), Some(emdis)) = (table("wmda-bmdw-fields.csv"), table("wmda-emdis-fields.csv"))
    else {
        return;
    };
    let range = Regex::new("range 0\\.0E[0-9] to (999\\.9E[0-9])").unwrap();
    for (row, field) in bmdw.iter().zip(&FIELDS) {
        let Count(quantity) = field.kind else { continue };
        let same = emdis.iter().find(|other| other[5] == row[2] && other[1].starts_with("CB_"));
        let rule = &same.unwrap()[4];
        let most = Decimal::read(&range.captures(rule).unwrap()[1]).and_then(Decimal::whole);
        assert_eq!(most, Some(quantity.most()), "{}: {rule}", field.name);
    }
}

#[test]
fn the_genes_are_those_of_emdis() {
    let Some(emdis) = table("wmda-emdis-fields.csv") else { return };
    let genes = emdis.iter().filter_map(|row| row[1].strip_prefix("CB_KIR"));
    let genes: BTreeSet<String> =
        genes.filter(|gene| *gene != "_GL").map(|gene| format!("KIR{gene}")).collect();
    assert_eq!(genes, KIR_GENES.iter().map(|gene| (*gene).to_owned()).collect());
}

#[test]
fn every_code_of_the_table_is_a_code_of_ours() {
    let known = |name: &str, code: &str| match name {
        "SEX" => matches!(code, "F" | "M"),
        "ABO" => Abo::from_code(code).is_some(),
        "RHESUS" => RhD::from_code(code).is_some(),
        "ETHN" => Ethnicity::from_code(code).is_some(),
        "CCR5" => Ccr5::from_code(code).is_some(),
        "STATUS" => InputStatus::from_code(code).is_some(),
        "STAT_REASON" => StatusReason::from_code(code).is_some(),
        "PROC_METH" => ProcessingMethod::from_code(code).is_some(),
        "PROC_METH_TYPE" => ProcessingSystem::from_code(code).is_some(),
        "FREEZE_METH" => FreezingMethod::from_code(code).is_some(),
        "PROD_MOD" => ProductModification::from_code(code).is_some(),
        "BAG_TYPE" => BagKind::from_code(code).is_some(),
        "BACT_CULT" | "FUNG_CULT" => Culture::from_code(code).is_some(),
        "HEMO_STATUS" => HaemoglobinopathyScreening::from_code(code).is_some(),
        "VIABILITY_CELLS" => ViabilityCells::from_code(code).is_some(),
        "VIABILITY_METHOD" => ViabilityMethod::from_code(code).is_some(),
        "CT_SMPL_TYPE" => TypingSample::from_code(code).is_some(),
        name if name.starts_with("KIR") => KirPresence::from_code(code).is_some(),
        name => Marker::from_code(name).is_some() && MarkerResult::from_code(code).is_some(),
    };
    for field in FIELDS.iter().filter(|field| !matches!(field.element, Inventory | Donor)) {
        if let Code(codes) = field.kind {
            let unknown: Vec<_> = codes.iter().filter(|code| !known(field.name, code)).collect();
            assert!(unknown.is_empty(), "{}: {unknown:?}", field.name);
        }
    }
}

#[test]
fn places_have_paths_and_columns_of_their_own() {
    let paths: BTreeSet<&str> = leaves().iter().map(|leaf| leaf.path.as_str()).collect();
    let columns: BTreeSet<&str> = leaves().iter().map(|leaf| leaf.column.as_str()).collect();
    assert_eq!((paths.len(), columns.len()), (leaves().len(), leaves().len()));
    for path in
        ["ID", "MAT/ID", "HLA/A/SER/FIELD1", "MAT/HLA/DPB1/DNA/FIELD2", "MAT/IDM/ALT", "KIR/KIR_GL"]
    {
        assert_eq!(leaf(path).unwrap().path, path);
    }
    for path in ["", "HLA", "HLA/DRB3/SER/FIELD1", "MAT", "MAT/KIR/KIR2DL1", "WEIGHT", "id"] {
        assert_eq!(leaf(path), None, "{path}");
    }
    let required: Vec<_> = leaves().iter().filter(|leaf| leaf.required).collect();
    let required: Vec<&str> = required.iter().map(|leaf| leaf.path.as_str()).collect();
    assert_eq!(required, ["ID", "BIRTH_DATE", "STATUS"]);
    for locus in Locus::ALL {
        let path = format!("HLA/{}/{}/FIELD1", locus.code(), TypingMethod::Dna.code());
        assert!(leaf(&path).is_some(), "{path}");
    }
}
