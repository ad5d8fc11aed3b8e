//! Whatever a lot, a vial or a result says is written in its table so that it reads back, and any bytes are read or refused.

use std::io::Cursor;

use chrono::NaiveDate;
use proptest::prelude::*;
use stemma::{
    domain::{
        availability::{Availability, AvailabilityState},
        batch::{BatchFacts, BatchLevel, Culture, Vials},
        id::RecordId,
        identifier::ExternalId,
        names::{Name, NameKind},
        qc::{
            material::{Level, Material},
            method::MethodUsed,
            record::ResultFacts,
            result::QcResult,
            test_code::TestCode,
            value::Reported,
        },
        record::{AnyDraft, Draft, Facts, Layer, Record},
        source::Source,
        term::Reference,
        vial::{Vial, VialState},
    },
    export::table::{Table, TableWriter},
    import::{
        self, Format,
        source_file::{ReadError, SourceFile},
    },
};

fn record<F: Facts>(facts: F) -> Record<F> {
    let id = RecordId::new(F::KIND, uuid::Uuid::nil());
    let mut record = Record::new(id, String::new());
    let (source, key) = (Source::new("curator"), "k".to_owned());
    let mut draft = Draft::of(Layer { source, key, facts, flags: Vec::new() });
    draft.examine();
    record.put(draft.layers.remove(0));
    record
}

/// The rows of a table as drafts.
fn read(format: Format, text: Vec<u8>) -> Vec<AnyDraft> {
    let file = SourceFile::from_reader("test", Cursor::new(text)).unwrap();
    import::rows(format, file).unwrap().map(|row| row.unwrap().draft).collect()
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[-=+@'|\\\\\" ,;\t\r\n\u{3000}#0-9E.a-z細]{1,9}", "[^\u{0}]{1,9}"]
}

fn day() -> impl Strategy<Value = NaiveDate> {
    (0..20_000_u64).prop_map(|days| NaiveDate::default() + chrono::Days::new(days))
}

fn state() -> impl Strategy<Value = AvailabilityState> {
    let state = (0..Availability::ALL.len(), day(), prop::option::of(text()));
    state.prop_map(|(at, from, comment)| AvailabilityState {
        from,
        availability: Availability::ALL[at],
        comment: comment.filter(|comment| !comment.trim().is_empty()),
    })
}

fn vial() -> impl Strategy<Value = Vial> {
    let vial = (
        "[0-9A-Z]{1,5}",
        prop::option::of(text()),
        prop::option::of(any::<u32>()),
        0..VialState::ALL.len(),
    );
    vial.prop_map(|(number, position, passage, at)| Vial {
        number,
        position,
        passage,
        state: Some(VialState::ALL[at]),
        ..Vial::default()
    })
}

prop_compose! {
    fn lot()(
        names in prop::collection::vec((0..NameKind::ALL.len(), text()), 0..3),
        label in prop::option::of(text()),
        medium in prop::option::of(text()),
        made in prop::option::of(any::<u32>()),
        passage in prop::option::of(any::<u32>()),
        frozen_on in prop::option::of(day()),
        availability in prop::collection::vec(state(), 0..3),
        listed_vials in prop::collection::vec(vial(), 0..3),
        level in 0..BatchLevel::ALL.len(),
    ) -> BatchFacts {
        let names = names.into_iter().filter(|(_, text)| !text.trim().is_empty());
        let name = |(at, text): (usize, String)| Name::new(NameKind::ALL[at], text);
        let culture = medium.map(|medium| Culture { medium: Some(medium), ..Culture::default() });
        BatchFacts {
            names: names.map(name).collect(),
            external_ids: vec![ExternalId::new("lot", "Kyoto/M1"), ExternalId::new("biosamples", "SAMEG1")],
            line: Some(Reference { label, ..Reference::to("cellosaurus", "CVCL_A324") }),
            level: Some(BatchLevel::ALL[level]),
            passage,
            frozen_on,
            vials: made.map(|made| Vials { made: Some(made), ..Vials::default() }),
            listed_vials,
            culture,
            availability,
            ..BatchFacts::default()
        }
    }
}

prop_compose! {
    fn result()(
        at in 0..TestCode::ALL.len(),
        value in prop::option::of(prop_oneof![text(), "[<>]?[0-9]{1,2}( %| EU/mL| h)?", "negative|46,XX\\[20\\]|none"]),
        unread in any::<bool>(),
        method in prop::option::of(text()),
        specification in prop::option::of(text()),
        subject in text(),
        entry_date in day(),
        passage in prop::option::of(any::<u32>()),
    ) -> ResultFacts {
        let test = TestCode::ALL[at];
        let mut value = value.map(|value| Reported::read(test, &value));
        if let (Some(value), true) = (&mut value, unread) {
            value.reading = None;
        }
        let result = QcResult {
            key: "Kyoto/1".to_owned(),
            test,
            qualifier: None,
            method: method.map(|method| MethodUsed::read(&method)),
            material: Material { subject, level: Level::Master },
            passage,
            specification,
            value,
            laboratory_verdict: None,
            sampling_date: None,
            entry_date,
            laboratory: None,
            instrument: None,
            evidence: None,
            tester: None,
            reviewer: None,
            superseded_by: None,
            replicates: Vec::new(),
        };
        ResultFacts {
            external_ids: vec![ExternalId::new("qc_result", "Kyoto/1")],
            subject: Some(Reference::to("lot", "Kyoto/M1")),
            result: Some(result),
            out_of_specification: None,
        }
    }
}

fn accessioned<F: Facts>(mut record: Record<F>) -> Record<F> {
    record.accession = stemma::domain::id::accession("STM", 'B', 1);
    record
}

proptest! {
    #[test]
    fn any_lot_is_written_and_reads_back(facts in lot()) {
        let record = accessioned(record(facts));
        let mut writer = TableWriter::new(Vec::new(), Table::Lots).unwrap();
        writer.lot(&record).unwrap();
        prop_assert_eq!(&writer.unsaid, &[]);
        let [AnyDraft::Batch(read)] = &read(Format::LotsCsv, writer.finish().unwrap())[..] else { panic!() };
        let facts = BatchFacts { listed_vials: Vec::new(), ..record.layers[0].facts.clone() };
        prop_assert_eq!(&read.layers[0].facts, &facts);
    }

    #[test]
    fn any_vials_are_written_and_read_back(facts in lot()) {
        let record = accessioned(record(facts));
        let mut writer = TableWriter::new(Vec::new(), Table::Vials).unwrap();
        writer.vials(&record).unwrap();
        prop_assert_eq!(&writer.unsaid, &[]);
        let file = SourceFile::from_reader("test", Cursor::new(writer.finish().unwrap())).unwrap();
        for (row, vial) in import::rows(Format::VialsCsv, file).unwrap().zip(&record.layers[0].facts.listed_vials) {
            match row {
                Ok(row) => {
                    let AnyDraft::Batch(read) = row.draft else { panic!() };
                    prop_assert_eq!(&read.layers[0].facts.listed_vials[..], std::slice::from_ref(vial));
                }
                // Two vials of one number in one list.
                Err(ReadError::Row(error)) => prop_assert!(error.message.contains("says otherwise")),
                Err(error) => panic!("{error}"),
            }
        }
    }

    #[test]
    fn any_result_is_written_and_reads_back(facts in result()) {
        let record = accessioned(record(facts));
        let mut writer = TableWriter::new(Vec::new(), Table::Results).unwrap();
        writer.result(&record).unwrap();
        prop_assert_eq!(&writer.unsaid, &[]);
        let [AnyDraft::QcResult(read)] = &read(Format::ResultsCsv, writer.finish().unwrap())[..] else { panic!() };
        prop_assert_eq!(&read.layers[0].facts, &record.layers[0].facts);
    }

    #[test]
    fn any_bytes_are_read_or_refused(
        head in prop::sample::select(vec![
            "", "lot,line\n", "lot;vial;position\n", "number,subject,test,material_level,entry_date,value,unit,lod,replicate_value\n",
            "lot,line,names,other_ids,availability,availability_from,availability_comment,frozen_on,passage\n",
        ]),
        tail in prop::collection::vec(any::<u8>(), 0..200),
        cells in "([a-z0-9:|/'\"\\\\\\[\\] ;=.#-]{0,8},){0,24}",
    ) {
        for text in [[head.as_bytes(), &tail].concat(), [head, &cells].concat().into_bytes()] {
            for format in [Format::LotsCsv, Format::VialsCsv, Format::ResultsCsv] {
                let file = SourceFile::from_reader("test", Cursor::new(text.clone()));
                let _ = file.and_then(|file| import::rows(format, file)).map(Iterator::count);
            }
        }
    }
}

#[test]
fn no_two_columns_share_a_name() {
    for format in [Format::LotsCsv, Format::VialsCsv, Format::ResultsCsv] {
        let mut names: Vec<_> = format.columns().into_iter().map(|(name, ..)| name).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all, "no two columns of {} share a name", format.name());
    }
}
