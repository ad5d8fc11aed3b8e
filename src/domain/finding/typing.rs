//! HLA typings beside those of the donor and the unit, and beside the class that a source gives the line.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{Check, Known, Named, RuleCode, Said};
use crate::domain::{
    cell_line::{CatalogueClass, LineFacts},
    cord_blood::{code::TypingMethod, facts::HlaTyping as OfUnit},
    hla::{self, HlaLocus, HlaReading, HlaTyping, Homozygosity, LocusComparison, LocusOutcome},
    lang::Lang,
    qc::{
        result::QcResult,
        test_code::{Qualifier, TestCode},
        value::Value,
    },
    record::{AnyRecord, Record, Relation},
};

/// A typing as read, and whether its text may be shown.
struct Typed {
    reading: HlaReading,
    public: bool,
}

impl Known {
    /// What the record itself and the tests of it say.
    fn typed(&self, id: Uuid) -> Vec<Typed> {
        let sealed = |text: &str| Typed { reading: hla::read(text), public: false };
        let mut typed: Vec<Typed> = match self.records.get(&id) {
            Some(AnyRecord::CellLine(line)) => {
                let public = line.public_hla_typings();
                let read = |text: &String| Typed {
                    reading: hla::read(text),
                    public: public.contains(&text),
                };
                line.all(|facts| &facts.hla_typings).into_iter().map(read).collect()
            }
            Some(AnyRecord::Donor(donor)) => {
                donor.all(|facts| &facts.hla).into_iter().map(|text| sealed(text)).collect()
            }
            Some(AnyRecord::CordBloodUnit(unit)) => {
                let typings = unit.all(|facts| &facts.hla).into_iter().filter_map(text_of);
                typings.map(|text| sealed(&text)).collect()
            }
            _ => Vec::new(),
        };
        let tests = self.own_tests(id).filter_map(|tested| reading_of(&tested.result));
        typed.extend(tests.map(|reading| Typed { reading, public: false }));
        typed
    }

    fn typings(&self, id: Uuid) -> Vec<HlaTyping> {
        self.typed(id).into_iter().flat_map(|typed| typed.reading.typings).collect()
    }

    /// The HLA genes that were edited on purpose, in the cells of a record or in those that it was grown from.
    fn edited(&self, id: Uuid) -> BTreeSet<String> {
        let grown = [Relation::ParentBatch, Relation::Line, Relation::Parent];
        let (mut edited, mut seen, mut next) = (BTreeSet::new(), BTreeSet::new(), vec![id]);
        while let Some(id) = next.pop() {
            if seen.insert(id) {
                let genes = self.line(id).map(Record::edited_genes).unwrap_or_default();
                let names = genes.into_iter().map(|gene| gene.text().to_ascii_uppercase());
                edited.extend(names.map(|name| name.trim_start_matches("HLA-").to_owned()));
                next.extend(grown.into_iter().flat_map(|relation| self.reached(id, relation)));
            }
        }
        edited
    }
}

impl Check<'_> {
    pub(super) fn typing(&mut self) {
        if !self.known.may_be_human(self.id) {
            return;
        }
        let typed = self.known.typed(self.id);
        self.unread(&typed);
        let ours: Vec<HlaTyping> =
            typed.into_iter().flat_map(|typed| typed.reading.typings).collect();
        if ours.is_empty() {
            return;
        }
        let edited = self.known.edited(self.id);
        let units = self.known.reached(self.id, Relation::SourceUnit);
        let mut compared = Vec::new();
        for origin in self.known.donors(self.id).into_iter().chain(units) {
            let theirs = self.known.typings(origin);
            compared.extend(self.named(origin).map(|other| (other, hla::compare(&ours, &theirs))));
        }
        if !self.known.several_origins(self.id).is_empty() {
            let tells = |loci: &[LocusComparison]| {
                loci.iter().any(|one| !matches!(one.outcome, LocusOutcome::NotComparable { .. }))
            };
            compared.retain(|(_, loci)| tells(loci));
            let any = !compared.is_empty();
            compared.retain(|(_, loci)| loci.iter().all(|one| !is_difference(one, &edited)));
            if any && compared.is_empty() {
                self.find_several("HLA", "HLA");
            }
        }
        for (other, loci) in compared {
            self.beside(loci, &other, &edited);
        }
    }

    fn beside(&mut self, loci: Vec<LocusComparison>, other: &Named, edited: &BTreeSet<String>) {
        let (mut agreed, mut differs) = (Vec::new(), false);
        for LocusComparison { locus, outcome, .. } in loci {
            let name = format!("HLA-{locus}");
            match outcome {
                LocusOutcome::NotComparable { .. } => {}
                LocusOutcome::Agree { .. } => agreed.push(name),
                outcome if hides_a_null(&outcome) => agreed.push(name),
                outcome if edited.contains(locus.as_str()) && is_loss(&outcome) => {
                    self.find(RuleCode::HlaEdited, Some(other.clone()), &Said::same(name));
                }
                outcome => {
                    differs = true;
                    let en = format!("{name}: {}", outcome.wording(Lang::En));
                    let ja = format!("{name}：{}", outcome.wording(Lang::Ja));
                    self.find(RuleCode::HlaDiffers, Some(other.clone()), &Said { en, ja });
                }
            }
        }
        if !agreed.is_empty() && !differs {
            let about = Said { en: agreed.join(", "), ja: agreed.join("、") };
            self.find(RuleCode::HlaAgrees, Some(other.clone()), &about);
        }
    }

    fn unread(&mut self, typed: &[Typed]) {
        let broken = typed.iter().filter(|typed| !typed.reading.problems.is_empty());
        for Typed { reading, public } in broken {
            let about = if *public {
                let problems: Vec<String> =
                    reading.problems.iter().map(ToString::to_string).collect();
                Said::same(problems.join("; "))
            } else {
                let (en, ja) = ("a sealed typing of the record", "記録の非公開の型");
                Said { en: en.to_owned(), ja: ja.to_owned() }
            };
            self.find(RuleCode::HlaUnread, None, &about);
        }
    }

    pub(super) fn homozygous_class(&mut self, line: &Record<LineFacts>) {
        let stated = line.all(|facts| &facts.classes);
        if !stated.contains(&&CatalogueClass::HlaHomozygous) {
            return;
        }
        let typings = self.known.typings(self.id);
        let loci = [HlaLocus::A, HlaLocus::B, HlaLocus::Drb1];
        let of_loci = loci.map(|locus| hla::locus_homozygosity(&typings, &locus));
        let rule = if of_loci.contains(&Homozygosity::Heterozygous) {
            RuleCode::HlaClassContradicted
        } else if of_loci.iter().any(|one| *one != Homozygosity::Homozygous) {
            RuleCode::HlaClassNotShown
        } else {
            return;
        };
        self.find(rule, None, &Said::same(""));
    }
}

/// Whether a locus differs otherwise than it may by an edit on purpose.
fn is_difference(locus: &LocusComparison, edited: &BTreeSet<String>) -> bool {
    match &locus.outcome {
        LocusOutcome::NotComparable { .. } | LocusOutcome::Agree { .. } => false,
        outcome => {
            let is_edited = edited.contains(locus.locus.as_str()) && is_loss(outcome);
            !hides_a_null(outcome) && !is_edited
        }
    }
}

/// Whether what one side has alone is an allele that is not expressed: `A*03:01,01:11N` is as `A*03:01,03:01`.
fn hides_a_null(outcome: &LocusOutcome) -> bool {
    match outcome {
        LocusOutcome::LossOfHeterozygosity { missing, .. } => is_null(missing),
        LocusOutcome::Disagree { line_only, donor_only } => {
            (line_only.is_empty() || donor_only.is_empty())
                && line_only.iter().chain(donor_only).all(|value| is_null(value))
        }
        LocusOutcome::Agree { .. } | LocusOutcome::NotComparable { .. } => false,
    }
}

/// Whether the cells have nothing expressed that the donor has not: what an edit may come to.
fn is_loss(outcome: &LocusOutcome) -> bool {
    match outcome {
        LocusOutcome::LossOfHeterozygosity { .. } => true,
        LocusOutcome::Disagree { line_only, .. } => line_only.iter().all(|value| is_null(value)),
        LocusOutcome::Agree { .. } | LocusOutcome::NotComparable { .. } => false,
    }
}

fn is_null(value: &str) -> bool {
    let read = hla::read(value).typings;
    let mut genotypes = read.iter().flat_map(|typing| &typing.genotypes);
    genotypes.next().is_some_and(|genotype| genotype.first.is_null())
}

/// A typing in the result of a test: one that is a word, as *matches origin*, is none.
fn reading_of(result: &QcResult) -> Option<HlaReading> {
    let value = result.value.as_ref().filter(|_| result.test == TestCode::IdentityHla)?;
    if value.reading(result.test).is_some_and(|read| read != Value::Alleles) {
        return None;
    }
    let reading = hla::read(&value.text);
    match &result.qualifier {
        // The report names the locus beside the alleles.
        Some(Qualifier::Locus(locus)) if reading.typings.is_empty() => {
            let locus = HlaLocus::parse(locus.trim_start_matches("HLA-"))?;
            Some(hla::read(&format!("{locus}*{}", value.text)))
        }
        _ => Some(reading),
    }
}

/// A typing of the exchange as one text. Of serology only the loci with a series of their own can be named.
fn text_of(typing: &OfUnit) -> Option<String> {
    let locus = typing.locus.code();
    let prefix = match (typing.method, locus) {
        (TypingMethod::Dna, _) => format!("{locus}*"),
        (TypingMethod::Serology, "A" | "B") => locus.to_owned(),
        (TypingMethod::Serology, "C") => "Cw".to_owned(),
        (TypingMethod::Serology, "DRB1") => "DR".to_owned(),
        (TypingMethod::Serology, "DQB1") => "DQ".to_owned(),
        (TypingMethod::Serology, _) => return None,
    };
    let values = typing.first.iter().chain(&typing.second);
    let values: Vec<String> = values.map(|value| format!("{prefix}{value}")).collect();
    (!values.is_empty()).then(|| values.join(","))
}
