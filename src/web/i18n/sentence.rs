//! Sentences with something in them: counts, days, names. One function for each, both languages side by side.

use crate::domain::lang::Lang;

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
