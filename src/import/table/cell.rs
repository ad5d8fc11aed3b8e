//! One cell of a bank's table, as it is read and as it is written again.
//!
//! A cell that begins with `'` holds what follows as it stands, outer spaces too. A text that a spreadsheet would
//! calculate (`=`, `+`, `-`, `@`), trim or take for a number is written so, and read back without the mark.

use std::fmt::Write as _;

use unicode_normalization::UnicodeNormalization;

use crate::domain::names::{fold, spreadsheet_damage};

/// In the cell of a list, between its items; `\` before it makes it part of an item, as it does with outer space and with
/// itself. Before anything else `\` is a letter like others: a path, or the yen sign of a Japanese keyboard.
const BETWEEN: char = '|';
const ESCAPE: char = '\\';

/// A cell that is not blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(super) text: String,
    /// Whether the text is marked to stand as it is, so that it is no damage.
    pub(super) meant: bool,
}

impl Cell {
    /// `None` of a blank one.
    pub(super) fn of(raw: &str) -> Option<Self> {
        if let Some(text) = raw.strip_prefix('\'') {
            return Some(Self { text: text.to_owned(), meant: true });
        }
        let text = raw.trim();
        (!text.is_empty()).then(|| Self { text: text.to_owned(), meant: false })
    }

    /// Without width and outer spaces, for what is read and not kept as written.
    pub(super) fn folded(&self) -> String {
        self.text.nfkc().collect::<String>().trim().to_owned()
    }

    /// The number of a column that has one unit, which may stand behind it.
    pub(super) fn in_unit(&self, unit: &str) -> Result<Self, String> {
        let text = self.folded();
        let number = text.strip_suffix(unit).unwrap_or(&text).trim_end();
        if number.ends_with(|c: char| c.is_ascii_digit()) {
            return Ok(Self { text: number.to_owned(), ..self.clone() });
        }
        Err(format!(
            "`{}` is no number in {unit}: write it in {unit}, or the number alone",
            self.text
        ))
    }

    /// Why the cell holds nothing of what the bank once wrote in it.
    pub(super) fn lost(&self) -> Option<String> {
        let text = &self.text;
        if self.meant {
            return None;
        }
        if is_error_value(text) {
            return Some(format!(
                "`{text}` is what a spreadsheet shows for an error: write the value"
            ));
        }
        if text.starts_with('=') {
            let shown: String = text.chars().take(40).collect();
            return Some(format!(
                "`{shown}` is a formula: write its value; a text that begins so has `'` before it"
            ));
        }
        None
    }

    /// The text of a name or number that is no number to a spreadsheet.
    pub(super) fn name(&self) -> Result<&str, String> {
        match spreadsheet_damage(&self.text).filter(|_| !self.meant) {
            None => Ok(&self.text),
            Some(original) => Err(format!(
                "`{0}` looks like a name that a spreadsheet took for a number or a date; did you mean `{original}`? \
                 Format the column as text and write it again, or write `'{0}` if it is meant so",
                self.text
            )),
        }
    }
}

/// `#REF!`, `#N/A`, and the signs that stand for a column too narrow.
fn is_error_value(text: &str) -> bool {
    const ERRORS: [&str; 8] =
        ["#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!"];
    let filled = text.len() > 1 && text.chars().all(|c| c == '#');
    filled || ERRORS.iter().any(|error| text.eq_ignore_ascii_case(error))
}

/// The text as a cell that reads back as it was.
pub(super) fn written(text: &str) -> String {
    let calculated = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']);
    let changed = calculated || text.trim() != text || text.is_empty() || is_error_value(text);
    if changed { format!("'{text}") } else { text.to_owned() }
}

/// The same of a name or number, which must not look like one that a spreadsheet made.
pub(super) fn written_name(text: &str) -> String {
    if spreadsheet_damage(text).is_some() { format!("'{text}") } else { written(text) }
}

/// The items of the cell of a list, blank ones too.
pub(super) fn items(cell: &str) -> Vec<String> {
    let mut items: Vec<Vec<(char, bool)>> = vec![Vec::new()];
    let mut chars = cell.chars().peekable();
    while let Some(c) = chars.next() {
        let one = match c {
            BETWEEN => {
                items.push(Vec::new());
                continue;
            }
            ESCAPE => {
                let escaped = |c: &char| matches!(*c, BETWEEN | ESCAPE) || c.is_whitespace();
                (chars.next_if(escaped).unwrap_or(ESCAPE), true)
            }
            c => (c, false),
        };
        if let Some(item) = items.last_mut() {
            item.push(one);
        }
    }
    let kept = |(c, kept): &(char, bool)| *kept || !c.is_whitespace();
    let trimmed = |item: Vec<(char, bool)>| {
        let from = item.iter().position(kept).unwrap_or(item.len());
        let to = item.iter().rposition(kept).map_or(from, |at| at + 1);
        item[from..to].iter().map(|(c, _)| *c).collect()
    };
    items.into_iter().map(trimmed).collect()
}

/// The items as the cell of a list.
pub(super) fn joined<I: AsRef<str>>(items: impl IntoIterator<Item = I>) -> String {
    let mut cell = String::new();
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            cell.push(BETWEEN);
        }
        let item = item.as_ref();
        let outer = |at: usize, c: char| at == 0 || at + c.len_utf8() == item.len();
        for (at, c) in item.char_indices() {
            if matches!(c, BETWEEN | ESCAPE) || (c.is_whitespace() && outer(at, c)) {
                cell.push(ESCAPE);
            }
            cell.push(c);
        }
    }
    cell
}

/// The known words that are most like a text, the likest first: those that a slip or two would make of it.
pub(super) fn nearest<'a>(text: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    const SHOWN: usize = 3;
    let asked: Vec<char> = fold(text).chars().take(64).collect();
    let mut near: Vec<(usize, &str)> = known
        .into_iter()
        .filter_map(|word| {
            let folded: Vec<char> = fold(word).chars().collect();
            let apart = distance(&asked, &folded);
            let within = within(&asked, &folded) || within(&folded, &asked);
            (within || apart * 5 <= folded.len().max(asked.len()) * 2).then_some((apart, word))
        })
        .collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().take(SHOWN).map(|(_, word)| word).collect()
}

/// The known word that a text is but for a slip or two of the hand.
pub(super) fn misspelt<'a>(
    text: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    const SLIPS: usize = 2;
    let asked: Vec<char> = text.chars().take(64).collect();
    let apart = |word: &str| distance(&asked, &word.chars().collect::<Vec<_>>());
    let near = known.into_iter().map(|word| (apart(word), word)).min()?;
    (near.0 > 0 && near.0 <= SLIPS && asked.len() > 2 * SLIPS).then_some(near.1)
}

/// Whether three letters or more stand whole in a longer word.
fn within(part: &[char], whole: &[char]) -> bool {
    part.len() >= 3 && whole.windows(part.len()).any(|stretch| stretch == part)
}

/// How many letters must be changed, added or taken away to make one text of the other.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let change = before + usize::from(a != b);
            before = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(before + 1);
        }
    }
    row[other.len()]
}

/// Words as a message lists them.
pub(super) fn quoted<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let mut list = String::new();
    for (at, word) in words.into_iter().enumerate() {
        let between = if at == 0 { "" } else { ", " };
        write!(list, "{between}`{word}`").expect("a text takes what is written to it");
    }
    list
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_spreadsheet_would_calculate_is_marked_and_read_back() {
        for (text, cell) in [
            ("=1+1", "'=1+1"),
            ("+21", "'+21"),
            ("-80", "'-80"),
            ("@a", "'@a"),
            ("'a", "''a"),
            (" a", "' a"),
            ("#REF!", "'#REF!"),
            ("", "'"),
            ("a-b", "a-b"),
        ] {
            assert_eq!(written(text), cell);
            assert_eq!(Cell::of(cell).unwrap().text, text);
        }
    }

    #[test]
    fn what_is_lost_is_told_and_what_is_meant_is_not() {
        for raw in ["#REF!", "########", "#n/a", "=A1"] {
            assert!(Cell::of(raw).unwrap().lost().is_some(), "{raw}");
            assert_eq!(Cell::of(&format!("'{raw}")).unwrap().lost(), None);
        }
        assert!(Cell::of("45400").unwrap().name().unwrap_err().contains("did you mean `454E2`"));
        assert_eq!(Cell::of("'45400").unwrap().name(), Ok("45400"));
        assert_eq!(written_name("4.54E+04"), "'4.54E+04");
    }

    #[test]
    fn a_backslash_stays_where_it_escapes_nothing() {
        for (cell, expected) in [
            (r"\100,000", vec![r"\100,000"]),
            (r"C:\QC|D:\", vec![r"C:\QC", r"D:\"]),
            (r"a\|b\\|c", vec![r"a|b\", "c"]),
            (r"\ a", vec![" a"]),
        ] {
            assert_eq!(items(cell), expected, "{cell}");
            assert_eq!(items(&joined(expected.clone())), expected, "{cell}");
        }
    }

    #[test]
    fn a_number_bears_the_unit_of_its_column_and_no_other() {
        let read =
            |text: &str, unit: &str| Cell::of(text).unwrap().in_unit(unit).map(|cell| cell.text);
        for (text, unit, number) in [
            ("5 %", "%", "5"),
            ("５％", "%", "5"),
            ("37℃", "°C", "37"),
            ("37 °C", "°C", "37"),
            ("5", "%", "5"),
        ] {
            assert_eq!(read(text, unit).as_deref(), Ok(number), "{text}");
        }
        for (text, unit) in [("5 %", "°C"), ("37℃", "%"), ("5 %%", "%")] {
            let error = read(text, unit).unwrap_err();
            assert!(error.contains("write it in"), "{error}");
        }
    }

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        let known = ["passage", "passage_method", "position", "medium"];
        assert_eq!(nearest("Pasage", known), ["passage"]);
        assert_eq!(nearest("medium name", known), ["medium"]);
        assert!(nearest("xyzzy", known).is_empty());
    }

    proptest! {
        #[test]
        fn any_text_survives_its_cell(text in "[-=+@' \t|\\\\#a-z\u{3000}0-9.E]{0,12}|.*") {
            for cell in [written(&text), written_name(&text)] {
                let read = Cell::of(&cell).unwrap();
                prop_assert_eq!(&read.text, &text);
                prop_assert_eq!(read.lost(), None);
                prop_assert!(cell == written(&text) || read.name().is_ok());
            }
        }

        #[test]
        fn any_items_survive_their_cell(list in prop::collection::vec("[ |\\\\a\u{3000}]{0,6}|.{0,9}", 1..5)) {
            prop_assert_eq!(items(&joined(&list)), list);
        }

        #[test]
        fn any_text_is_compared(text in ".*", word in ".*") {
            let _ = nearest(&text, [word.as_str()]);
        }
    }
}
