//! What a criterion demands and what a result says, in the reader's language. Numbers, signs and units stand as they are
//! read; nothing is judged here.

use super::{
    limit::Limit,
    requirement::{Part, Requirement},
    standard::Validity,
    test_code::Qualifier,
    value::{Amount, Examined, Measurement, Value},
};
use crate::domain::lang::Lang;

impl Requirement {
    pub fn text(&self, lang: Lang) -> String {
        match self {
            Self::Limit { limit, review } => with_review(*limit, review.as_ref().copied(), lang),
            Self::Coded { accepted } => {
                let labels: Vec<&str> = accepted.iter().map(|value| value.label(lang)).collect();
                labels.join(or(lang))
            }
            Self::EqualsOrigin => match lang {
                Lang::En => "the same as the material it comes from".to_owned(),
                Lang::Ja => "由来する試料と一致すること".to_owned(),
            },
            Self::AllOf { parts } => joined(parts, ("all of: ", "次のすべて："), lang),
            Self::AnyOf { parts } => joined(parts, ("one of: ", "次のいずれか："), lang),
            Self::Falling { by_passage } => match lang {
                Lang::En => format!(
                    "falls with passages up to passage {by_passage}, and does not rise again"
                ),
                Lang::Ja => {
                    format!("継代数{by_passage}までに継代に伴って減少し、その後増加しないこと")
                }
            },
            Self::ExemptIfInDonor { limit } => match lang {
                Lang::En => format!("{limit} for each gain or loss that is not in the donor too"),
                Lang::Ja => format!("増加・欠失はいずれも{limit}（ドナーにもあるものを除く）"),
            },
            Self::RelativeTo { reference, limit } => match lang {
                Lang::En => format!("{}, where {reference} is 1", bare(&limit.to_string())),
                Lang::Ja => format!("{}（{reference}を1とする）", bare(&limit.to_string())),
            },
            Self::KaryotypeShare { metaphases, below_percent } => match lang {
                Lang::En => format!(
                    "no karyotype but the donor's in {below_percent} % or more of the metaphases, of which at least {metaphases} are examined"
                ),
                Lang::Ja => format!(
                    "ドナーと異なる核型がいずれも{below_percent}%未満（分裂中期細胞{metaphases}個以上の検査による）"
                ),
            },
            Self::Reported => match lang {
                Lang::En => "reported; no limit is stated".to_owned(),
                Lang::Ja => "報告すること（限度の記載なし）".to_owned(),
            },
        }
    }
}

/// Scores and ratios are bare numbers to a reader; their unit only keeps them from being compared.
fn bare(text: &str) -> String {
    text.replace(" {score}", "").replace(" {ratio}", "")
}

fn with_review(limit: Limit, review: Option<Limit>, lang: Lang) -> String {
    let (limit, review) =
        (bare(&limit.to_string()), review.map(|review| bare(&review.to_string())));
    match (review, lang) {
        (None, _) => limit,
        (Some(review), Lang::En) => format!("{limit}; else {review} is held for review"),
        (Some(review), Lang::Ja) => format!("{limit}（範囲外でも{review}は要確認）"),
    }
}

fn or(lang: Lang) -> &'static str {
    match lang {
        Lang::En => " or ",
        Lang::Ja => "、または",
    }
}

fn joined(parts: &[Part], head: (&str, &str), lang: Lang) -> String {
    let part = |part: &Part| {
        let text = part.requirement.text(lang);
        let methods: Vec<&str> = part.methods.iter().map(|method| method.label(lang)).collect();
        match (methods.is_empty(), lang) {
            (true, _) => text,
            (false, Lang::En) => format!("{text} by {}", methods.join(or(lang))),
            (false, Lang::Ja) => format!("{text}（{}）", methods.join("・")),
        }
    };
    let (head, between) = match lang {
        Lang::En => (head.0, "; "),
        Lang::Ja => (head.1, "、"),
    };
    head.to_owned() + &parts.iter().map(part).collect::<Vec<_>>().join(between)
}

impl Qualifier {
    /// The name as written, or the label of a layer or stage.
    pub fn label(&self, lang: Lang) -> String {
        match self {
            Self::GermLayer(layer) => layer.label(lang).to_owned(),
            Self::Stage(stage) => stage.label(lang).to_owned(),
            named => named.text(),
        }
    }
}

impl Validity {
    pub fn text(self, lang: Lang) -> String {
        let passages = self.passages.map(|passages| match lang {
            Lang::En => format!("{passages} passages"),
            Lang::Ja => format!("{passages}継代"),
        });
        let days = self.days.map(|days| match lang {
            Lang::En => format!("{days} days"),
            Lang::Ja => format!("{days}日"),
        });
        let between = match lang {
            Lang::En => ", or ",
            Lang::Ja => "または",
        };
        passages.into_iter().chain(days).collect::<Vec<_>>().join(between)
    }
}

impl Examined {
    /// How many at least.
    pub fn at_least(self, lang: Lang) -> String {
        let (count, of) = (self.count, self.of.label(lang));
        match lang {
            Lang::En => format!("at least {count} {of}"),
            Lang::Ja => format!("{of}{count}以上"),
        }
    }
}

impl Value {
    pub fn text(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Coded(value), _) => value.label(lang).to_owned(),
            (Self::Measured(measured), Lang::Ja) => japanese(measured),
            (Self::Findings(found), Lang::Ja) if found.is_empty() => "所見なし".to_owned(),
            (Self::Findings(found), Lang::En) if found.is_empty() => "no findings".to_owned(),
            (Self::Measured(measured), Lang::En) => bare(&measured.to_string()),
            _ => self.to_string(),
        }
    }
}

/// The only word in a measurement is that nothing was detected.
fn japanese(measured: &Measurement) -> String {
    let text = bare(&measured.to_string());
    match (measured.amount, text.strip_prefix("not detected")) {
        (Amount::NotDetected, Some(limits)) => format!("検出せず{limits}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::qc::{
        coded_value::CodedValue,
        standard::{self, Criterion},
        test_code::{Stage, TestCode},
    };

    fn criterion(standard: &str, version: &str, code: &str) -> &'static Criterion {
        let is_it = |one: &&standard::QcStandard| one.code == standard && one.version == version;
        let found = standard::shipped().iter().find(is_it).unwrap();
        found.criteria.iter().find(|criterion| criterion.code == code).unwrap()
    }

    #[test]
    fn what_is_demanded_is_told_in_both_languages() {
        let endotoxin = &criterion("cira-hla-stock", "2019", "endotoxin").requirement;
        assert_eq!(endotoxin.text(Lang::En), "≤5 EU/mL");
        let score = &criterion("pluritest", "nmeth.1580", "pluripotency").requirement;
        assert_eq!(score.text(Lang::En), ">25; else ≥10 is held for review");
        assert_eq!(score.text(Lang::Ja), ">25（範囲外でも≥10は要確認）");
        let plasmid = &criterion("cirm-ipsc-collection", "undated", "residual-plasmid").requirement;
        let (english, japanese) = (plasmid.text(Lang::En), plasmid.text(Lang::Ja));
        assert!(english.starts_with("one of: ≤1 copies/100 cells; falls with"), "{english}");
        assert!(japanese.starts_with("次のいずれか：≤1 copies/100 cells、"), "{japanese}");
        let mycoplasma = &criterion("iscbi", "2009", "mycoplasma").requirement;
        assert!(
            mycoplasma.text(Lang::En).contains(" by Culture; "),
            "{}",
            mycoplasma.text(Lang::En)
        );
    }

    #[test]
    fn a_value_keeps_its_sign_and_unit_in_both_languages() {
        let below = Value::parse(TestCode::Endotoxin, "<0.5 EU/mL").unwrap();
        assert_eq!([Lang::En, Lang::Ja].map(|lang| below.text(lang)), ["<0.5 EU/mL", "<0.5 EU/mL"]);
        let none = Value::parse(TestCode::Endotoxin, "ND (LOD 0.1 EU/mL)").unwrap();
        assert_eq!(none.text(Lang::Ja), "検出せず (LOD 0.1 EU/mL)");
        assert_eq!(Value::Coded(CodedValue::Negative).text(Lang::Ja), "陰性");
        assert_eq!(Value::Findings(Vec::new()).text(Lang::En), "no findings");
        assert_eq!(Qualifier::Stage(Stage::PostThaw).label(Lang::Ja), "解凍後");
        let validity = Validity { passages: Some(10), days: Some(56) };
        assert_eq!(validity.text(Lang::En), "10 passages, or 56 days");
    }
}
