//! Karyotypes of a line or lot beside what is known of the donor, and the donor's own beside the donor's sex.

use super::{Check, Known, Named, RuleCode, Said};
use crate::domain::{
    cell_line::LineFacts,
    donor::{DonorFacts, Sex},
    karyotype::{AbnormalityKind, Finding, FindingKind, Karyotype, compare},
    lang::Lang,
    qc::{test_code::TestCode, value::Value},
    record::{AnyRecord, Record, Relation},
};

/// What is known of the person, and which record says so.
struct Person {
    record: Named,
    karyotype: Option<Karyotype>,
    sex: Option<Sex>,
}

impl Check<'_> {
    pub(super) fn karyotypes_of_line(&mut self, line: &Record<LineFacts>) {
        let read = line.all(|facts| &facts.karyotypes).into_iter();
        let read: Vec<Karyotype> = read.filter_map(|text| Karyotype::parse(text).ok()).collect();
        self.beside_person(&read);
        self.karyotypes_of_tests();
    }

    pub(super) fn karyotypes_of_tests(&mut self) {
        let tests = self.known.own_tests(self.id).map(|tested| &tested.result);
        let values = tests.filter(|result| result.test == TestCode::Karyotype);
        let read =
            values.filter_map(|result| match result.value.as_ref()?.reading(result.test)? {
                Value::Karyotype(read) => Some(read),
                _ => None,
            });
        let read: Vec<Karyotype> = read.collect();
        self.beside_person(&read);
    }

    /// A donor whose karyotype and sex disagree is told of on the donor too, where it is to be corrected.
    pub(super) fn karyotype_of_donor(&mut self, donor: &Record<DonorFacts>) {
        let (Some(karyotype), Some(sex)) = (donor.karyotype(), donor.sex()) else { return };
        let found = compare(&karyotype, None, Some(sex));
        if self.known.may_be_human(self.id)
            && found.iter().any(|finding| finding.kind == FindingKind::WrongSex)
        {
            self.find(RuleCode::KaryotypeDonorSex, None, &Said::same(""));
        }
    }

    fn beside_person(&mut self, karyotypes: &[Karyotype]) {
        if !self.known.may_be_human(self.id) {
            return;
        }
        let persons = self.known.persons(self.id);
        let several = !self.known.several_origins(self.id).is_empty();
        for karyotype in karyotypes {
            if several {
                self.beside_several(karyotype, &persons);
                continue;
            }
            if persons.is_empty() {
                self.tell(karyotype, compare(karyotype, None, None), None);
            }
            for person in &persons {
                let found = compare(karyotype, person.karyotype.as_ref(), person.sex);
                self.tell(karyotype, found, Some(&person.record));
            }
        }
    }

    /// The person whom it fits. Where it fits none, what is found in it by itself; only where it has the sex chromosomes of
    /// none is that told too.
    fn beside_several(&mut self, karyotype: &Karyotype, persons: &[Person]) {
        let persons = persons.iter().filter(|one| one.karyotype.is_some() || one.sex.is_some());
        let compared: Vec<(&Person, Vec<Finding>)> =
            persons.map(|one| (one, compare(karyotype, one.karyotype.as_ref(), one.sex))).collect();
        let fits = |found: &[Finding]| {
            found.iter().all(|one| one.kind == FindingKind::ConstitutionalAsExpected)
        };
        if let Some((person, found)) = compared.iter().find(|(_, found)| fits(found)) {
            self.tell(karyotype, found.clone(), Some(&person.record));
            return;
        }
        self.tell(karyotype, compare(karyotype, None, None), None);
        let is_of_other_sex =
            |found: &[Finding]| found.iter().any(|one| one.kind == FindingKind::WrongSex);
        if !compared.is_empty() && compared.iter().all(|(_, found)| is_of_other_sex(found)) {
            self.find_several("karyotype", "核型");
        }
    }

    fn tell(&mut self, karyotype: &Karyotype, found: Vec<Finding>, person: Option<&Named>) {
        for one in found {
            let about = about(karyotype, &one);
            let rule = RuleCode::of_karyotype(one.kind);
            if let Some(finding) = self.find(rule, person.cloned(), &about) {
                finding.karyotype = Some(one.kind);
            }
        }
    }
}

impl Known {
    /// The donors; where none is on record, the units that the cells are of.
    fn persons(&self, id: uuid::Uuid) -> Vec<Person> {
        let lines = [vec![id], self.reached(id, Relation::Line)].concat();
        let units = lines.into_iter().flat_map(|id| self.reached(id, Relation::SourceUnit));
        let donors = self.donors(id);
        let all = if donors.is_empty() { units.collect() } else { donors };
        let person = |id| {
            let record = self.records.get(&id)?;
            let (karyotype, sex) = match record {
                AnyRecord::Donor(donor) => (donor.karyotype(), donor.sex()),
                AnyRecord::CordBloodUnit(unit) => (None, unit.first(|facts| facts.infant.sex)),
                _ => return None,
            };
            Some(Person { record: Named::of(record), karyotype, sex })
        };
        all.into_iter().filter_map(person).collect()
    }
}

/// What was found, with the words of the karyotype where they are the cells' own and hold no free text.
fn about(karyotype: &Karyotype, found: &Finding) -> Said {
    let of_donor =
        matches!(found.kind, FindingKind::ConstitutionalMissing | FindingKind::DonorSexDiffers);
    let mut parts = karyotype.clones.iter().flat_map(|clone| &clone.abnormalities);
    let free_text = parts.any(|part| part.kind == AbnormalityKind::Other);
    let label = |lang| found.kind.label(lang);
    if of_donor || free_text {
        return Said::by(label);
    }
    Said {
        en: format!("{}: {}", label(Lang::En), found.subject),
        ja: format!("{}：{}", label(Lang::Ja), found.subject),
    }
}
