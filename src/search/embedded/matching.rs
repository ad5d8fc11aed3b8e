//! Which documents of a segment a text matches, and how well. Finds candidate words in the term dictionaries and lets
//! [`QueryWord::closeness`] decide.

use tantivy::{
    InvertedIndexReader, SegmentReader, Term,
    postings::TermInfo,
    query::{DfaWrapper, FuzzyTermQuery},
    schema::IndexRecordOption,
};

use crate::{
    domain::id::RecordId,
    search::{
        document::Part,
        embedded::{
            schema::Fields,
            terms::{SHORT_PREFIX, UNMARKED, digit_term, short_prefix_term},
        },
        query::SearchQuery,
        text::{Closeness, QueryWord, QueryWords},
    },
};

/// Above everything that ten words can earn.
const WHOLE: u32 = 1_000;
/// Above every score of a text.
const FIRST: u32 = 1_000_000;

/// The scores of a segment's documents; 0 is no match.
pub(super) enum Scores {
    /// Every document matches alike.
    All,
    Each(Vec<u32>),
}

impl Scores {
    pub(super) fn of(&self, doc: u32) -> u32 {
        match self {
            Self::All => 1,
            Self::Each(scores) => scores[doc as usize],
        }
    }
}

/// A text made ready to be matched with any number of segments.
pub(super) struct Matcher<'a> {
    fields: &'a Fields,
    words: Vec<(QueryWord, Vec<Typos>)>,
    folded: Option<String>,
    first: &'a [RecordId],
}

impl<'a> Matcher<'a> {
    pub(super) fn new(fields: &'a Fields, query: &'a SearchQuery) -> tantivy::Result<Self> {
        let QueryWords { words, folded } = QueryWords::parse(&query.text);
        let ready = words.into_iter().map(|word| {
            let typos = Typos::of(fields, &word)?;
            Ok((word, typos))
        });
        let words = ready.collect::<tantivy::Result<_>>()?;
        Ok(Self { fields, words, folded, first: &query.first })
    }

    pub(super) fn scores(&self, segment: &SegmentReader) -> tantivy::Result<Scores> {
        if self.folded.is_none() && self.first.is_empty() {
            return Ok(Scores::All);
        }
        let mut scores = self.word_scores(segment)?;
        if let Some(folded) = &self.folded {
            let index = segment.inverted_index(self.fields.whole)?;
            if let Some(term) = index.terms().get(folded)? {
                each_document(&index, &term, |doc| scores[doc] += WHOLE)?;
            }
        }
        for (score, id) in (0..=FIRST).rev().zip(self.first) {
            let index = segment.inverted_index(self.fields.id)?;
            if let Some(term) = index.get_term_info(&self.fields.id_term(*id))? {
                each_document(&index, &term, |doc| scores[doc] = scores[doc].max(FIRST + score))?;
            }
        }
        Ok(Scores::Each(scores))
    }

    /// The sum over the words, 0 where one of them is missing.
    fn word_scores(&self, segment: &SegmentReader) -> tantivy::Result<Vec<u32>> {
        let without_words = u32::from(self.folded.is_none());
        let mut sums = vec![without_words; segment.max_doc() as usize];
        for (at, (word, typos)) in self.words.iter().enumerate() {
            let scores = self.word(segment, word, typos)?;
            for (sum, score) in sums.iter_mut().zip(scores) {
                let counts = score > 0 && (at == 0 || *sum > 0);
                *sum = if counts { *sum + u32::from(score) } else { 0 };
            }
        }
        Ok(sums)
    }

    fn word(
        &self,
        segment: &SegmentReader,
        word: &QueryWord,
        typos: &[Typos],
    ) -> tantivy::Result<Vec<u8>> {
        let mut scores = vec![0; segment.max_doc() as usize];
        for (part, field) in Part::ALL.into_iter().zip(self.fields.parts) {
            let index = segment.inverted_index(field)?;
            let mut candidates = Candidates { index: &index, part, scores: &mut scores };
            candidates.exact(word)?;
            if word.last {
                candidates.prefix(word)?;
            }
            for typos in typos {
                candidates.typos(word, typos)?;
            }
        }
        Ok(scores)
    }
}

/// Finds the words within some typos of a word.
struct Typos {
    automaton: DfaWrapper,
    /// The terms to look at: from the first to before the second.
    from: String,
    to: Vec<u8>,
}

impl Typos {
    /// A wrong first letter counts double. So every typo that is allowed is looked for among the words with the right
    /// first letter, and only if two are allowed, one is looked for among all words.
    fn of(fields: &Fields, word: &QueryWord) -> tantivy::Result<Vec<Self>> {
        let first: String = word.text.chars().take(1).collect();
        let right = |most| Self::new(fields, word, most, (first.clone(), after(&first)));
        let any = |most| Self::new(fields, word, most, (UNMARKED.to_owned(), vec![u8::MAX]));
        match word.typos_allowed() {
            0 => Ok(Vec::new()),
            1 => Ok(vec![right(1)?]),
            _ => Ok(vec![right(2)?, any(1)?]),
        }
    }

    fn new(
        fields: &Fields,
        word: &QueryWord,
        most: u8,
        (from, to): (String, Vec<u8>),
    ) -> tantivy::Result<Self> {
        let term = Term::from_field_text(fields.whole, &word.text);
        Ok(Self { automaton: FuzzyTermQuery::new(term, most, true).automaton()?, from, to })
    }
}

/// The words of one part of the documents, and the scores that they raise.
struct Candidates<'a> {
    index: &'a InvertedIndexReader,
    part: Part,
    scores: &'a mut [u8],
}

impl Candidates<'_> {
    fn exact(&mut self, word: &QueryWord) -> tantivy::Result<()> {
        let digit = word.digit.then(|| digit_term(&word.text));
        self.raise_if_known(digit.as_ref().unwrap_or(&word.text), Closeness::Exact)
    }

    fn prefix(&mut self, word: &QueryWord) -> tantivy::Result<()> {
        if word.text.chars().count() <= SHORT_PREFIX {
            return self.raise_if_known(&short_prefix_term(&word.text), Closeness::Prefix);
        }
        let without_digit = (!word.digit).then(|| word.text.clone());
        for start in without_digit.into_iter().chain([digit_term(&word.text)]) {
            let words = self.index.terms().range().gt(&start).lt(after(&start));
            let mut words = words.into_stream()?;
            while words.advance() {
                self.raise(words.value(), Closeness::Prefix)?;
            }
        }
        Ok(())
    }

    fn typos(&mut self, word: &QueryWord, typos: &Typos) -> tantivy::Result<()> {
        let words = self.index.terms().search(&typos.automaton).ge(&typos.from).lt(&typos.to);
        let mut words = words.into_stream()?;
        while words.advance() {
            let near = str::from_utf8(words.key()).ok().and_then(|near| word.closeness(near));
            // The others are found already.
            if let Some(closeness @ (Closeness::OneTypo | Closeness::TwoTypos)) = near {
                self.raise(words.value(), closeness)?;
            }
        }
        Ok(())
    }

    fn raise_if_known(&mut self, term: &str, closeness: Closeness) -> tantivy::Result<()> {
        match self.index.terms().get(term)? {
            Some(term) => self.raise(&term, closeness),
            None => Ok(()),
        }
    }

    fn raise(&mut self, term: &TermInfo, closeness: Closeness) -> tantivy::Result<()> {
        let worth = self.part.weight() * closeness.worth();
        each_document(self.index, term, |doc| self.scores[doc] = self.scores[doc].max(worth))
    }
}

/// The least bytes above every text that starts with this one.
fn after(prefix: &str) -> Vec<u8> {
    let mut bytes = prefix.as_bytes().to_vec();
    if let Some(last) = bytes.last_mut() {
        *last += 1; // UTF-8 has no byte 0xFF
    }
    bytes
}

fn each_document(
    index: &InvertedIndexReader,
    term: &TermInfo,
    mut visit: impl FnMut(usize),
) -> tantivy::Result<()> {
    let mut block = index.read_block_postings_from_terminfo(term, IndexRecordOption::Basic)?;
    while !block.docs().is_empty() {
        for doc in block.docs() {
            visit(*doc as usize);
        }
        block.advance();
    }
    Ok(())
}
