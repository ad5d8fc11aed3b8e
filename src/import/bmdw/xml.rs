//! The XML of the exchange: `INVENTORIES` holds `INVENTORY` elements, each holds `CBU` elements, and these hold one
//! element for each field, nested as in `HLA/A/DNA/FIELD1`. What an inventory says of itself are attributes of its
//! element or of the root.
//!
//! Document types and entities of a file's own are refused: the one reaches out of the file, the other grows
//! without bound.

use std::{io::BufRead, sync::Arc};

use quick_xml::{
    Error as XmlError, Reader, XmlVersion,
    errors::SyntaxError,
    escape::resolve_predefined_entity,
    events::{BytesRef, BytesStart, Event},
};

use super::{Ledger, ReadError, Unit, UnitRow};
use crate::{
    domain::cord_blood::bmdw::{
        header::{self, Attributes, HeaderProblem},
        value::UsualCounts,
    },
    import::{bounded::Bounded, source_file::FileError},
};

/// A tag or a stretch of text is not longer.
const MAX_EVENT_BYTES: usize = 64 << 10;
/// A unit's fields lie less deep.
const MAX_DEPTH: usize = 16;
/// Longer values are cut here and marked, so that no field takes them.
const MAX_VALUE_BYTES: usize = 1 << 10;

/// The units of an XML file, one by one.
pub struct XmlReader<R> {
    xml: Reader<Bounded<R>>,
    buffer: Vec<u8>,
    usual: UsualCounts,
    ledger: Ledger,
    depth: usize,
    rows: u64,
    /// The attributes of the root, which hold for every inventory that does not say otherwise.
    root: Option<Attributes>,
    inventory: Option<usize>,
    unit: Option<Unit>,
    /// The elements around the text that comes, from the unit inwards.
    path: Vec<String>,
    text: String,
    ended: bool,
}

impl<R> std::fmt::Debug for XmlReader<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("XmlReader").field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl<R: BufRead> XmlReader<R> {
    pub fn new(input: R, usual: UsualCounts) -> Self {
        let mut xml = Reader::from_reader(Bounded::new(input, "XML", MAX_EVENT_BYTES));
        xml.config_mut().expand_empty_elements = true;
        Self {
            xml,
            buffer: Vec::new(),
            usual,
            ledger: Ledger::default(),
            depth: 0,
            rows: 0,
            root: None,
            inventory: None,
            unit: None,
            path: Vec::new(),
            text: String::new(),
            ended: false,
        }
    }

    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    pub fn into_ledger(self) -> Ledger {
        self.ledger
    }

    fn syntax(&self, detail: &str) -> ReadError {
        self.xml.get_ref().syntax(detail).into()
    }

    fn header(&self, problem: HeaderProblem) -> ReadError {
        let (line, problem) = (self.xml.get_ref().line(), Box::new(problem));
        ReadError::Header { line, problem }
    }

    /// Reads on to the next unit; `None` at the end of the file.
    fn read(&mut self) -> Result<Option<UnitRow>, ReadError> {
        let mut buffer = std::mem::take(&mut self.buffer);
        loop {
            buffer.clear();
            self.xml.get_mut().renew();
            let event = match self.xml.read_event_into(&mut buffer) {
                Ok(event) => event,
                Err(error) => return Err(self.failure(error)),
            };
            match event {
                Event::Start(element) => self.start(&element)?,
                Event::End(_) => {
                    if let Some(row) = self.end()? {
                        self.buffer = buffer;
                        return Ok(Some(row));
                    }
                }
                Event::Text(text) => self.take_text(&text.xml10_content()),
                Event::CData(text) => self.take_text(&text.xml10_content()),
                Event::GeneralRef(reference) => self.resolve(&reference)?,
                Event::DocType(_) => {
                    return Err(self.syntax("a document type is not taken; leave it out"));
                }
                Event::Eof => return self.finish().map(|()| None),
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
    }

    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), ReadError> {
        let name = element.local_name().as_ref().to_owned();
        if self.depth == MAX_DEPTH {
            return Err(self.syntax(&format!("elements lie more than {MAX_DEPTH} deep")));
        }
        match (self.depth, name.as_str()) {
            (0, "INVENTORIES") if self.root.is_none() => {
                self.root = Some(self.attributes(element)?);
            }
            (0, _) => return Err(FileError::WrongKind { expected: "INVENTORIES element" }.into()),
            (1, "INVENTORY") => {
                let mut attributes = self.root.clone().unwrap_or_default();
                attributes.append(&mut self.attributes(element)?);
                let opened = self.ledger.open(&attributes);
                self.inventory = Some(opened.map_err(|problem| self.header(problem))?);
            }
            (2, "CBU") if self.inventory.is_some() => {
                self.rows += 1;
                self.unit = Some(Unit::default());
            }
            (2, "DONOR") if self.inventory.is_some() => {
                return Err(self.header(HeaderProblem::Donors));
            }
            _ if self.unit.is_some() => {
                self.take_value();
                self.path.push(name);
                self.note_attributes(element)?;
            }
            _ => self.ledger.note_unknown(&name),
        }
        self.depth += 1;
        Ok(())
    }

    fn end(&mut self) -> Result<Option<UnitRow>, ReadError> {
        self.depth = self.depth.saturating_sub(1);
        match (self.depth, self.inventory) {
            (2, Some(inventory)) => {
                let Some(unit) = self.unit.take() else { return Ok(None) };
                return self.ledger.settle((self.rows, inventory), unit, &self.usual).map(Some);
            }
            (1, _) => self.inventory = None,
            _ => {}
        }
        self.take_value();
        self.path.pop();
        Ok(None)
    }

    /// Gives the text that was read to its field. Text on both sides of an element is two values, and refused.
    fn take_value(&mut self) {
        let text = std::mem::take(&mut self.text);
        let Some(unit) = self.unit.as_mut().filter(|_| !text.trim().is_empty()) else { return };
        let path = self.path.join("/");
        if !unit.put(&path, &text) {
            self.ledger.note_unknown(&path);
        }
    }

    /// A file that ends within an element was cut off.
    fn finish(&mut self) -> Result<(), ReadError> {
        if self.root.is_none() {
            return Err(FileError::WrongKind { expected: "INVENTORIES element" }.into());
        }
        if self.depth > 0 {
            let (line, within) = (self.xml.get_ref().line(), "an inventory".to_owned());
            return Err(FileError::CutOff { line, within }.into());
        }
        self.ledger.complete = true;
        Ok(())
    }

    fn take_text(&mut self, text: &str) {
        if self.path.is_empty() {
            return;
        }
        let text = if self.text.is_empty() { text.trim_start() } else { text };
        let room = MAX_VALUE_BYTES.saturating_sub(self.text.len());
        if text.len() <= room {
            self.text.push_str(text);
        } else if !self.text.ends_with('…') {
            self.text.push_str(&text[..text.floor_char_boundary(room)]);
            self.text.push('…');
        }
    }

    fn resolve(&mut self, reference: &BytesRef<'_>) -> Result<(), ReadError> {
        match reference.resolve_char_ref() {
            Ok(Some(character)) => self.take_text(character.encode_utf8(&mut [0; 4])),
            Ok(None) => match resolve_predefined_entity(reference) {
                Some(text) => self.take_text(text),
                None => return Err(self.syntax("it names an entity that XML does not have")),
            },
            Err(error) => return Err(self.syntax(&error.to_string())),
        }
        Ok(())
    }

    /// What an inventory says of itself; declarations of name spaces and schemas are passed over.
    fn attributes(&mut self, element: &BytesStart<'_>) -> Result<Attributes, ReadError> {
        let mut attributes = Attributes::new();
        for attribute in element.attributes() {
            let attribute = attribute.map_err(|error| self.syntax(&error.to_string()))?;
            let name = attribute.key.as_ref();
            if name == "xmlns" || name.contains(':') {
                continue;
            }
            let text = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| self.syntax(&error.to_string()))?;
            match header::name(name) {
                Some(field) => {
                    attributes.insert(field, text.into_owned());
                }
                None => self.ledger.note_unknown(name),
            }
        }
        Ok(attributes)
    }

    /// The field set of 2017 has no attributes on fields; later ones do.
    fn note_attributes(&mut self, element: &BytesStart<'_>) -> Result<(), ReadError> {
        for attribute in element.attributes() {
            let attribute = attribute.map_err(|error| self.syntax(&error.to_string()))?;
            let name = format!("{}@{}", self.path.join("/"), attribute.key.as_ref());
            self.ledger.note_unknown(&name);
        }
        Ok(())
    }

    fn failure(&self, error: XmlError) -> ReadError {
        match error {
            XmlError::Io(error) => match Arc::try_unwrap(error) {
                Ok(error) => FileError::from_io(error).into(),
                Err(shared) => self.syntax(&shared.to_string()),
            },
            XmlError::Encoding(_) => {
                let offset = self.xml.buffer_position();
                FileError::NotUtf8 { offset, guess: None }.into()
            }
            XmlError::Syntax(error) if error != SyntaxError::InvalidBangMarkup => {
                let (line, within) = (self.xml.get_ref().line(), "a tag".to_owned());
                FileError::CutOff { line, within }.into()
            }
            error => self.syntax(&error.to_string()),
        }
    }
}

impl<R: BufRead> Iterator for XmlReader<R> {
    type Item = Result<UnitRow, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let row = self.read();
        self.ended = !matches!(row, Ok(Some(_)) | Err(ReadError::Row(_)));
        row.transpose()
    }
}
