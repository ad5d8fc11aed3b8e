//! What the cells of a bank's table may hold: how each kind of value is read, and written so that it reads back.

use chrono::{Days, NaiveDate};
use unicode_normalization::UnicodeNormalization;

use super::cell::{self, Cell};
use crate::domain::{
    availability::Availability,
    batch::BatchLevel,
    id::check_accession,
    identifier::{self, ExternalId, IdStatus, SCHEMES},
    lang::{LANGUAGES, Lang},
    names::{Name, NameKind, fold},
    qc::{
        material::Level, method::Method, number::Number, result::LaboratoryVerdict, result::Sha256,
        test_code::TestCode,
    },
    record::{ACCESSION, State},
    term::Key,
    vial::VialState,
};

/// A value of a cell.
pub(crate) trait Written: Sized {
    /// Why the cell holds no such value, with what to do.
    fn read(cell: &Cell) -> Result<Self, String>;

    /// The cell; blank is none.
    fn write(&self) -> String;
}

/// Free text, kept as it is written.
impl Written for String {
    fn read(cell: &Cell) -> Result<Self, String> {
        Ok(cell.text.clone())
    }

    fn write(&self) -> String {
        cell::written(self)
    }
}

/// A name, which a spreadsheet may have taken for a number or a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word(pub(super) String);

impl Written for Word {
    fn read(cell: &Cell) -> Result<Self, String> {
        cell.name().map(|name| Self(name.to_owned()))
    }

    fn write(&self) -> String {
        cell::written_name(&self.0)
    }
}

/// A running number, of which digits alone are no damage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Serial(pub(super) String);

impl Written for Serial {
    fn read(cell: &Cell) -> Result<Self, String> {
        let digits = cell.text.bytes().all(|byte| byte.is_ascii_digit());
        if digits { Ok(Self(cell.text.clone())) } else { Word::read(cell).map(|word| Self(word.0)) }
    }

    fn write(&self) -> String {
        let digits = !self.0.is_empty() && self.0.bytes().all(|byte| byte.is_ascii_digit());
        if digits { self.0.clone() } else { cell::written_name(&self.0) }
    }
}

/// An accession of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Accession(pub(super) String);

impl Written for Accession {
    fn read(cell: &Cell) -> Result<Self, String> {
        let text = cell.folded();
        check_accession(&text).map_err(|error| error.to_string())?;
        Ok(Self(text))
    }

    fn write(&self) -> String {
        cell::written(&self.0)
    }
}

/// The number of a lot or a result, under which it is known again: it must be whole.
fn numbered(scheme: &str, cell: &Cell) -> Result<String, String> {
    let text = cell.name()?;
    match ExternalId::new(scheme, text).problem() {
        None => Ok(text.to_owned()),
        Some(problem) => Err(format!(
            "`{text}` is {problem}; where the number stands alone, put the bank before it in the column map: `=BANK/{{column}}`"
        )),
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LotNumber(pub(super) String);

impl Written for LotNumber {
    fn read(cell: &Cell) -> Result<Self, String> {
        numbered("lot", cell).map(Self)
    }

    fn write(&self) -> String {
        cell::written_name(&self.0)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ResultNumber(pub(super) String);

impl Written for ResultNumber {
    fn read(cell: &Cell) -> Result<Self, String> {
        numbered("qc_result", cell).map(Self)
    }

    fn write(&self) -> String {
        cell::written_name(&self.0)
    }
}

fn whole<N: TryFrom<u64>>(cell: &Cell, text: &str) -> Result<N, String> {
    let number: Number =
        text.parse().map_err(|error: crate::domain::qc::number::NumberError| error.to_string())?;
    let number = number.decimal();
    let whole = number.is_integer().then(|| u64::try_from(number).ok()).flatten();
    whole
        .and_then(|number| N::try_from(number).ok())
        .ok_or_else(|| format!("`{}` is no whole number in its range: write it as `12`", cell.text))
}

impl Written for u32 {
    fn read(cell: &Cell) -> Result<Self, String> {
        whole(cell, &cell.folded())
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

impl Written for u64 {
    fn read(cell: &Cell) -> Result<Self, String> {
        whole(cell, &cell.folded())
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

impl Written for u8 {
    fn read(cell: &Cell) -> Result<Self, String> {
        whole(cell, &cell.folded())
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

/// A passage: `12` or `P12`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Passage(pub(super) u32);

impl Written for Passage {
    fn read(cell: &Cell) -> Result<Self, String> {
        let text = cell.folded();
        whole(cell, text.strip_prefix(['p', 'P']).unwrap_or(&text)).map(Self)
    }

    fn write(&self) -> String {
        self.0.to_string()
    }
}

/// A day is read where the year stands first, so that no day is taken for a month.
impl Written for NaiveDate {
    fn read(cell: &Cell) -> Result<Self, String> {
        let text = cell.folded();
        let parts: Vec<&str> =
            text.trim_end_matches('日').split(['-', '/', '.', '年', '月']).collect();
        let number = |part: &str| {
            let digits = part.bytes().all(|byte| byte.is_ascii_digit()) && part.len() <= 4;
            digits.then(|| part.parse::<u32>().ok()).flatten()
        };
        if let [year, month, day] = parts[..]
            && year.len() == 4
            && let (Some(year), Some(month), Some(day)) = (number(year), number(month), number(day))
            && let Some(date) =
                NaiveDate::from_ymd_opt(i32::try_from(year).unwrap_or_default(), month, day)
        {
            return Ok(date);
        }
        let meant =
            day_of_number(&text).map_or_else(String::new, |day| format!("; did you mean `{day}`?"));
        Err(format!("`{}` is no day, or may be two: write it as `2008-05-01`{meant}", cell.text))
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

/// What a spreadsheet counts from the end of 1899, or a day without its dashes.
fn day_of_number(text: &str) -> Option<NaiveDate> {
    let number: u64 = text.parse().ok()?;
    match text.len() {
        5 => NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(Days::new(number)),
        8 => NaiveDate::parse_from_str(text, "%Y%m%d").ok(),
        _ => None,
    }
}

impl Written for Sha256 {
    fn read(cell: &Cell) -> Result<Self, String> {
        Self::try_from(cell.folded()).map_err(|error| error.to_string())
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

/// A word of a closed set, by its code or its label in either language.
pub(super) fn coded<T: Copy>(
    text: &str,
    all: &[T],
    names: impl Fn(T) -> [&'static str; 3],
) -> Result<T, String> {
    let folded = fold(text);
    let found = all.iter().copied().find(|one| names(*one).iter().any(|name| fold(name) == folded));
    found.ok_or_else(|| {
        let near = cell::nearest(text, all.iter().flat_map(|one| names(*one)));
        let near: Vec<&str> = all
            .iter()
            .map(|one| names(*one))
            .filter(|names| names.iter().any(|name| near.contains(name)))
            .map(|names| names[0])
            .collect();
        let codes = all.iter().map(|one| names(*one)[0]);
        if near.is_empty() {
            format!("`{text}` is none of {}", cell::quoted(codes))
        } else {
            let all = if all.len() > 12 {
                String::new()
            } else {
                format!(" (one of {})", cell::quoted(codes))
            };
            format!("`{text}` is not known; did you mean {}?{all}", cell::quoted(near))
        }
    })
}

macro_rules! coded_cells {
    ($($type:ty),+) => {
        $(impl Written for $type {
            fn read(cell: &Cell) -> Result<Self, String> {
                coded(&cell.text, Self::ALL, |one| [one.code(), one.label(Lang::En), one.label(Lang::Ja)])
            }

            fn write(&self) -> String {
                self.code().to_owned()
            }
        })+
    };
}

coded_cells!(Availability, BatchLevel, LaboratoryVerdict, Level, Method, TestCode, VialState);

impl Written for State {
    fn read(cell: &Cell) -> Result<Self, String> {
        coded(&cell.text, &Self::ALL, |one| [one.as_str(); 3])
    }

    fn write(&self) -> String {
        self.as_str().to_owned()
    }
}

/// An item of a list.
pub(super) trait Item: Sized {
    fn read(text: &str) -> Result<Self, String>;
    fn write(&self) -> String;
}

/// The items of a cell, separated by `|`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct List<T>(pub(super) Vec<T>);

impl<T: Item> Written for List<T> {
    fn read(cell: &Cell) -> Result<Self, String> {
        let item = |text: String| {
            let item = Cell { text, meant: cell.meant };
            T::read(item.name()?)
        };
        cell::items(&cell.text).into_iter().map(item).collect::<Result<_, _>>().map(Self)
    }

    fn write(&self) -> String {
        let items: Vec<String> = self.0.iter().map(Item::write).collect();
        let marked = items.iter().any(|item| cell::written_name(item).starts_with('\''));
        let cell = cell::joined(items);
        if marked { format!("'{cell}") } else { cell::written(&cell) }
    }
}

/// Items of which some may be blank, so that several columns can run side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Gaps<T>(pub(super) Vec<Option<T>>);

impl<T: Written> Written for Gaps<T> {
    fn read(cell: &Cell) -> Result<Self, String> {
        let item = |text: String| {
            let item = Some(Cell { text, meant: cell.meant }).filter(|item| !item.text.is_empty());
            item.map(|item| T::read(&item)).transpose()
        };
        cell::items(&cell.text).into_iter().map(item).collect::<Result<_, _>>().map(Self)
    }

    fn write(&self) -> String {
        // Of an item that would be marked alone the whole cell is marked.
        let item = |item: &Option<T>| {
            let text = item.as_ref().map_or_else(String::new, Written::write);
            text.strip_prefix('\'').map_or(text.clone(), ToOwned::to_owned)
        };
        let items: Vec<String> = self.0.iter().map(item).collect();
        let marked = self.0.iter().flatten().any(|item| item.write().starts_with('\''));
        let cell = cell::joined(items);
        if marked { format!("'{cell}") } else { cell::written(&cell) }
    }
}

impl<T> Gaps<T> {
    /// `None` where every item is blank.
    pub(super) fn of(items: Vec<Option<T>>) -> Option<Self> {
        items.iter().any(Option::is_some).then_some(Self(items))
    }
}

/// An item that bears marks: `[marks] text`. A text that begins with a bracket has an empty one before it.
fn marked(text: &str) -> (Option<&str>, &str) {
    let found = text.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    found
        .map_or((None, text), |(marks, rest)| (Some(marks), rest.strip_prefix(' ').unwrap_or(rest)))
}

fn with_marks(marks: &str, text: &str) -> String {
    if marks.is_empty() && !text.starts_with('[') {
        text.to_owned()
    } else {
        format!("[{marks}] {text}")
    }
}

/// `201B7`, `[synonym] 201-B7`, `[primary en] Bank`.
impl Item for Name {
    fn read(text: &str) -> Result<Self, String> {
        let (marks, name) = marked(text);
        let (mut kind, mut lang) = (NameKind::Primary, None);
        for mark in marks.unwrap_or_default().split_whitespace() {
            match NameKind::ALL.into_iter().find(|kind| kind.as_str() == mark) {
                Some(found) => kind = found,
                None if lang.is_none() && LANGUAGES.contains(&mark) => lang = Some(mark.to_owned()),
                None => {
                    let kinds = NameKind::ALL.map(NameKind::as_str);
                    return Err(format!(
                        "`{mark}` in brackets is no kind of name and no language: write one of {} and then one of {}; \
                         before a name that begins with a bracket write an empty one: `[] {text}`",
                        cell::quoted(kinds),
                        cell::quoted(LANGUAGES)
                    ));
                }
            }
        }
        if name.trim().is_empty() {
            return Err("a name is blank: fill it in, or take away the `|`".to_owned());
        }
        Ok(Self { kind, text: name.to_owned(), lang })
    }

    fn write(&self) -> String {
        let kind = if self.kind == NameKind::Primary { "" } else { self.kind.as_str() };
        let lang = self.lang.as_deref().unwrap_or_default();
        with_marks([kind, lang].join(" ").trim(), &self.text)
    }
}

/// `biosamples:SAMEA1`, `[withdrawn] biosamples:SAMEA1`. A registry that is not known here stays as it is written.
impl Item for ExternalId {
    fn read(text: &str) -> Result<Self, String> {
        let (marks, id) = marked(text);
        let Some((scheme, value)) = id.split_once(':') else {
            return Err(format!(
                "`{text}` does not say of which registry it is: write it as `biosamples:SAMEA1`"
            ));
        };
        let (scheme, value) = (scheme.trim(), value.trim());
        if let Some(near) = cell::misspelt(scheme, SCHEMES.iter().map(|scheme| scheme.code)) {
            return Err(format!("no registry `{scheme}` is known; did you mean `{near}`?"));
        }
        if scheme.is_empty() || value.is_empty() {
            return Err(format!("`{text}` is half an identifier: write it as `biosamples:SAMEA1`"));
        }
        let status = match marks.unwrap_or_default() {
            "" => IdStatus::Current,
            mark => coded(mark, &IdStatus::ALL, |status| [status.as_str(); 3])?,
        };
        Ok(Self::new(scheme, value).with_status(status))
    }

    fn write(&self) -> String {
        let current = self.status == IdStatus::Current;
        let marks = if current { "" } else { self.status.as_str() };
        with_marks(marks, &format!("{}:{}", self.scheme, self.value))
    }
}

/// What a row refers to: an identifier whose scheme is given, or a text that the catalogue must know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refers {
    To(Key),
    By(String),
}

impl Item for Refers {
    fn read(text: &str) -> Result<Self, String> {
        let Some((scheme, value)) = text.split_once(':') else {
            return Ok(Self::By(text.to_owned()));
        };
        let code = scheme.nfkc().collect::<String>().trim().to_lowercase();
        if code == ACCESSION {
            let text: String = value.nfkc().collect();
            check_accession(text.trim()).map_err(|error| error.to_string())?;
            return Ok(Self::To(Key { scheme: code, value: text.trim().to_owned() }));
        }
        let near = cell::misspelt(&code, SCHEMES.iter().map(|scheme| scheme.code));
        match (identifier::scheme(&code), near) {
            (Some(scheme), _) => match ExternalId::new(scheme.code, value).problem() {
                None => Ok(Self::To(Key::new(scheme.code, value))),
                Some(problem) => Err(format!("`{text}` is {problem}")),
            },
            (None, Some(near)) => {
                Err(format!("no registry `{scheme}` is known; did you mean `{near}`?"))
            }
            (None, None) => Ok(Self::By(text.to_owned())),
        }
    }

    fn write(&self) -> String {
        match self {
            Self::To(key) => format!("{}:{}", key.scheme, key.value),
            Self::By(text) => text.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read<T: Written>(raw: &str) -> Result<T, String> {
        T::read(&Cell::of(raw).expect("not blank"))
    }

    #[test]
    fn days_are_read_with_the_year_first_and_never_guessed() {
        let day = NaiveDate::from_ymd_opt(2008, 5, 1).unwrap();
        for text in ["2008-05-01", "2008/5/1", "2008.05.01", "2008年5月1日", "２００８／０５／０１"]
        {
            assert_eq!(read(text), Ok(day), "{text}");
        }
        for text in ["39569", "20080501"] {
            let error = read::<NaiveDate>(text).unwrap_err();
            assert!(error.contains("did you mean `2008-05-01`?"), "{error}");
        }
        for text in ["5/1/2008", "01.05.08", "2008-13-01", "May 2008"] {
            assert!(read::<NaiveDate>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_are_whole_and_folded() {
        assert_eq!(read("１．０E6"), Ok(1_000_000_u64));
        assert_eq!(read("P12").map(|passage: Passage| passage.0), Ok(12));
        for text in ["12.5", "-1", "1,000", "300", "twelve", "2%"] {
            assert!(read::<u8>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn words_of_a_set_are_read_by_code_and_label_and_else_told_with_the_near_ones() {
        assert_eq!(read("ワーキングセルバンク"), Ok(BatchLevel::Working));
        assert_eq!(read("Master Bank"), Ok(BatchLevel::Master));
        let error = read::<TestCode>("Mycoplazma").unwrap_err();
        assert_eq!(error, "`Mycoplazma` is not known; did you mean `mycoplasma`?");
        let error = read::<VialState>("gone").unwrap_err();
        assert!(error.contains("`stored`, `shipped`"), "{error}");
    }

    #[test]
    fn no_name_of_a_set_is_that_of_two() {
        fn check<T: Copy + PartialEq + std::fmt::Debug>(
            all: &[T],
            names: impl Fn(T) -> [&'static str; 3] + Copy,
        ) {
            for one in all {
                for name in names(*one) {
                    assert_eq!(coded(name, all, names), Ok(*one), "{name}");
                }
            }
        }
        check(TestCode::ALL, |one| [one.code(), one.label(Lang::En), one.label(Lang::Ja)]);
        check(Method::ALL, |one| [one.code(), one.label(Lang::En), one.label(Lang::Ja)]);
        check(Availability::ALL, |one| [one.code(), one.label(Lang::En), one.label(Lang::Ja)]);
        check(VialState::ALL, |one| [one.code(), one.label(Lang::En), one.label(Lang::Ja)]);
        check(Level::ALL, |one| [one.code(), one.label(Lang::En), one.label(Lang::Ja)]);
    }

    #[test]
    fn what_stands_in_brackets_is_a_kind_and_a_language_or_refused() {
        let name = |text: &str| <Name as Item>::read(text);
        let read = name("[kana ja-Hira] しょうもう").unwrap();
        assert_eq!((read.kind, read.lang.as_deref()), (NameKind::Kana, Some("ja-Hira")));
        let error = name("[RIKEN] HPS0063").unwrap_err();
        assert!(error.contains("`[] [RIKEN] HPS0063`"), "{error}");
        assert_eq!(name("[] [RIKEN] HPS0063").unwrap().text, "[RIKEN] HPS0063");
    }

    #[test]
    fn a_scheme_that_is_misspelt_is_told() {
        let error = <Refers as Item>::read("celosaurus:CVCL_A324").unwrap_err();
        assert_eq!(error, "no registry `celosaurus` is known; did you mean `cellosaurus`?");
        assert!(<Refers as Item>::read("cellosaurus:A324").is_err());
        assert_eq!(
            <Refers as Item>::read("rrid:cvcl_a324").unwrap(),
            Refers::By("rrid:cvcl_a324".to_owned())
        );
    }

    proptest! {
        #[test]
        fn any_cell_is_read_or_refused(raw in ".{1,40}|[0-9PE+./:年月日|\\[\\]' -]{1,20}") {
            let Some(cell) = Cell::of(&raw) else { return Ok(()) };
            let _ = (Word::read(&cell), Serial::read(&cell), Accession::read(&cell), LotNumber::read(&cell));
            let _ = (u8::read(&cell), u32::read(&cell), u64::read(&cell), Passage::read(&cell));
            let _ = (NaiveDate::read(&cell), Sha256::read(&cell), TestCode::read(&cell), State::read(&cell));
            let _ = (List::<Name>::read(&cell), List::<ExternalId>::read(&cell), List::<Refers>::read(&cell));
            let _ = (Gaps::<String>::read(&cell), Gaps::<NaiveDate>::read(&cell));
        }

        #[test]
        fn any_names_survive(texts in prop::collection::vec("[\\[\\]|\\\\' a-z=0-9]{0,8}[a-z]", 1..4), lang in prop::option::of(prop::sample::select(LANGUAGES.to_vec())), at in 0_usize..7) {
            let names: Vec<Name> = texts.into_iter()
                .map(|text| Name { kind: NameKind::ALL[at], text, lang: lang.map(ToOwned::to_owned) }).collect();
            let list = List(names);
            prop_assert_eq!(read(&list.write()), Ok(list));
        }

        #[test]
        fn any_items_with_gaps_survive(items in prop::collection::vec(prop::option::of("[|\\\\'=a-z -]{0,8}[a-z]"), 1..4)) {
            if let Some(gaps) = Gaps::of(items) {
                prop_assert_eq!(read(&gaps.write()), Ok(gaps));
            }
        }
    }
}
