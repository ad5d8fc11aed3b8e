//! The terms under which the words of a document are found. A word is a term of its own, and so are its shortest
//! prefixes; marks keep the sorts of terms apart.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::search::text::{Singles, has_digit, tokens};

/// The name of [`Terms`] in the schema.
pub(super) const TOKENIZER: &str = "terms";

/// Prefixes of up to this many characters are terms of their own: the words that start with one letter are too many
/// to visit one by one.
pub(super) const SHORT_PREFIX: usize = 2;

// The tokenizer of texts lets none of the marks through.
const PREFIX_MARK: char = '\u{1}';
const DIGIT_MARK: char = '\u{2}';
/// Below every term without a mark, above every other.
pub(super) const UNMARKED: &str = "\u{3}";

/// The term of the words with this short prefix.
pub(super) fn short_prefix_term(prefix: &str) -> String {
    format!("{PREFIX_MARK}{prefix}")
}

/// The term of a word that holds a digit. They stand apart because typos never reach them and they are the most.
pub(super) fn digit_term(word: &str) -> String {
    format!("{DIGIT_MARK}{word}")
}

/// Makes terms of the texts of a document. It runs in the threads of the writer.
#[derive(Debug, Clone)]
pub(super) struct Terms;

impl Tokenizer for Terms {
    type TokenStream<'a> = TermStream;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> TermStream {
        let mut terms = Vec::new();
        for token in tokens(text, Singles::Last) {
            let ends = token.text.char_indices().map(|(at, c)| at + c.len_utf8());
            terms.extend(ends.take(SHORT_PREFIX).map(|end| short_prefix_term(&token.text[..end])));
            terms.push(if has_digit(&token.text) { digit_term(&token.text) } else { token.text });
        }
        TermStream { terms: terms.into_iter(), token: Token { position: 0, ..Token::default() } }
    }
}

#[derive(Debug)]
pub(super) struct TermStream {
    terms: std::vec::IntoIter<String>,
    token: Token,
}

impl TokenStream for TermStream {
    fn advance(&mut self) -> bool {
        let next = self.terms.next();
        let more = next.is_some();
        self.token.text = next.unwrap_or_default();
        more
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}
