//! From facts to a row.

use std::borrow::Cow;

use super::{Fields, UL_PER_TENTH, hla_path, idm_path};
use crate::domain::{
    cord_blood::{
        bmdw::{
            field::{self, KIR_GENES},
            value::{FieldProblem, Value, ValueProblem},
        },
        code::{Marker, SampleKind},
        count,
        facts::{HlaTyping, Infant, Infection, KirGene, RetainedSample, Status, UnitFacts},
    },
    donor::Sex,
};

/// Writes facts as a row. Two facts for one place, such as two serum samples, are refused: the exchange has no room
/// for both.
pub fn write(unit: &UnitFacts) -> Result<Fields, Vec<FieldProblem>> {
    let mut row = Written::default();
    write_identity(&mut row, unit);
    write_infant(&mut row, &unit.infant);
    write_process(&mut row, unit);
    write_counts(&mut row, unit);
    write_quality(&mut row, unit);
    write_status(&mut row, &unit.status);
    write_hla(&mut row, "", &unit.hla);
    write_infection(&mut row, "", &unit.infection);
    write_samples(&mut row, "", &unit.samples);
    write_hla(&mut row, "MAT/", &unit.mother.hla);
    write_infection(&mut row, "MAT/", &unit.mother.infection);
    write_samples(&mut row, "MAT/", &unit.mother.samples);
    if row.problems.is_empty() { Ok(row.fields) } else { Err(row.problems) }
}

#[derive(Default)]
struct Written {
    fields: Fields,
    problems: Vec<FieldProblem>,
}

impl Written {
    fn put(&mut self, path: impl Into<Cow<'static, str>>, value: Option<Value>) {
        let Some(value) = value else { return };
        let leaf = field::leaf(&path.into()).expect("what is written has a place");
        let text = value.text();
        if self.fields.0.contains_key(leaf.path.as_str()) {
            let problem = FieldProblem::new(&leaf.path, Some(&text), ValueProblem::Repeated);
            self.problems.push(problem);
        } else {
            self.fields.0.insert(&leaf.path, text);
        }
    }
}

fn text(text: Option<&String>) -> Option<Value> {
    text.map(|text| Value::Text(text.clone()))
}

fn write_identity(row: &mut Written, unit: &UnitFacts) {
    let identity = &unit.identity;
    row.put("ID", text(identity.id.as_ref()));
    row.put("GRID", text(identity.grid.as_ref()));
    row.put("ATTR", text(identity.sender_attribute.as_ref()));
    row.put("LOCAL_ID", text(identity.local_id.as_ref()));
    row.put("BAG_ID", text(identity.bag_id.as_ref()));
    row.put("BANK_MANUF_ID", text(identity.manufacturer.as_ref()));
    row.put("BANK_DISTRIB_ID", text(identity.distributor.as_ref()));
    row.put("MAT/ID", text(unit.mother.id.as_ref()));
    row.put("MAT/ID_BANK", text(unit.mother.bank_id.as_ref()));
}

fn write_infant(row: &mut Written, infant: &Infant) {
    row.put("BIRTH_DATE", infant.birth_date.map(Value::Date));
    row.put("SEX", infant.sex.and_then(sex_code).map(Value::Code));
    row.put("ABO", infant.abo.map(|abo| Value::Code(abo.code())));
    row.put("RHESUS", infant.rhd.map(|rhd| Value::Code(rhd.code())));
    row.put("ETHN", infant.ethnicity.map(|group| Value::Code(group.code())));
    row.put("CCR5", infant.ccr5.map(|ccr5| Value::Code(ccr5.code())));
}

fn write_process(row: &mut Written, unit: &UnitFacts) {
    let (processing, freezing, bags) = (&unit.processing, &unit.freezing, &unit.bags);
    row.put("COLL_DATE", unit.collection.date.map(Value::Date));
    row.put("PROC_DATE", processing.date.map(Value::Date));
    row.put("PROC_METH", processing.method.map(|method| Value::Code(method.code())));
    row.put("PROC_METH_TYPE", processing.system.map(|system| Value::Code(system.code())));
    row.put("PROD_MOD", processing.modification.map(|made| Value::Code(made.code())));
    row.put("FREEZE_DATE", freezing.date.map(Value::Date));
    row.put("FREEZE_METH", freezing.method.map(|method| Value::Code(method.code())));
    row.put("BAG_TYPE", bags.kind.map(|kind| Value::Code(kind.code())));
    row.put("BAGS", bags.count.map(Value::Integer));
}

fn write_counts(row: &mut Written, unit: &UnitFacts) {
    row.put("VOL", unit.volumes.collected_ml.map(Value::Integer));
    row.put("VOL_FRZN", unit.volumes.frozen_ml.map(Value::Integer));
    row.put("TNC", unit.collected.tnc.map(Value::Count));
    row.put("CD34PC", unit.collected.cd34.map(Value::Count));
    row.put("TNC_FRZN", unit.frozen.tnc.map(Value::Count));
    row.put("RED_BC_FRZN", unit.frozen.nrbc.map(Value::Count));
    row.put("MNC_FRZN", unit.frozen.mnc.map(Value::Count));
    row.put("CD34PC_FRZN", unit.frozen.cd34.map(Value::Count));
    row.put("CFU_FRZN", unit.frozen.cfu.map(Value::Count));
}

fn write_quality(row: &mut Written, unit: &UnitFacts) {
    let (viability, quality, typing) = (&unit.viability, &unit.quality, &unit.confirmatory_typing);
    row.put("VIABILITY", viability.percent.map(Value::Integer));
    row.put("VIABILITY_DATE", viability.date.map(Value::Date));
    row.put("VIABILITY_CELLS", viability.cells.map(|cells| Value::Code(cells.code())));
    row.put("VIABILITY_METHOD", viability.method.map(|method| Value::Code(method.code())));
    row.put("BACT_CULT", quality.bacterial_culture.map(|found| Value::Code(found.code())));
    row.put("FUNG_CULT", quality.fungal_culture.map(|found| Value::Code(found.code())));
    row.put("HEMO_STATUS", quality.haemoglobinopathy.map(|found| Value::Code(found.code())));
    row.put("ATT_SEG", unit.attached_segments.map(Value::Integer));
    row.put("CT_COMPLETE_DATE", typing.completed.map(Value::Date));
    row.put("CT_SMPL_TYPE", typing.sample.map(|sample| Value::Code(sample.code())));
    let known = |gene: &&KirGene| KIR_GENES.contains(&gene.gene.as_str());
    for gene in unit.kir.genes.iter().filter(known) {
        row.put(format!("KIR/{}", gene.gene), Some(Value::Code(gene.presence.code())));
    }
    row.put("KIR/KIR_GL", text(unit.kir.gl_string.as_ref()));
}

fn write_status(row: &mut Written, status: &Status) {
    row.put("STATUS", status.input.map(|input| Value::Code(input.code())));
    row.put("STAT_REASON", status.reason.map(|reason| Value::Code(reason.code())));
    row.put("STAT_END_DATE", status.end_date.map(Value::Date));
    row.put("RSV_PAT", text(status.reserved_for.as_ref()));
}

/// Typings by a method that the exchange has no place for are left out.
fn write_hla(row: &mut Written, whose: &str, typings: &[HlaTyping]) {
    for typing in typings {
        let path = |value| hla_path(whose, typing.locus, typing.method, value);
        if field::leaf(&path("FIELD1")).is_some() {
            row.put(path("FIELD1"), text(typing.first.as_ref()));
            row.put(path("FIELD2"), text(typing.second.as_ref()));
        }
    }
}

fn write_infection(row: &mut Written, whose: &str, infection: &Infection) {
    for test in &infection.tests {
        let result = test.result.map(|result| Value::Code(result.code()));
        row.put(idm_path(whose, test.marker.code()), result);
        if test.marker == Marker::Cmv {
            row.put(idm_path(whose, "CMV_DATE"), test.date.map(Value::Date));
        }
    }
    row.put(idm_path(whose, "ALT"), infection.alt_u_per_l.map(Value::Integer));
}

/// A volume in millilitres. One with more decimals than the exchange has is written as it is, never rounded, so that
/// whoever checks the row refuses it.
fn millilitres(volume_ul: u32) -> Value {
    match volume_ul % UL_PER_TENTH {
        0 => Value::Tenths(volume_ul / UL_PER_TENTH),
        _ => Value::Text(count::in_power(volume_ul.into(), 3)),
    }
}

/// Of the mother the exchange asks for serum and plasma only.
fn write_samples(row: &mut Written, whose: &str, samples: &[RetainedSample]) {
    for sample in samples {
        let aliquots = sample.aliquots.map(Value::Integer);
        let volume = sample.volume_ul.map(millilitres);
        match (sample.kind, whose) {
            (SampleKind::Serum, _) => {
                row.put(format!("{whose}AL_SER"), aliquots);
                row.put(format!("{whose}SER_QUANT"), volume);
            }
            (SampleKind::Plasma, _) => {
                row.put(format!("{whose}AL_PLA"), aliquots);
                row.put(format!("{whose}PLA_QUANT"), volume);
            }
            (SampleKind::RedCells, "") => row.put("AL_RED_BC", aliquots),
            (SampleKind::Dna, "") => row.put("DNA_SMPL", sample.available.map(Value::Boolean)),
            (SampleKind::Other, "") => {
                row.put("OTH_SMPL", sample.available.map(Value::Boolean));
            }
            _ => {}
        }
    }
}

/// The exchange knows two sexes; any other is left out.
fn sex_code(sex: Sex) -> Option<&'static str> {
    match sex {
        Sex::Female => Some("F"),
        Sex::Male => Some("M"),
        Sex::Mixed | Sex::Ambiguous => None,
    }
}
