//! The cells of a reported value. The text stays as the laboratory wrote it; what stands in cells of their own, the unit
//! and the limits of the method, is put into its reading.

use super::{cell, column::Problem, value};
use crate::domain::{
    lang::Lang,
    qc::{
        number::Number,
        test_code::TestCode,
        unit::Unit,
        value::{Amount, Counted, Examined, Measurement, Quantity, Reported, Value},
    },
};

/// In `reading`: nothing is read, though the text could be.
pub(super) const UNREAD: &str = "unread";

#[derive(Debug, Default, Clone)]
pub(super) struct Cells {
    pub(super) text: Option<String>,
    pub(super) unit: Option<String>,
    pub(super) lod: Option<String>,
    pub(super) loq: Option<String>,
    pub(super) reading: Option<String>,
    pub(super) examined: Option<String>,
    pub(super) relative_to: Option<String>,
}

impl Cells {
    /// `None` where the row reports no value.
    pub(super) fn read(self, test: TestCode) -> Result<Option<Reported>, Problem> {
        let Some(written) = &self.text else {
            let beside = [
                ("unit", &self.unit),
                ("lod", &self.lod),
                ("loq", &self.loq),
                ("reading", &self.reading),
                ("examined", &self.examined),
                ("relative_to", &self.relative_to),
            ];
            let filled =
                beside.into_iter().find_map(|(column, cell)| Some((column, cell.as_ref()?)));
            return match filled {
                Some((column, cell)) => {
                    let message =
                        format!("`{cell}` stands without a value: give the value it belongs to");
                    Err(Problem::new(column, message))
                }
                None => Ok(None),
            };
        };
        let mut reported = match &self.reading {
            Some(reading) => self.given(test, written, reading)?,
            None => self.as_written(test, written)?,
        };
        reported.examined = self.examined.as_deref().map(examined).transpose()?;
        reported.relative_to = self.relative_to;
        Ok(Some(reported))
    }

    fn given(&self, test: TestCode, written: &str, reading: &str) -> Result<Reported, Problem> {
        if let Some(cell) = self.unit.as_ref().or(self.lod.as_ref()).or(self.loq.as_ref()) {
            let message = format!("`{cell}` is given beside a reading: write it into the reading");
            return Err(Problem::new("unit", message));
        }
        let read = match reading {
            UNREAD => None,
            reading => Some(
                Value::parse(test, reading)
                    .map_err(|error| Problem::new("reading", error.to_string()))?,
            ),
        };
        Ok(Reported { reading: read, ..Reported::read(test, written) })
    }

    /// The reading of the text with its unit and limits. Where that cannot be read they become part of the text, so that
    /// nothing is lost.
    fn as_written(&self, test: TestCode, written: &str) -> Result<Reported, Problem> {
        let number = self.with_unit(test, written)?;
        let limits =
            [("LOD", &self.lod), ("LOQ", &self.loq)].into_iter().filter_map(|(name, cell)| {
                let cell = cell.as_ref()?;
                let unit = self.unit.as_ref().filter(|_| is_bare(cell));
                let unit = unit.map_or_else(String::new, |unit| format!(" {unit}"));
                Some(format!("{name} {cell}{unit}"))
            });
        let limits: Vec<String> = limits.collect();
        let whole = match &limits[..] {
            [] => number,
            limits => format!("{number} ({})", limits.join("; ")),
        };
        let beside = Value::parse(test, &whole)
            .map(|reading| Reported { reading: Some(reading), ..Reported::read(test, written) });
        // `ND` alone may mean two things, and no reading beside it makes it sound.
        let sound = beside.ok().filter(|reported| reported.problem(test).is_none());
        Ok(sound.unwrap_or_else(|| Reported::read(test, &whole)))
    }

    /// The text with its unit, where it has none by itself. A word has none: it can be that of the limits alone.
    fn with_unit(&self, test: TestCode, written: &str) -> Result<String, Problem> {
        let Some(unit) = &self.unit else { return Ok(written.to_owned()) };
        let mut limits = self.lod.iter().chain(&self.loq);
        let of_limits = limits.any(|limit| is_bare(limit) || limit.ends_with(unit.as_str()));
        let alone = Value::parse(test, written).ok();
        let problem = match alone.as_ref().map(stated_unit) {
            Some(Some(found)) if unit.parse() != Ok(found) => {
                format!(
                    "`{unit}` stands beside `{written}`, which is in `{found}`: correct one of them"
                )
            }
            Some(None) if !of_limits => {
                format!("`{unit}` stands beside `{written}`, which is no number: leave it blank")
            }
            None if !(of_limits && is_abbreviated(written)) => {
                return Ok(format!("{written} {unit}"));
            }
            _ => return Ok(written.to_owned()),
        };
        Err(Problem::new("unit", problem))
    }

    /// The cells that read back as the value, the fewest that do.
    pub(super) fn of(test: TestCode, reported: &Reported) -> Self {
        let plain = Self {
            text: Some(reported.text.clone()),
            examined: reported
                .examined
                .map(|examined| format!("{} {}", examined.count, examined.of.code())),
            relative_to: reported.relative_to.clone(),
            ..Self::default()
        };
        let beside = Self { reading: None, ..plain.clone() }.with_parts(reported.reading.as_ref());
        let given = Self { reading: reading_cell(test, reported), ..plain.clone() };
        let equal =
            |cells: &Self| cells.clone().read(test).ok().flatten().as_ref() == Some(reported);
        [plain, beside].into_iter().find(equal).unwrap_or(given)
    }

    fn with_parts(mut self, reading: Option<&Value>) -> Self {
        let Some(Value::Measured(Measurement { amount, lod, loq })) = reading else { return self };
        let cell = |quantity: &Quantity| quantity.to_string();
        self.unit = match amount {
            Amount::Stated { quantity, .. } => Some(quantity.unit.symbol().to_owned()),
            Amount::NotDetected => None,
        };
        self.lod = lod.as_ref().map(cell);
        self.loq = loq.as_ref().map(cell);
        self
    }
}

/// Whether a limit is a number without a unit.
fn is_bare(limit: &str) -> bool {
    limit.parse::<Number>().is_ok()
}

fn is_abbreviated(text: &str) -> bool {
    matches!(text.to_lowercase().as_str(), "nd" | "n.d.")
}

fn stated_unit(value: &Value) -> Option<Unit> {
    match value {
        Value::Measured(Measurement { amount: Amount::Stated { quantity, .. }, .. }) => {
            Some(quantity.unit)
        }
        _ => None,
    }
}

/// What `reading` must hold for the value to read back: nothing, where the text reads so by itself.
pub(super) fn reading_cell(test: TestCode, reported: &Reported) -> Option<String> {
    let alone = Value::parse(test, &reported.text).ok();
    let said = || reported.reading.as_ref().map_or_else(|| UNREAD.to_owned(), ToString::to_string);
    (alone != reported.reading).then(said)
}

/// `20 metaphases`.
fn examined(text: &str) -> Result<Examined, Problem> {
    let (count, of) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let count = count.parse().map_err(|_| {
        Problem::new(
            "examined",
            format!("`{text}` is no count of anything: write it as `20 metaphases`"),
        )
    })?;
    let counted = |one: Counted| [one.code(), one.label(Lang::En), one.label(Lang::Ja)];
    let of = value::coded(of.trim(), Counted::ALL, counted).map_err(|_| {
        let known = cell::quoted(Counted::ALL.iter().map(|one| one.code()));
        Problem::new(
            "examined",
            format!("`{text}` does not say of what: write one of {known} after the number"),
        )
    })?;
    Ok(Examined { count, of })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cells(text: &str, unit: &str, lod: &str, loq: &str) -> Cells {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Cells {
            text: some(text),
            unit: some(unit),
            lod: some(lod),
            loq: some(loq),
            ..Cells::default()
        }
    }

    fn read(test: TestCode, value: &str, unit: &str, lod: &str, loq: &str) -> Reported {
        cells(value, unit, lod, loq).read(test).unwrap().unwrap()
    }

    #[test]
    fn a_unit_and_limits_of_their_own_cells_go_into_the_reading_and_not_into_the_text() {
        let reported = read(TestCode::Endotoxin, "<0.5", "EU/mL", "0.1", "0.5");
        assert_eq!(reported.text, "<0.5");
        assert_eq!(reported.problem(TestCode::Endotoxin), None);
        assert_eq!(
            reported.reading.unwrap().to_string(),
            "<0.5 EU/mL (LOD 0.1 EU/mL; LOQ 0.5 EU/mL)"
        );
        let nothing = read(TestCode::ResidualVector, "ND", "copies/cell", "0.01", "");
        assert_eq!(nothing.text, "ND (LOD 0.01 copies/cell)");
        assert_eq!(nothing.problem(TestCode::ResidualVector), None);
        assert_eq!(nothing.reading.unwrap().to_string(), "not detected (LOD 0.01 copies/cell)");
    }

    #[test]
    fn what_cannot_be_read_is_kept_whole_and_two_units_are_refused() {
        let reported = read(TestCode::Endotoxin, "0.5", "furlongs", "", "");
        assert_eq!((reported.text.as_str(), reported.reading), ("0.5 furlongs", None));
        let error = cells("0.5 %", "EU/mL", "", "").read(TestCode::Marker).unwrap_err();
        assert_eq!(
            error.message,
            "`EU/mL` stands beside `0.5 %`, which is in `%`: correct one of them"
        );
        assert!(cells("", "EU/mL", "", "").read(TestCode::Endotoxin).is_err());
        // The unit of a word is lost nowhere: it is that of a limit, or refused.
        let word = |lod: &str| cells("not detected", "EU/mL", lod, "").read(TestCode::Endotoxin);
        assert!(word("0.1").is_ok() && word("0.1 EU/mL").is_ok());
        assert!(word("").is_err() && word("0.1 IU/mL").is_err());
    }

    #[test]
    fn what_was_examined_is_a_number_and_a_word() {
        assert_eq!(
            examined("20 metaphases").unwrap(),
            Examined { count: 20, of: Counted::Metaphases }
        );
        assert_eq!(examined("13 座位").unwrap().of, Counted::Loci);
        assert!(examined("20").is_err() && examined("many loci").is_err());
    }

    proptest! {
        #[test]
        fn any_value_reads_back(
            at in 0..TestCode::ALL.len(),
            text in "[<>≤]?[0-9]{1,3}(\\.[0-9])?( %| EU/mL| copies/cell)?|negative|陰性|ND|46,XX\\[20\\]|none|.{1,12}",
            unit in prop::sample::select(vec!["", "%", "EU/mL", "copies/cell", "x"]),
            lod in prop::sample::select(vec!["", "0.1", "0.1 EU/mL", "y"]),
            unread in any::<bool>(),
        ) {
            let test = TestCode::ALL[at];
            let Ok(Some(mut reported)) = cells(&text, unit, lod, "").read(test) else { return Ok(()) };
            if unread {
                reported.reading = None;
            }
            let again = Cells::of(test, &reported).read(test).unwrap();
            prop_assert_eq!(again, Some(reported));
        }
    }
}
