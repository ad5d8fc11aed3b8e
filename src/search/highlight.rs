//! Marks in a shown text what a query matched in it. Works on any text by the rules of [`super::text`]; it does not ask
//! an engine.

use std::ops::Range;

use crate::search::text::{Closeness, QueryWord, QueryWords, Singles, Token, tokens};

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fragment {
    pub text: String,
    pub matched: bool,
}

/// The text in pieces, the matching words marked; `None` when nothing matched. The pieces joined are the text.
pub fn highlight(text: &str, query: &QueryWords) -> Option<Vec<Fragment>> {
    if query.is_whole(text) {
        return Some(vec![Fragment { text: text.to_owned(), matched: true }]);
    }
    let mut fragments = Vec::new();
    let mut at = 0;
    for range in matched_ranges(text, query) {
        fragments.extend(fragment(&text[at..range.start], false));
        at = range.end;
        fragments.extend(fragment(&text[range], true));
    }
    if at == 0 {
        return None;
    }
    fragments.extend(fragment(&text[at..], false));
    Some(fragments)
}

fn fragment(text: &str, matched: bool) -> Option<Fragment> {
    (!text.is_empty()).then(|| Fragment { text: text.to_owned(), matched })
}

/// In order, apart from each other.
fn matched_ranges(text: &str, query: &QueryWords) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for token in tokens(text, Singles::All) {
        if !query.words.iter().any(|word| matches(word, &token)) {
            continue;
        }
        match ranges.last_mut() {
            Some(last) if token.range.start <= last.end => last.end = last.end.max(token.range.end),
            _ => ranges.push(token.range),
        }
    }
    ranges
}

fn matches(word: &QueryWord, token: &Token) -> bool {
    match word.closeness(&token.text) {
        // One character finds the pairs that start with it; it is marked alone.
        Some(Closeness::Prefix) => !word.cjk,
        closeness => closeness.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn marked(text: &str, query: &str) -> Option<String> {
        let fragments = highlight(text, &QueryWords::parse(query))?;
        let mark = |f: Fragment| if f.matched { format!("[{}]", f.text) } else { f.text };
        Some(fragments.into_iter().map(mark).collect())
    }

    #[test]
    fn matching_words_are_marked() {
        assert_eq!(
            marked("Parkinson disease 8", "disease park").as_deref(),
            Some("[Parkinson] [disease] 8")
        );
        assert_eq!(
            marked("Parkinson disease", "pakrinson").as_deref(),
            Some("[Parkinson] disease")
        );
        assert_eq!(marked("Sjögren-Larsson", "sjogren").as_deref(), Some("[Sjögren]-Larsson"));
        assert_eq!(marked("HPS0061", "hps0063"), None);
        assert_eq!(marked("HPS0061", ""), None);
    }

    #[test]
    fn japanese_is_marked_by_the_character() {
        assert_eq!(
            marked("筋萎縮性側索硬化症", "側索硬化").as_deref(),
            Some("筋萎縮性[側索硬化]症")
        );
        assert_eq!(marked("肺癌研究", "癌").as_deref(), Some("肺[癌]研究"));
        assert_eq!(marked("ﾊﾟｰｷﾝｿﾝ病", "ぱーきんそん").as_deref(), Some("[ﾊﾟｰｷﾝｿﾝ]病"));
    }

    #[test]
    fn a_name_that_is_the_whole_query_is_marked_as_a_whole() {
        assert_eq!(marked("201B7", "201-b7").as_deref(), Some("[201B7]"));
    }

    proptest! {
        #[test]
        fn the_pieces_joined_are_the_text(text in "[a-cA-C1 -éｶﾞパ病々\u{301}]{0,20}", query in "[a-c1 病パ]{0,5}") {
            if let Some(fragments) = highlight(&text, &QueryWords::parse(&query)) {
                let joined: String = fragments.iter().map(|f| f.text.as_str()).collect();
                prop_assert_eq!(joined, text);
                prop_assert!(fragments.iter().any(|f| f.matched));
                prop_assert!(fragments.iter().all(|f| !f.text.is_empty()));
            }
        }
    }
}
