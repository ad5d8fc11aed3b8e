//! Sentences with something in them: counts, days, names. One function for each, both languages side by side.

use crate::domain::{id::RecordKind, lang::Lang};

/// How many criteria have a verdict.
pub(in crate::web) fn tally(verdict: &str, count: usize, lang: Lang) -> String {
    match lang {
        Lang::En => format!("{verdict}: {count}"),
        Lang::Ja => format!("{verdict}{count}"),
    }
}

pub(in crate::web) fn superseded_by(number: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("Superseded by {number}"),
        Lang::Ja => format!("{number}に差し替え"),
    }
}

pub(in crate::web) fn since(day: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("since {day}"),
        Lang::Ja => format!("{day}から"),
    }
}

pub(in crate::web) fn at_passage(passage: u32, lang: Lang) -> String {
    match lang {
        Lang::En => format!("passage {passage}"),
        Lang::Ja => format!("継代数{passage}"),
    }
}

/// How long a result holds.
pub(in crate::web) fn holds_for(span: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("holds for {span}"),
        Lang::Ja => format!("有効期間：{span}"),
    }
}

/// How a lot or line is told of on the page of its conformity.
pub(in crate::web) fn conformity_to(subject: &str, standard: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("{subject}: conformity to {standard}"),
        Lang::Ja => format!("{subject}の規格適合性：{standard}"),
    }
}

/// That no more lots were judged.
pub(in crate::web) fn judged_lots(judged: usize, total: usize, lang: Lang) -> String {
    let total = grouped(total as u64);
    match lang {
        Lang::En => format!(
            "Of {total} lots, the first {judged} were judged, those that can be ordered before others."
        ),
        Lang::Ja => {
            format!("{total}ロットのうち、注文可能なものを優先して{judged}ロットを判定しました。")
        }
    }
}

/// Cells of a clone among all.
pub(in crate::web) fn of_all(cells: u32, all: Option<u64>, lang: Lang) -> String {
    match (all, lang) {
        (None, _) => cells.to_string(),
        (Some(all), Lang::En) => format!("{cells} of {all}"),
        (Some(all), Lang::Ja) => format!("{all}個中{cells}個"),
    }
}

pub(in crate::web) fn lines(count: u64, lang: Lang) -> String {
    match (lang, count) {
        (Lang::En, 1) => "1 line".to_owned(),
        (Lang::En, _) => format!("{} lines", grouped(count)),
        (Lang::Ja, _) => format!("{}株", grouped(count)),
    }
}

/// What the bank states, where something else stops it.
pub(in crate::web) fn bank_states(state: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("the bank states: {state}"),
        Lang::Ja => format!("保管機関の記載：{state}"),
    }
}

/// What a notice does, and for which uses where it is not every one.
pub(in crate::web) fn kind_of_notice(kind: &str, uses: &[String], lang: Lang) -> String {
    match (uses, lang) {
        ([], _) => kind.to_owned(),
        (uses, Lang::En) => format!("{kind}: {}", uses.join(", ")),
        (uses, Lang::Ja) => format!("{kind}：{}", uses.join("、")),
    }
}

/// How many records of a kind a search found.
pub(in crate::web) fn found(kind: RecordKind, count: u64, lang: Lang) -> String {
    let number = grouped(count);
    match (kind, lang, count) {
        (RecordKind::Batch, Lang::En, 1) => "1 lot".to_owned(),
        (RecordKind::Batch, Lang::En, _) => format!("{number} lots"),
        (RecordKind::Batch, Lang::Ja, _) => format!("{number}ロット"),
        (RecordKind::CordBloodUnit, Lang::En, 1) => "1 unit".to_owned(),
        (RecordKind::CordBloodUnit, Lang::En, _) => format!("{number} units"),
        (RecordKind::CordBloodUnit, Lang::Ja, _) => format!("{number}本"),
        _ => lines(count, lang),
    }
}

pub(in crate::web) fn records(count: u64, lang: Lang) -> String {
    match (lang, count) {
        (Lang::En, 1) => "1 record".to_owned(),
        (Lang::En, _) => format!("{} records", grouped(count)),
        (Lang::Ja, _) => format!("{}件", grouped(count)),
    }
}

/// That there are others beside those named.
pub(in crate::web) fn and_more(count: usize, lang: Lang) -> String {
    let count = grouped(count as u64);
    match lang {
        Lang::En => format!("and {count} more"),
        Lang::Ja => format!("ほか{count}件"),
    }
}

/// The uses for which something cannot be ordered that else can be.
pub(in crate::web) fn but_not_for(uses: &[&str], lang: Lang) -> String {
    match lang {
        Lang::En => format!("but not for: {}", uses.join(", ")),
        Lang::Ja => format!("ただし次の用途は不可：{}", uses.join("、")),
    }
}

/// What one kind of user pays, as the bank prints it.
pub(in crate::web) fn fee(user: &str, amount: &str, per: Option<&str>, lang: Lang) -> String {
    let per = per.map_or_else(String::new, |per| format!(" / {per}"));
    match lang {
        Lang::En => format!("{user}: {amount}{per}"),
        Lang::Ja => format!("{user}：{amount}{per}"),
    }
}

/// That no more findings are told than the gravest.
pub(in crate::web) fn gravest(count: usize, lang: Lang) -> String {
    match lang {
        Lang::En => format!("Only the gravest {count} are shown."),
        Lang::Ja => format!("重要なものから{count}件だけを表示しています。"),
    }
}

/// Tests that stood on a certificate and are no longer public.
pub(in crate::web) fn tests_withdrawn(count: usize, all: usize, lang: Lang) -> String {
    match lang {
        Lang::En => {
            format!("Of the {all} tests on it, {count} no longer public; not shown here.")
        }
        Lang::Ja => {
            format!("記載の{all}件の試験のうち{count}件は公開されていないため、表示しません。")
        }
    }
}

/// The verdict of today, where it is not that of the certificate.
pub(in crate::web) fn judged_today(verdict: &str, day: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("By all results on record on {day}: {verdict}"),
        Lang::Ja => format!("{day}に記録されているすべての結果による判定：{verdict}"),
    }
}

pub(in crate::web) fn nothing_since(day: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("Nothing on record on {day} speaks against it."),
        Lang::Ja => format!("{day}の時点で、これに反する記録はありません。"),
    }
}

pub(in crate::web) fn page_of(page: u32, pages: u32, lang: Lang) -> String {
    match lang {
        Lang::En => format!("Page {page} of {pages}"),
        Lang::Ja => format!("{pages}ページ中{page}ページ"),
    }
}

pub(in crate::web) fn as_of(revision: i64, lang: Lang) -> String {
    match lang {
        Lang::En => format!("as of revision {revision}"),
        Lang::Ja => format!("改訂{revision}時点"),
    }
}

/// The part of a longer list that is shown.
pub(in crate::web) fn shown(shown: usize, total: u64, lang: Lang) -> String {
    match lang {
        Lang::En => format!("The first {shown} of {} are shown.", grouped(total)),
        Lang::Ja => format!("{}件中、はじめの{shown}件を表示しています。", grouped(total)),
    }
}

pub(in crate::web) fn version(version: i64, date: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("Version {version} of this record, last changed on {date}"),
        Lang::Ja => format!("この記録の第{version}版（最終更新日 {date}）"),
    }
}

pub(in crate::web) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(lines(1, Lang::En), "1 line");
    }
}
