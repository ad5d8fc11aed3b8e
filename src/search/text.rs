//! The one tokenizer for documents and queries of every search engine, and the rules by which a word of a query
//! matches a word of a document. Engines may find candidates in any way; these rules decide.

use std::ops::Range;

use unicode_normalization::{
    IsNormalized, UnicodeNormalization,
    char::{canonical_combining_class, decompose_compatible},
    is_nfkc_quick,
};

use crate::domain::names::fold;

/// Words of a query that count; what follows is ignored, by every engine.
pub const WORDS_MAX: usize = 10;
/// Longer words match without typos: their automata would grow large.
const TYPO_LENGTH_MAX: usize = 40;

/// A word of a text, or two neighbouring characters of a run of Chinese and Japanese.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Normalised: compatibility forms, case, accents and katakana are folded.
    pub text: String,
    /// Where it stands in the text, in bytes.
    pub range: Range<usize>,
    /// Part of a run of Chinese and Japanese characters.
    pub cjk: bool,
}

/// Which single characters of a run of Chinese and Japanese are tokens beside its pairs. A run of one character is
/// always a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Singles {
    /// For queries.
    None,
    /// For documents: with the last one a prefix search for any one character finds the run.
    Last,
    /// For marking what matched.
    All,
}

/// The tokens of a text, in its order.
///
/// An identifier with a short part (`KUIFMSi004-A`, `201-B7`) is a token as a whole: one letter that may stand anywhere
/// in a record would find its neighbours. In a document its parts are tokens too, in a query they are not.
pub fn tokens(text: &str, singles: Singles) -> Vec<Token> {
    let units = units(text);
    let mut runs = units.chunk_by(|a, b| a.class == b.class).peekable();
    let mut tokens = Vec::new();
    while let Some(run) = runs.next() {
        let mut parts = vec![run];
        if run[0].class == Class::Word {
            let mut ahead = runs.clone();
            while let (Some([glue]), Some(next)) = (ahead.next(), ahead.next()) {
                if !is_glue(glue) || next[0].class != Class::Word {
                    break;
                }
                parts.push(next);
                runs = ahead.clone();
            }
        }
        if is_short_identifier(&parts) {
            tokens.push(joined(&parts));
            if singles == Singles::None {
                continue;
            }
        }
        for part in parts {
            match part[0].class {
                Class::Word => tokens.push(token(part, false)),
                Class::Cjk => cjk_tokens(part, singles, &mut tokens),
                Class::Gap => {}
            }
        }
    }
    tokens
}

/// What joins the parts of identifiers.
fn is_glue(unit: &Unit) -> bool {
    matches!(unit.c, '-' | '_' | ':' | '/' | '.' | '\u{2010}')
}

/// Parts of which one looks like a number of a registry, and one is too short to tell anything by itself.
fn is_short_identifier(parts: &[&[Unit]]) -> bool {
    let is_number = |part: &&[Unit]| {
        let digits = part.iter().filter(|unit| unit.c.is_numeric()).count();
        digits > 0 && (digits < part.len() || digits >= 3)
    };
    parts.len() > 1 && parts.iter().any(is_number) && parts.iter().any(|part| part.len() < 3)
}

fn joined(parts: &[&[Unit]]) -> Token {
    let units = || parts.iter().copied().flatten();
    let (start, end) = (parts[0][0].start, units().last().map_or(0, |unit| unit.end));
    Token { text: units().map(|unit| unit.c).collect(), range: start..end, cjk: false }
}

fn cjk_tokens(run: &[Unit], singles: Singles, tokens: &mut Vec<Token>) {
    for at in 0..run.len() {
        let last = at + 1 == run.len();
        let single = match singles {
            Singles::None => run.len() == 1,
            Singles::Last => last,
            Singles::All => true,
        };
        if single {
            tokens.push(token(&run[at..=at], true));
        }
        if !last {
            tokens.push(token(&run[at..at + 2], true));
        }
    }
}

fn token(units: &[Unit], cjk: bool) -> Token {
    let (first, last) = (&units[0], &units[units.len() - 1]);
    Token { text: units.iter().map(|unit| unit.c).collect(), range: first.start..last.end, cjk }
}

/// A normalised character and the bytes of the text it comes from.
struct Unit {
    c: char,
    class: Class,
    start: usize,
    end: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Word,
    Cjk,
    Gap,
}

fn units(text: &str) -> Vec<Unit> {
    let mut units = Vec::with_capacity(text.len());
    let mut chars = text.char_indices().peekable();
    while let Some((start, first)) = chars.next() {
        let mut end = start + first.len_utf8();
        while let Some((at, next)) = chars.next_if(|(_, c)| continues(*c)) {
            end = at + next.len_utf8();
        }
        if first.is_ascii() && end == start + 1 {
            let c = first.to_ascii_lowercase();
            units.push(Unit { c, class: class(c), start, end });
            continue;
        }
        let normalised = normalised(&text[start..end]);
        units.extend(normalised.map(|c| Unit { c, class: class(c), start, end }));
    }
    units
}

/// Whether a character may compose with the one before it, so that the two are normalised together.
fn continues(c: char) -> bool {
    if c.is_ascii() {
        return false;
    }
    let mut first = None;
    decompose_compatible(c, |part| first = first.or(Some(part)));
    let first = first.unwrap_or(c);
    is_invisible(c)
        || canonical_combining_class(first) != 0
        || is_nfkc_quick(std::iter::once(first)) == IsNormalized::Maybe
}

/// Marks that change how the character before them is drawn, not what it is: selectors of glyph variants, joiners,
/// soft hyphens.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200c}' | '\u{200d}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

fn normalised(cluster: &str) -> impl Iterator<Item = char> {
    let lowered = cluster.chars().filter(|c| !is_invisible(*c)).nfkc().flat_map(char::to_lowercase);
    // The marks of voiced kana survive until they are composed: は, ば and ぱ are different letters.
    let bare = lowered
        .nfd()
        .filter(|c| canonical_combining_class(*c) == 0 || matches!(c, '\u{3099}' | '\u{309a}'));
    bare.nfc().filter(|c| canonical_combining_class(*c) == 0).map(|c| match c {
        'ァ'..='ヶ' | 'ヽ' | 'ヾ' => {
            char::from_u32(u32::from(c) - 0x60).expect("hiragana lies 0x60 below katakana")
        }
        'ς' => 'σ',
        other => other,
    })
}

fn class(c: char) -> Class {
    match c {
        '々'
        | '〆'
        | '〇'
        | 'ぁ'..='ゖ'
        | 'ゝ'
        | 'ゞ'
        | 'ヷ'..='ヺ'
        | 'ー'
        | 'ㇰ'..='ㇿ'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{323af}' => Class::Cjk,
        c if c.is_alphanumeric() => Class::Word,
        _ => Class::Gap,
    }
}

/// How close a word of a document is to a word of a query, the closest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Closeness {
    Exact,
    Prefix,
    OneTypo,
    TwoTypos,
}

impl Closeness {
    /// What it is worth, to be multiplied with the weight of the part of the document.
    pub fn worth(self) -> u8 {
        match self {
            Self::Exact => 8,
            Self::Prefix => 4,
            Self::OneTypo => 2,
            Self::TwoTypos => 1,
        }
    }
}

/// A word of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryWord {
    pub text: String,
    /// The word holds a digit and so may be an identifier: its neighbours are other things, not typos.
    pub digit: bool,
    pub cjk: bool,
    /// The last word of the whole query, which may be unfinished.
    pub last: bool,
}

impl QueryWord {
    /// The typos that still match. Five letters allow one, nine allow two.
    pub fn typos_allowed(&self) -> u8 {
        match self.text.chars().count() {
            _ if self.digit || self.cjk => 0,
            5..=8 => 1,
            9..=TYPO_LENGTH_MAX => 2,
            _ => 0,
        }
    }

    /// How close a word of a document is; `None` when it does not match. A word that holds a digit is never
    /// reached by a typo.
    pub fn closeness(&self, word: &str) -> Option<Closeness> {
        if word == self.text {
            return Some(Closeness::Exact);
        }
        if self.last && word.starts_with(&self.text) {
            return Some(Closeness::Prefix);
        }
        let allowed = usize::from(self.typos_allowed());
        if allowed == 0 || has_digit(word) {
            return None;
        }
        match typos(&self.text, word, allowed)? {
            1 => Some(Closeness::OneTypo),
            _ => Some(Closeness::TwoTypos),
        }
    }
}

pub(crate) fn has_digit(word: &str) -> bool {
    word.chars().any(char::is_numeric)
}

/// The letters inserted, left out, exchanged or swapped with their neighbour, a wrong first letter counting double;
/// `None` above `most`.
fn typos(a: &str, b: &str, most: usize) -> Option<usize> {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let mut before = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let exchanged = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = exchanged.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                let swapped: &Vec<usize> = &before;
                least = least.min(swapped[j - 2] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    let typos = above[b.len()] + usize::from(a.first() != b.first());
    (typos <= most).then_some(typos)
}

/// The text of a query, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryWords {
    /// All of them must match. At most [`WORDS_MAX`].
    pub words: Vec<QueryWord>,
    /// The whole text folded, to be compared with whole names and identifiers; `None` when the text is blank and
    /// matches everything.
    pub folded: Option<String>,
}

impl QueryWords {
    pub fn parse(text: &str) -> Self {
        let tokens = tokens(text, Singles::None);
        let last = tokens.len().saturating_sub(1);
        let words = tokens.into_iter().enumerate().take(WORDS_MAX).map(|(at, token)| QueryWord {
            digit: !token.cjk && has_digit(&token.text),
            cjk: token.cjk,
            last: at == last,
            text: token.text,
        });
        Self {
            words: words.collect(),
            folded: Some(text).filter(|text| !text.trim().is_empty()).map(fold),
        }
    }

    /// Whether a whole name or identifier is what the query says.
    pub fn is_whole(&self, text: &str) -> bool {
        self.folded.as_deref().is_some_and(|folded| folded == fold(text))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str) -> Vec<String> {
        tokens(text, Singles::None).into_iter().map(|token| token.text).collect()
    }

    fn word(text: &str) -> QueryWord {
        QueryWords::parse(text).words.swap_remove(0)
    }

    #[test]
    fn case_width_accents_and_katakana_are_folded() {
        assert_eq!(texts("Sjögren-LARSSON"), ["sjogren", "larsson"]);
        assert_eq!(texts("ＨＰＳ００６３"), ["hps0063"]);
        assert_eq!(texts("ΣΊΣΥΦΟΣ"), texts("σίσυφος"));
        assert_eq!(texts("パーキンソン"), texts("ぱーきんそん"));
        assert_eq!(texts("ﾊﾟｰｷﾝｿﾝ病"), texts("パーキンソン病"));
        assert_ne!(texts("はは"), texts("ばば"));
    }

    #[test]
    fn chinese_and_japanese_runs_become_pairs() {
        assert_eq!(texts("指定難病6"), ["指定", "定難", "難病", "6"]);
        assert_eq!(texts("iPS細胞"), ["ips", "細胞"]);
        assert_eq!(texts("眼"), ["眼"]);
        assert_eq!(texts("葛\u{e0100}城"), ["葛城"], "a glyph variant is the same character");
        let last: Vec<_> = tokens("肺癌", Singles::Last).into_iter().map(|t| t.text).collect();
        assert_eq!(last, ["肺癌", "癌"]);
    }

    #[test]
    fn an_identifier_with_a_short_part_is_one_word_and_in_documents_its_parts_too() {
        assert_eq!(texts("KUIFMSi004-A"), ["kuifmsi004a"]);
        assert_eq!(texts("EDi001-A-1 x"), ["edi001a1", "x"]);
        assert_eq!(texts("201-B7, kolf_2"), ["201b7", "kolf", "2"]);
        assert_eq!(texts("LRRK2-G2019S"), ["lrrk2", "g2019s"]);
        assert_eq!(texts("type-2 COVID-19"), ["type", "2", "covid", "19"]);
        assert_eq!(texts("KUIFMSi004 - A"), ["kuifmsi004", "a"]);
        let kept: Vec<_> =
            tokens("(KUIFMSi004-A)", Singles::Last).into_iter().map(|t| t.text).collect();
        assert_eq!(kept, ["kuifmsi004a", "kuifmsi004", "a"]);
    }

    #[test]
    fn a_token_knows_its_place_in_the_text() {
        let text = "x ｶﾞﾝ Ａ\u{301}b";
        let places: Vec<_> =
            tokens(text, Singles::None).into_iter().map(|t| &text[t.range]).collect();
        assert_eq!(places, ["x", "ｶﾞﾝ", "Ａ\u{301}b"]);
    }

    #[test]
    fn typos_are_allowed_by_length_and_never_in_identifiers() {
        assert_eq!(word("park").typos_allowed(), 0);
        assert_eq!(word("parki").typos_allowed(), 1);
        assert_eq!(word("parkinson").typos_allowed(), 2);
        assert_eq!(word("hps0063").typos_allowed(), 0);
        assert_eq!(word("パーキンソン").typos_allowed(), 0);
    }

    #[test]
    fn the_closest_way_to_match_counts() {
        let word = QueryWord { last: false, ..word("parkinson") };
        assert_eq!(word.closeness("parkinson"), Some(Closeness::Exact));
        assert_eq!(word.closeness("parkinsonism"), None);
        assert_eq!(word.closeness("pakrinson"), Some(Closeness::OneTypo), "a swap is one typo");
        assert_eq!(word.closeness("parkinsn"), Some(Closeness::OneTypo));
        assert_eq!(word.closeness("pxrkxnson"), Some(Closeness::TwoTypos));
        assert_eq!(
            word.closeness("barkinson"),
            Some(Closeness::TwoTypos),
            "the first letter counts double"
        );
        assert_eq!(word.closeness("barkinsn"), None);
        assert_eq!(word.closeness("parkinson5"), None, "a digit is no typo");
        assert_eq!(
            QueryWord { last: true, ..word }.closeness("parkinsons"),
            Some(Closeness::Prefix)
        );
    }

    #[test]
    fn words_past_the_tenth_do_not_count() {
        let words = QueryWords::parse("a b c d e f g h i j k").words;
        assert_eq!(words.len(), WORDS_MAX);
        assert!(words.iter().all(|word| !word.last), "the unfinished word is the eleventh");
    }

    #[test]
    fn a_whole_query_is_compared_folded() {
        assert!(QueryWords::parse("201-b7").is_whole("201B7"));
        assert!(QueryWords::parse("指定難病 6").is_whole("指定難病6"));
        assert!(QueryWords::parse(" \u{3000}").folded.is_none());
    }

    proptest! {
        #[test]
        fn a_text_and_its_compatibility_form_are_the_same_words(text in ".*") {
            let form: String = text.nfkc().collect();
            prop_assert_eq!(texts(&text), texts(&form));
        }

        #[test]
        fn tokens_stand_in_order_on_whole_characters(text in "[a-zA-Zé\u{301}ｶﾞパ々病1 -]{0,20}") {
            let mut start = 0;
            for token in tokens(&text, Singles::All) {
                prop_assert!(token.range.start >= start && text.get(token.range.clone()).is_some());
                start = token.range.start;
            }
        }
    }
}
