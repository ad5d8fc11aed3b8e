//! The native flat-file format of Cellosaurus: entries of two-letter line codes ended by `//`.
//! Takes lines apart and keeps every text as written; what the texts mean is decided elsewhere.

use super::source_file::{FileError, Line, Lines, ReadError, RowError, SourceFile};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// Where its `ID` line stands.
    pub line: u64,
    pub id: String,
    pub accession: String,
    pub secondary: Vec<String>,
    pub synonyms: Vec<String>,
    /// Database and its key: `("RCB", "HPS0063")`.
    pub xrefs: Vec<(String, String)>,
    /// Kind and value: `("PubMed", "25400923")`.
    pub references: Vec<(String, String)>,
    pub web_pages: Vec<String>,
    pub comments: Vec<Comment>,
    pub str_profiles: Vec<StrBlock>,
    /// Vocabulary, its key and label: `("NCIt", "C3224", "Melanoma")`.
    pub diseases: Vec<(String, String, String)>,
    /// NCBI taxon and name; two for a hybrid.
    pub species: Vec<(String, String)>,
    /// Accession and name.
    pub parents: Vec<(String, String)>,
    /// Accession and name.
    pub same_individual: Vec<(String, String)>,
    pub sex: Option<String>,
    pub age: Option<String>,
    pub category: Option<String>,
    /// The `DT` line of newer releases, unparsed.
    pub date: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    pub topic: String,
    pub text: String,
}

/// The markers under one `Source(s)` line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StrBlock {
    pub sources: Vec<String>,
    /// Marker and value. Where sources disagree a marker comes several times, or its value holds several
    /// readings; see [`StrReading::parse_all`].
    pub markers: Vec<(String, String)>,
}

/// What some sources read at a marker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StrReading {
    pub alleles: String,
    /// Empty where all sources of the block agree.
    pub sources: Vec<String>,
}

impl StrReading {
    /// Takes `9,11 (ATCC); 9,12 (ECACC; RCB)` apart.
    pub fn parse_all(value: &str) -> Vec<Self> {
        let reading = |text: &str| match text.split_once(" (") {
            Some((alleles, sources)) => Self {
                alleles: alleles.to_owned(),
                sources: list(sources.strip_suffix(')').unwrap_or(sources)),
            },
            None => Self { alleles: text.to_owned(), sources: Vec::new() },
        };
        value.split("); ").map(reading).collect()
    }
}

/// Entries, one by one. Text before the first entry and between entries that is no line of an entry is
/// passed over.
#[derive(Debug)]
pub struct CellosaurusReader {
    lines: Lines,
    release: Option<String>,
    release_date: Option<String>,
    pending: Option<Line>,
    ended: bool,
}

impl CellosaurusReader {
    /// Reads up to the first entry.
    pub fn new(file: SourceFile) -> Result<Self, FileError> {
        let mut lines = file.into_lines();
        let (mut release, mut release_date) = (None, None);
        let pending = loop {
            let expected = "line beginning with “ID   ” (a Cellosaurus entry)";
            let line = lines.next().transpose()?.ok_or(FileError::WrongKind { expected })?;
            if line.text.starts_with("ID   ") {
                break Some(line);
            }
            if let Some(version) = line.text.trim().strip_prefix("Version: ") {
                release = Some(version.trim().to_owned());
            } else if let Some(date) = line.text.trim().strip_prefix("Last update: ") {
                release_date = Some(date.trim().to_owned());
            }
        };
        Ok(Self { lines, release, release_date, pending, ended: false })
    }

    /// As the head of the file states it: `29.0`.
    pub fn release(&self) -> Option<&str> {
        self.release.as_deref()
    }

    /// As the head of the file states it: `25-February-2019`.
    pub fn release_date(&self) -> Option<&str> {
        self.release_date.as_deref()
    }

    fn entry(&mut self) -> Result<Option<Entry>, ReadError> {
        let Some(first) = self.first_line()? else { return Ok(None) };
        let mut draft = Draft::begin(&first);
        loop {
            let Some(line) = self.lines.next().transpose()? else {
                let within = format!("the entry {}", draft.label());
                return Err(FileError::CutOff { line: draft.last_line, within }.into());
            };
            if line.text.starts_with("ID   ") {
                draft.refuse(line.number, "ID", "a new entry begins before “//” ends this one");
                self.pending = Some(line);
                break;
            }
            if line.text.trim_end() == "//" {
                break;
            }
            draft.add(&line);
        }
        draft.finish().map(Some).map_err(ReadError::Row)
    }

    fn first_line(&mut self) -> Result<Option<Line>, FileError> {
        if self.pending.is_some() {
            return Ok(self.pending.take());
        }
        let filler = |text: &str| text.is_empty() || text.starts_with([' ', '-', '_']);
        self.lines.find(|line| !matches!(line, Ok(line) if filler(&line.text))).transpose()
    }
}

impl Iterator for CellosaurusReader {
    type Item = Result<Entry, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let entry = self.entry();
        self.ended = matches!(entry, Ok(None) | Err(ReadError::File(_)));
        entry.transpose()
    }
}

/// An entry being read; keeps the first thing that is wrong with it.
#[derive(Debug)]
struct Draft {
    entry: Entry,
    last_line: u64,
    problem: Option<(u64, Option<String>, String)>,
}

impl Draft {
    fn begin(first: &Line) -> Self {
        let entry = Entry { line: first.number, ..Entry::default() };
        let mut draft = Self { entry, last_line: first.number, problem: None };
        match first.text.strip_prefix("ID   ") {
            Some(id) => id.trim().clone_into(&mut draft.entry.id),
            None => draft.refuse(first.number, "ID", "the entry does not begin with an ID line"),
        }
        draft
    }

    fn label(&self) -> &str {
        let Entry { id, accession, .. } = &self.entry;
        if accession.is_empty() { id } else { accession }
    }

    fn refuse(&mut self, line: u64, field: &str, message: impl Into<String>) {
        self.problem.get_or_insert((line, Some(field.to_owned()), message.into()));
    }

    fn add(&mut self, line: &Line) {
        self.last_line = line.number;
        let parts = line.text.get(..2).zip(line.text.get(2..).and_then(|r| r.strip_prefix("   ")));
        let Some((code, content)) = parts else {
            let message = format!("“{}” is no line code and three spaces", clipped(&line.text));
            self.problem.get_or_insert((line.number, None, message));
            return;
        };
        let content = content.trim();
        let added = match content {
            "" => Err("is empty".to_owned()),
            _ => self.entry.add(code, content),
        };
        if let Err(message) = added {
            self.refuse(line.number, code, message);
        }
    }

    fn finish(mut self) -> Result<Entry, RowError> {
        for (value, code) in [(&self.entry.id, "ID"), (&self.entry.accession, "AC")] {
            if value.is_empty() {
                let missing = (self.entry.line, Some(code.to_owned()), "is missing".to_owned());
                self.problem.get_or_insert(missing);
            }
        }
        let label = Some(self.label().to_owned()).filter(|label| !label.is_empty());
        match self.problem {
            None => Ok(self.entry),
            Some((row, field, message)) => Err(RowError { row, label, field, message }),
        }
    }
}

impl Entry {
    fn add(&mut self, code: &str, content: &str) -> Result<(), String> {
        match code {
            "AC" if self.accession.is_empty() => content.clone_into(&mut self.accession),
            "AC" => return Err(TWICE.to_owned()),
            "AS" => self.secondary.extend(list(content)),
            "SY" => self.synonyms.extend(list(content)),
            "DR" => self.xrefs.push(pair(content, "; ")?),
            "RX" => self.references.push(pair(content.strip_suffix(';').unwrap_or(content), "=")?),
            "WW" => self.web_pages.push(content.to_owned()),
            "CC" => {
                let (topic, text) = pair(content, ": ")?;
                self.comments.push(Comment { topic, text });
            }
            "ST" => self.add_str(content)?,
            "DI" => {
                let (vocabulary, rest) = pair(content, "; ")?;
                let (key, label) = pair(&rest, "; ")?;
                self.diseases.push((vocabulary, key, label));
            }
            "OX" => {
                let taxon = content.strip_prefix("NCBI_TaxID=");
                let taxon = taxon.ok_or_else(|| expected("NCBI_TaxID=", content))?;
                self.species.push(pair(taxon, "; ! ")?);
            }
            "HI" => self.parents.push(pair(content, " ! ")?),
            "OI" => self.same_individual.push(pair(content, " ! ")?),
            "SX" => once(&mut self.sex, content)?,
            "AG" => once(&mut self.age, content)?,
            "CA" => once(&mut self.category, content)?,
            "DT" => once(&mut self.date, content)?,
            _ => return Err("is an unknown line code".to_owned()),
        }
        Ok(())
    }

    fn add_str(&mut self, content: &str) -> Result<(), String> {
        if let Some(sources) = content.strip_prefix("Source(s): ") {
            let block = StrBlock { sources: list(sources), markers: Vec::new() };
            self.str_profiles.push(block);
            return Ok(());
        }
        let marker = pair(content, ": ")?;
        let block = self.str_profiles.last_mut();
        block.ok_or("a marker comes before any “Source(s):”")?.markers.push(marker);
        Ok(())
    }
}

const TWICE: &str = "comes twice in the entry; it may be there once";

fn once(slot: &mut Option<String>, content: &str) -> Result<(), String> {
    match slot.replace(content.to_owned()) {
        None => Ok(()),
        Some(_) => Err(TWICE.to_owned()),
    }
}

fn list(text: &str) -> Vec<String> {
    text.split("; ").map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
}

fn pair(text: &str, mark: &str) -> Result<(String, String), String> {
    let (left, right) = text.split_once(mark).ok_or_else(|| expected(mark, text))?;
    Ok((left.trim().to_owned(), right.trim().to_owned()))
}

fn expected(mark: &str, text: &str) -> String {
    format!("expected “{}” in “{}”", mark.trim(), clipped(text))
}

/// Enough of a text to find it by.
fn clipped(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
