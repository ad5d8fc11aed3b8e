//! Filters of cord-blood units. They hold what a screen asks for, all of it together; nothing sealed can be asked.

use std::collections::BTreeSet;

use async_graphql::{InputObject, Result};

use super::{CodeFilter, TimeFilter, bounded_list, comparisons};
use crate::{
    domain::{
        cord_blood::{
            code::{Answer, Purpose},
            screen::{UnitCode, UnitCondition, UnitCount, UnitFilter},
        },
        filter::Comparison,
    },
    graphql::error::ErrorCode,
};

/// A condition on a count of cells in the whole unit: `8e8`. Everything that is given must hold, and a count that is not
/// stated meets none.
#[derive(Debug, Clone, Copy, Default, InputObject)]
pub struct CountFilter {
    /// More.
    gt: Option<f64>,
    /// So many or more.
    gte: Option<f64>,
    /// Fewer.
    lt: Option<f64>,
    /// So many or fewer.
    lte: Option<f64>,
}

/// A condition on the consent for a purpose.
#[derive(Debug, Clone, InputObject)]
pub struct UnitConsentFilter {
    /// The purpose: `transplant`, `research`.
    purpose: String,
    /// The answer: `yes`, `no`, or `unknown` where nobody says or the answers contradict each other.
    is: String,
}

/// What cord-blood units are narrowed by. Everything that is given must hold. Units that the last inventory of their bank
/// did not name are left out, unless `transplant` asks for `not_in_inventory`.
#[derive(Debug, Clone, Default, InputObject)]
pub struct CordBloodUnitFilter {
    /// ABO blood group: `A`, `B`, `O`, `AB`.
    abo: Option<CodeFilter>,
    /// Rhesus D: `P`, `N`.
    rhd: Option<CodeFilter>,
    /// Total nucleated cells in the whole unit, as frozen; where that is not stated, before processing.
    tnc: Option<CountFilter>,
    /// CD34+ cells in the whole unit, as frozen; where that is not stated, before processing.
    cd34: Option<CountFilter>,
    /// State of transplantation, after all steps that are known: `pending_survey`, `listed`, `reserved`, `delisted`,
    /// `not_in_inventory`, `never_eligible`.
    transplant: Option<CodeFilter>,
    /// Where the unit is, after all steps that are known: `collected`, `received`, `rejected`, `processed`, `stored`,
    /// `shipped`, `consumed`, `disposed`.
    custody: Option<CodeFilter>,
    /// What the unit is held for: `transplant`, `research`.
    purpose: Option<CodeFilter>,
    /// The consent for a purpose.
    consent: Option<UnitConsentFilter>,
    /// Whether a published line was made of the unit.
    source_of_line: Option<bool>,
    /// Time of the last change.
    updated_at: Option<TimeFilter>,
}

impl CordBloodUnitFilter {
    pub(in crate::graphql) fn filter(self) -> Result<UnitFilter> {
        let mut conditions = Vec::new();
        for (code, filter) in [
            (UnitCode::Abo, self.abo),
            (UnitCode::Rhd, self.rhd),
            (UnitCode::Transplant, self.transplant),
            (UnitCode::Custody, self.custody),
        ] {
            conditions.extend(coded(code, &filter.unwrap_or_default())?);
        }
        conditions.extend(held_for(&self.purpose.unwrap_or_default())?);
        for (count, filter) in [(UnitCount::Tnc, self.tnc), (UnitCount::Cd34, self.cd34)] {
            conditions.extend(counted(count, filter.unwrap_or_default())?);
        }
        if let Some(UnitConsentFilter { purpose, is }) = self.consent {
            let purpose = known("purpose", &purpose, Purpose::from_code, &codes_of_purposes())?;
            let answers: Vec<&str> = Answer::ALL.iter().map(|one| one.code()).collect();
            let answer = known("is", &is, Answer::from_code, &answers)?;
            conditions.push(UnitCondition::Consent(purpose, answer));
        }
        conditions.extend(self.source_of_line.map(UnitCondition::SourceOfLine));
        let updated = comparisons(self.updated_at.unwrap_or_default());
        conditions.extend(updated.map(|(how, at)| UnitCondition::Updated(how, at)));
        Ok(UnitFilter::new(conditions))
    }
}

fn name_of(code: UnitCode) -> &'static str {
    match code {
        UnitCode::Abo => "abo",
        UnitCode::Rhd => "rhd",
        UnitCode::Custody => "custody",
        UnitCode::Transplant => "transplant",
    }
}

fn coded(code: UnitCode, filter: &CodeFilter) -> Result<Vec<UnitCondition>> {
    let codes = code.codes();
    let find = |text: &str| codes.iter().copied().find(|known| *known == text);
    let of = |texts: &[String]| -> Result<BTreeSet<&'static str>> {
        texts.iter().map(|text| known(name_of(code), text, find, &codes)).collect()
    };
    let sets = asked(filter, of)?.into_iter().map(|codes| UnitCondition::Code(code, codes));
    let stated = filter.is_null.map(|is_null| UnitCondition::HasCode(code, !is_null));
    Ok(sets.chain(stated).collect())
}

fn codes_of_purposes() -> Vec<&'static str> {
    Purpose::ALL.iter().map(|one| one.code()).collect()
}

fn held_for(filter: &CodeFilter) -> Result<Vec<UnitCondition>> {
    let codes = codes_of_purposes();
    let of = |texts: &[String]| -> Result<BTreeSet<Purpose>> {
        texts.iter().map(|text| known("purpose", text, Purpose::from_code, &codes)).collect()
    };
    let sets = asked(filter, of)?.into_iter().map(UnitCondition::HeldFor);
    let stated = filter.is_null.map(|is_null| UnitCondition::HasPurpose(!is_null));
    Ok(sets.chain(stated).collect())
}

/// The sets of codes one of which has to be borne, one set for `eq` and one for `in`.
fn asked<T>(filter: &CodeFilter, of: impl Fn(&[String]) -> Result<T>) -> Result<Vec<T>> {
    let one = filter.eq.as_ref().map(|code| of(std::slice::from_ref(code)));
    let among = filter.among.as_deref().map(|codes| of(bounded_list("in", Some(codes))?));
    one.into_iter().chain(among).collect()
}

fn known<T>(
    field: &str,
    code: &str,
    from: impl Fn(&str) -> Option<T>,
    codes: &[&str],
) -> Result<T> {
    from(code).ok_or_else(|| {
        let message = format!("`{code}` is no code of {field}; there are {}", codes.join(", "));
        ErrorCode::BadUserInput.error(message)
    })
}

fn counted(count: UnitCount, filter: CountFilter) -> Result<Vec<UnitCondition>> {
    let CountFilter { gt, gte, lt, lte } = filter;
    let given = [
        (Comparison::Greater, gt),
        (Comparison::GreaterOrEqual, gte),
        (Comparison::Less, lt),
        (Comparison::LessOrEqual, lte),
    ];
    let given = given.into_iter().filter_map(|(how, number)| Some((how, number?)));
    given.map(|(how, number)| Ok(UnitCondition::Count(count, how, whole(number)?))).collect()
}

/// Counts are absolute and whole. Beyond 2⁵³ a number of JSON would be another.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is whole and within bounds that fit"
)]
fn whole(number: f64) -> Result<u64> {
    const MOST: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && (0.0..=MOST).contains(&number) {
        return Ok(number as u64);
    }
    let message = format!(
        "{number} is no count of cells; counts are whole and of the whole unit, such as `1.32e9`"
    );
    Err(ErrorCode::BadUserInput.error(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(code: &str) -> CodeFilter {
        CodeFilter { eq: Some(code.to_owned()), ..CodeFilter::default() }
    }

    #[test]
    fn a_screen_stands_for_its_conditions_and_leaves_out_what_has_left() {
        let tnc = CountFilter { gte: Some(8e8), ..CountFilter::default() };
        let screen = CordBloodUnitFilter {
            abo: Some(code("O")),
            tnc: Some(tnc),
            ..CordBloodUnitFilter::default()
        };
        let expected = [
            UnitCondition::Code(UnitCode::Abo, BTreeSet::from(["O"])),
            UnitCondition::Count(UnitCount::Tnc, Comparison::GreaterOrEqual, 800_000_000),
            UnitCondition::Present,
        ];
        assert_eq!(screen.filter().unwrap().conditions(), expected);
        let absent = CordBloodUnitFilter {
            transplant: Some(code("not_in_inventory")),
            ..CordBloodUnitFilter::default()
        };
        assert_eq!(absent.filter().unwrap().conditions().len(), 1);
    }

    #[test]
    fn what_no_unit_can_bear_is_refused_with_what_there_is() {
        let wrong = CordBloodUnitFilter { rhd: Some(code("+")), ..CordBloodUnitFilter::default() };
        let error = wrong.filter().unwrap_err();
        assert_eq!(error.message, "`+` is no code of rhd; there are P, N");
        for number in [13.2, -1.0, f64::NAN, f64::INFINITY, 1e17] {
            let cd34 = Some(CountFilter { lt: Some(number), ..CountFilter::default() });
            let wrong = CordBloodUnitFilter { cd34, ..CordBloodUnitFilter::default() };
            assert!(wrong.filter().unwrap_err().message.contains("is no count of cells"));
        }
    }
}
