//! What the cross-checks found on a line, as anyone may read it.

use crate::{
    catalogue::check::MOST,
    domain::{
        finding::{Finding, Named, RuleCode, Severity},
        hla,
        lang::Lang,
    },
    web::{
        address::{localized, record_path},
        i18n::{self, bank_words},
        page::{Block, Item, Section, Table, Tone},
    },
};

pub(super) fn section(findings: &[Finding], lang: Lang) -> Section {
    let t = bank_words(lang);
    if findings.is_empty() {
        let nothing = Block::Text(t.no_findings.to_owned());
        return Section::new("findings", t.findings, vec![nothing]);
    }
    let table = Table {
        caption: t.findings.to_owned(),
        heads: vec![t.finding, t.severity, t.what_was_found, t.compared_with],
        rows: findings.iter().map(|one| row(one, lang)).collect(),
    };
    let mut blocks = vec![Block::Text(t.findings_note.to_owned()), Block::Table(table)];
    if findings.len() >= MOST {
        blocks.push(Block::Text(i18n::gravest(MOST, lang)));
    }
    if findings.iter().any(|one| is_of_hla(one.rule)) {
        blocks.push(Block::Warning(hla::not_for_clinical_selection(lang).to_owned()));
    }
    Section::new("findings", t.findings, blocks)
}

fn row(finding: &Finding, lang: Lang) -> Vec<Item> {
    let severity = Item::new(finding.severity.label(lang)).tone(match finding.severity {
        Severity::Error => Tone::Bad,
        Severity::Finding => Tone::Open,
        Severity::AsExpected => Tone::Good,
    });
    let other = finding.other.as_ref().map(|other| named(other, lang));
    vec![
        Item::new(finding.rule.label(lang)),
        severity,
        Item::new(finding.text.text(lang)),
        other.unwrap_or_else(|| Item::new(bank_words(lang).nothing_compared)),
    ]
}

fn named(other: &Named, lang: Lang) -> Item {
    let path = record_path(other.id.kind, &other.accession);
    Item::new(&*other.accession).link(path.map(|path| localized(lang, &path)))
}

fn is_of_hla(rule: RuleCode) -> bool {
    matches!(
        rule,
        RuleCode::HlaAgrees
            | RuleCode::HlaDiffers
            | RuleCode::HlaEdited
            | RuleCode::HlaUnread
            | RuleCode::HlaClassNotShown
            | RuleCode::HlaClassContradicted
    )
}
