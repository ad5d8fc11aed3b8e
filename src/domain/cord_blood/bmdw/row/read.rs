//! From a row to facts.

use chrono::NaiveDate;

use super::{Fields, UL_PER_TENTH, hla_path, idm_path};
use crate::domain::{
    cord_blood::{
        bmdw::{
            field::{self, Element, KIR_GENES},
            value::{self, FieldProblem, UsualCounts, Value, ValueProblem},
        },
        code::{
            Abo, BagKind, Ccr5, Culture, Ethnicity, FreezingMethod, HaemoglobinopathyScreening,
            InputStatus, KirPresence, Locus, Marker, MarkerResult, ProcessingMethod,
            ProcessingSystem, ProductModification, RhD, SampleKind, StatusReason, TypingMethod,
            TypingSample, ViabilityCells, ViabilityMethod,
        },
        facts::{
            Bags, CellCounts, Collection, ConfirmatoryTyping, Freezing, HlaTyping, Identity,
            Infant, Infection, Kir, KirGene, MarkerTest, Mother, Processing, Quality,
            RetainedSample, Status, UnitFacts, Viability, Volumes,
        },
    },
    donor::Sex,
};

/// Reads a row into facts, or tells everything that is wrong with it.
pub fn read(fields: &Fields, usual: &UsualCounts) -> Result<UnitFacts, Vec<FieldProblem>> {
    let mut row = Row { fields, usual, problems: Vec::new() };
    row.require();
    let unit = row.unit();
    row.cross_check(&unit);
    if row.problems.is_empty() { Ok(unit) } else { Err(row.problems) }
}

pub(super) struct Row<'a> {
    pub(super) fields: &'a Fields,
    pub(super) usual: &'a UsualCounts,
    pub(super) problems: Vec<FieldProblem>,
}

impl Row<'_> {
    fn refuse(&mut self, path: &str, problem: ValueProblem) {
        self.problems.push(FieldProblem::new(path, self.fields.get(path), problem));
    }

    fn require(&mut self) {
        for leaf in field::leaves().iter().filter(|leaf| leaf.required) {
            if self.fields.get(&leaf.path).is_none() {
                self.refuse(&leaf.path, ValueProblem::Missing);
            }
        }
        self.require_loci("");
        if self.fields.any_under("MAT/HLA/") {
            self.require_loci("MAT/");
        }
    }

    /// A typing has to have the loci of the table, by one method or the other.
    fn require_loci(&mut self, whose: &str) {
        let loci = field::FIELDS.iter().filter(|field| field.element == Element::Hla);
        for locus in loci.filter(|field| field.need == field::Need::Required) {
            let path = format!("{whose}HLA/{}", locus.name);
            if !self.fields.any_under(&format!("{path}/")) {
                self.refuse(&path, ValueProblem::Missing);
            }
        }
    }

    fn value(&mut self, path: &str) -> Option<Value> {
        let text = self.fields.get(path)?;
        let leaf = field::leaf(path).expect("what was put has a place");
        match value::read(leaf.kind, text, self.usual) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.refuse(path, problem);
                None
            }
        }
    }

    fn text(&mut self, path: &str) -> Option<String> {
        match self.value(path)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    fn code<T>(&mut self, path: &str, from: impl Fn(&str) -> Option<T>) -> Option<T> {
        match self.value(path)? {
            Value::Code(code) => from(code),
            _ => None,
        }
    }

    fn integer(&mut self, path: &str) -> Option<u32> {
        match self.value(path)? {
            Value::Integer(number) => Some(number),
            _ => None,
        }
    }

    fn microlitres(&mut self, path: &str) -> Option<u32> {
        match self.value(path)? {
            Value::Tenths(tenths) => Some(tenths * UL_PER_TENTH),
            _ => None,
        }
    }

    fn count(&mut self, path: &str) -> Option<u64> {
        match self.value(path)? {
            Value::Count(count) => Some(count),
            _ => None,
        }
    }

    fn date(&mut self, path: &str) -> Option<NaiveDate> {
        match self.value(path)? {
            Value::Date(date) => Some(date),
            _ => None,
        }
    }

    fn boolean(&mut self, path: &str) -> Option<bool> {
        match self.value(path)? {
            Value::Boolean(yes) => Some(yes),
            _ => None,
        }
    }

    pub(super) fn unit(&mut self) -> UnitFacts {
        UnitFacts {
            identity: self.identity(),
            mother: self.mother(),
            infant: self.infant(),
            collection: Collection { date: self.date("COLL_DATE"), kind: None },
            processing: self.processing(),
            freezing: self.freezing(),
            bags: self.bags(),
            volumes: self.volumes(),
            collected: self.collected(),
            frozen: self.frozen(),
            viability: self.viability(),
            quality: self.quality(),
            hla: self.hla(""),
            confirmatory_typing: self.confirmatory_typing(),
            kir: self.kir(),
            infection: self.infection(""),
            attached_segments: self.integer("ATT_SEG"),
            samples: self.samples(),
            status: self.status(),
            ..UnitFacts::default()
        }
    }

    fn processing(&mut self) -> Processing {
        Processing {
            date: self.date("PROC_DATE"),
            method: self.code("PROC_METH", ProcessingMethod::from_code),
            system: self.code("PROC_METH_TYPE", ProcessingSystem::from_code),
            modification: self.code("PROD_MOD", ProductModification::from_code),
            ..Processing::default()
        }
    }

    fn freezing(&mut self) -> Freezing {
        let method = self.code("FREEZE_METH", FreezingMethod::from_code);
        Freezing { date: self.date("FREEZE_DATE"), method }
    }

    fn bags(&mut self) -> Bags {
        Bags { kind: self.code("BAG_TYPE", BagKind::from_code), count: self.integer("BAGS") }
    }

    fn volumes(&mut self) -> Volumes {
        Volumes { collected_ml: self.integer("VOL"), frozen_ml: self.integer("VOL_FRZN") }
    }

    fn collected(&mut self) -> CellCounts {
        CellCounts { tnc: self.count("TNC"), cd34: self.count("CD34PC"), ..CellCounts::default() }
    }

    fn frozen(&mut self) -> CellCounts {
        CellCounts {
            tnc: self.count("TNC_FRZN"),
            nrbc: self.count("RED_BC_FRZN"),
            mnc: self.count("MNC_FRZN"),
            cd34: self.count("CD34PC_FRZN"),
            cfu: self.count("CFU_FRZN"),
        }
    }

    fn confirmatory_typing(&mut self) -> ConfirmatoryTyping {
        ConfirmatoryTyping {
            completed: self.date("CT_COMPLETE_DATE"),
            sample: self.code("CT_SMPL_TYPE", TypingSample::from_code),
        }
    }

    fn identity(&mut self) -> Identity {
        Identity {
            id: self.text("ID"),
            grid: self.text("GRID"),
            local_id: self.text("LOCAL_ID"),
            bag_id: self.text("BAG_ID"),
            donation_number: None,
            manufacturer: self.text("BANK_MANUF_ID"),
            distributor: self.text("BANK_DISTRIB_ID"),
            sender_attribute: self.text("ATTR"),
        }
    }

    fn mother(&mut self) -> Mother {
        Mother {
            donor: None,
            id: self.text("MAT/ID"),
            bank_id: self.text("MAT/ID_BANK"),
            hla: self.hla("MAT/"),
            infection: self.infection("MAT/"),
            samples: [self.liquid("MAT/", Liquid::SERUM), self.liquid("MAT/", Liquid::PLASMA)]
                .into_iter()
                .flatten()
                .collect(),
        }
    }

    fn infant(&mut self) -> Infant {
        Infant {
            birth_date: self.date("BIRTH_DATE"),
            sex: self.code("SEX", sex_of),
            abo: self.code("ABO", Abo::from_code),
            rhd: self.code("RHESUS", RhD::from_code),
            ethnicity: self.code("ETHN", Ethnicity::from_code),
            ccr5: self.code("CCR5", Ccr5::from_code),
        }
    }

    fn viability(&mut self) -> Viability {
        Viability {
            percent: self.integer("VIABILITY"),
            date: self.date("VIABILITY_DATE"),
            cells: self.code("VIABILITY_CELLS", ViabilityCells::from_code),
            method: self.code("VIABILITY_METHOD", ViabilityMethod::from_code),
        }
    }

    fn quality(&mut self) -> Quality {
        Quality {
            bacterial_culture: self.code("BACT_CULT", Culture::from_code),
            fungal_culture: self.code("FUNG_CULT", Culture::from_code),
            haemoglobinopathy: self.code("HEMO_STATUS", HaemoglobinopathyScreening::from_code),
        }
    }

    fn hla(&mut self, whose: &str) -> Vec<HlaTyping> {
        let mut typings = Vec::new();
        for (locus, method) in typings_of() {
            let first = self.text(&hla_path(whose, locus, method, "FIELD1"));
            let second = self.text(&hla_path(whose, locus, method, "FIELD2"));
            if first.is_some() || second.is_some() {
                typings.push(HlaTyping { locus, method, first, second });
            }
        }
        typings
    }

    fn kir(&mut self) -> Kir {
        let mut genes = Vec::new();
        for gene in KIR_GENES {
            if let Some(presence) = self.code(&format!("KIR/{gene}"), KirPresence::from_code) {
                genes.push(KirGene { gene: gene.to_owned(), presence });
            }
        }
        Kir { genes, gl_string: self.text("KIR/KIR_GL") }
    }

    fn infection(&mut self, whose: &str) -> Infection {
        let mut tests = Vec::new();
        for marker in Marker::ALL.iter().copied() {
            let result = self.code(&idm_path(whose, marker.code()), MarkerResult::from_code);
            let dated = marker == Marker::Cmv;
            let date = if dated { self.date(&idm_path(whose, "CMV_DATE")) } else { None };
            if result.is_some() || date.is_some() {
                tests.push(MarkerTest { marker, result, date });
            }
        }
        Infection { tests, alt_u_per_l: self.integer(&idm_path(whose, "ALT")) }
    }

    fn samples(&mut self) -> Vec<RetainedSample> {
        let aliquots = self.integer("AL_RED_BC");
        let red_cells = aliquots
            .map(|_| RetainedSample { aliquots, ..RetainedSample::of(SampleKind::RedCells) });
        let mut present = |path, kind| {
            let available = self.boolean(path);
            available.map(|_| RetainedSample { available, ..RetainedSample::of(kind) })
        };
        let (dna, other) =
            (present("DNA_SMPL", SampleKind::Dna), present("OTH_SMPL", SampleKind::Other));
        let (serum, plasma) = (self.liquid("", Liquid::SERUM), self.liquid("", Liquid::PLASMA));
        [red_cells, serum, plasma, dna, other].into_iter().flatten().collect()
    }

    fn liquid(&mut self, whose: &str, liquid: Liquid) -> Option<RetainedSample> {
        let aliquots = self.integer(&format!("{whose}{}", liquid.aliquots));
        let volume_ul = self.microlitres(&format!("{whose}{}", liquid.volume));
        let sample = RetainedSample { aliquots, volume_ul, ..RetainedSample::of(liquid.kind) };
        (aliquots.is_some() || volume_ul.is_some()).then_some(sample)
    }

    fn status(&mut self) -> Status {
        Status {
            input: self.code("STATUS", InputStatus::from_code),
            reason: self.code("STAT_REASON", StatusReason::from_code),
            end_date: self.date("STAT_END_DATE"),
            reserved_for: self.text("RSV_PAT"),
            registry: None,
            local: None,
        }
    }

    /// What fields say against each other.
    fn cross_check(&mut self, unit: &UnitFacts) {
        let status = &unit.status;
        if status.reserved_for.is_some() && status.input.is_some_and(|s| s != InputStatus::Reserved)
        {
            self.refuse("RSV_PAT", ValueProblem::Contradiction { requires: "STATUS `RS`" });
        }
        if unit.identity.bag_id.is_some() && unit.bags.count.is_some_and(|bags| bags > 1) {
            self.refuse("BAG_ID", ValueProblem::Contradiction { requires: "BAGS `1`" });
        }
        let mut before: Option<(&'static str, NaiveDate)> = None;
        for (path, date) in [
            ("BIRTH_DATE", unit.infant.birth_date),
            ("COLL_DATE", unit.collection.date),
            ("PROC_DATE", unit.processing.date),
            ("FREEZE_DATE", unit.freezing.date),
        ] {
            let Some(date) = date else { continue };
            match before {
                Some((other, earlier)) if date < earlier => {
                    self.refuse(path, ValueProblem::BeforeOther { other, earlier });
                }
                _ => before = Some((path, date)),
            }
        }
    }
}

/// A kind of liquid and the fields that count and measure it.
#[derive(Debug, Clone, Copy)]
struct Liquid {
    kind: SampleKind,
    aliquots: &'static str,
    volume: &'static str,
}

impl Liquid {
    const SERUM: Self = Self { kind: SampleKind::Serum, aliquots: "AL_SER", volume: "SER_QUANT" };
    const PLASMA: Self = Self { kind: SampleKind::Plasma, aliquots: "AL_PLA", volume: "PLA_QUANT" };
}

/// Every locus with every method that can type it, in the order of the exchange.
fn typings_of() -> impl Iterator<Item = (Locus, TypingMethod)> {
    let methods = |locus| TypingMethod::ALL.iter().map(move |method| (locus, *method));
    let all = Locus::ALL.iter().copied().flat_map(methods);
    all.filter(|(locus, method)| field::leaf(&hla_path("", *locus, *method, "FIELD1")).is_some())
}

fn sex_of(code: &str) -> Option<Sex> {
    match code {
        "F" => Some(Sex::Female),
        "M" => Some(Sex::Male),
        _ => None,
    }
}
