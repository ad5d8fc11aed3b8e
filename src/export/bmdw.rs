//! Writes inventories of cord-blood units by the BMDW field set of 2017, as XML or as a table (CSV): always the whole
//! of what a bank holds. Equal units give equal rows.
//!
//! A unit is written only as a row that would be read again; what the exchange cannot say of it is told, and the
//! unit left to the caller.

use std::{
    collections::HashSet,
    io::{self, Write},
};

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event},
};

use crate::domain::cord_blood::{
    bmdw::{
        field::{self, Element, FIELDS},
        header,
        row::{self, Fields},
        value::{FieldProblem, UsualCounts, ValueProblem},
    },
    facts::UnitFacts,
    inventory::Inventory,
};

/// Why a unit is not written. After `Io` the file is broken.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error("the unit cannot be written: {}", told(.0))]
    Unit(Vec<FieldProblem>),
    #[error("the inventory cannot be written: {0}")]
    Io(#[from] io::Error),
}

fn told(problems: &[FieldProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// Turns units into rows that read back, each unit once.
#[derive(Debug, Default)]
struct Rows {
    written: HashSet<String>,
}

impl Rows {
    fn row(&mut self, unit: &UnitFacts) -> Result<Fields, WriteError> {
        let fields = row::write(unit).map_err(WriteError::Unit)?;
        row::read(&fields, &UsualCounts::any()).map_err(WriteError::Unit)?;
        let id = fields.get("ID").unwrap_or_default();
        if !self.written.insert(id.to_owned()) {
            let again = FieldProblem::new("ID", Some(id), ValueProblem::Repeated);
            return Err(WriteError::Unit(vec![again]));
        }
        Ok(fields)
    }
}

/// An inventory as XML.
pub struct XmlWriter<W: Write> {
    xml: Writer<W>,
    rows: Rows,
}

impl<W: Write> std::fmt::Debug for XmlWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("XmlWriter").field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl<W: Write> XmlWriter<W> {
    pub fn new(out: W, inventory: &Inventory) -> io::Result<Self> {
        let mut xml = Writer::new_with_indent(out, b' ', 1);
        xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let (mut root, mut element) =
            (BytesStart::new("INVENTORIES"), BytesStart::new("INVENTORY"));
        for (name, text) in header::write(inventory) {
            let of = if name == "CREATION_TIME" { &mut root } else { &mut element };
            of.push_attribute((name, text.as_str()));
        }
        xml.write_event(Event::Start(root))?;
        xml.write_event(Event::Start(element))?;
        Ok(Self { xml, rows: Rows::default() })
    }

    pub fn write(&mut self, unit: &UnitFacts) -> Result<(), WriteError> {
        let fields = self.rows.row(unit)?;
        self.start("CBU")?;
        let mut open: Vec<&str> = Vec::new();
        for (leaf, text) in fields.iter() {
            let (groups, name) = leaf.path.rsplit_once('/').unwrap_or(("", &leaf.path));
            self.nest(&mut open, groups)?;
            self.start(name)?;
            self.xml.write_event(Event::Text(BytesText::new(text)))?;
            self.end(name)?;
        }
        self.nest(&mut open, "")?;
        Ok(self.end("CBU")?)
    }

    /// Ends the file: without this it reads as cut off.
    pub fn finish(mut self) -> io::Result<W> {
        self.end("INVENTORY")?;
        self.end("INVENTORIES")?;
        let mut out = self.xml.into_inner();
        out.write_all(b"\n")?;
        out.flush()?;
        Ok(out)
    }

    /// Closes the groups that end before the next field and opens those that begin.
    fn nest<'a>(&mut self, open: &mut Vec<&'a str>, groups: &'a str) -> io::Result<()> {
        let wanted: Vec<&str> = groups.split('/').filter(|group| !group.is_empty()).collect();
        let shared = open.iter().zip(&wanted).take_while(|(a, b)| a == b).count();
        for group in open.drain(shared..).rev() {
            self.end(group)?;
        }
        for group in &wanted[shared..] {
            self.start(group)?;
        }
        *open = wanted;
        Ok(())
    }

    fn start(&mut self, name: &str) -> io::Result<()> {
        self.xml.write_event(Event::Start(BytesStart::new(name)))
    }

    fn end(&mut self, name: &str) -> io::Result<()> {
        self.xml.write_event(Event::End(BytesEnd::new(name)))
    }
}

/// An inventory as a table. It has every column, so that rows do not depend on each other.
#[derive(Debug)]
pub struct TableWriter<W: Write> {
    csv: csv::Writer<W>,
    /// The cells that every row begins with.
    inventory: Vec<String>,
    rows: Rows,
}

impl<W: Write> TableWriter<W> {
    pub fn new(out: W, inventory: &Inventory) -> io::Result<Self> {
        let mut csv = csv::Writer::from_writer(out);
        let said = header::write(inventory);
        let names = FIELDS.iter().filter(|field| field.element == Element::Inventory);
        let names: Vec<&str> = names.map(|field| field.name).collect();
        let cell = |name: &&str| said.iter().find(|(field, _)| field == name);
        let cells =
            names.iter().map(|name| cell(name).map_or_else(String::new, |(_, t)| t.clone()));
        let inventory = cells.collect();
        let columns = field::leaves().iter().map(|leaf| leaf.column.as_str());
        csv.write_record(names.iter().copied().chain(columns))?;
        Ok(Self { csv, inventory, rows: Rows::default() })
    }

    pub fn write(&mut self, unit: &UnitFacts) -> Result<(), WriteError> {
        let fields = self.rows.row(unit)?;
        let cells = field::leaves().iter().map(|leaf| fields.get(&leaf.path).unwrap_or_default());
        let inventory = self.inventory.iter().map(String::as_str);
        Ok(self.csv.write_record(inventory.chain(cells)).map_err(io::Error::from)?)
    }

    pub fn finish(self) -> io::Result<W> {
        self.csv.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

#[cfg(test)]
mod tests;
