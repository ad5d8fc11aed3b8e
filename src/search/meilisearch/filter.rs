//! Filters for Meilisearch, built from parts that cannot become anything but what they are: values are always quoted.

use std::fmt;

/// A condition on documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Filter {
    All(Vec<Filter>),
    Either(Box<Filter>, Box<Filter>),
    Not(Box<Filter>),
    /// The attribute has one of the values; of none there is no document.
    In(&'static str, Vec<String>),
}

impl Filter {
    pub(super) fn and(self, other: Self) -> Self {
        Self::All(vec![self, other])
    }

    pub(super) fn but_not(self, other: Self) -> Self {
        self.and(Self::Not(Box::new(other)))
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(parts) => {
                for (at, part) in parts.iter().enumerate() {
                    if at > 0 {
                        f.write_str(" AND ")?;
                    }
                    write!(f, "({part})")?;
                }
                Ok(())
            }
            Self::Either(a, b) => write!(f, "({a}) OR ({b})"),
            Self::Not(part) => write!(f, "NOT ({part})"),
            Self::In(attribute, values) => {
                write!(f, "{attribute} IN [")?;
                for (at, value) in values.iter().enumerate() {
                    let separator = if at > 0 { ", " } else { "" };
                    let value = value.replace('\\', "\\\\").replace('"', "\\\"");
                    write!(f, "{separator}\"{value}\"")?;
                }
                f.write_str("]")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Outside of quotes nothing stands that the value could have brought along.
        #[test]
        fn a_value_never_leaves_its_quotes(value in ".*") {
            let filter = Filter::In("kind", vec![value]).to_string();
            let inside = filter.strip_prefix("kind IN [\"").and_then(|rest| rest.strip_suffix("\"]"));
            let mut escaped = false;
            for c in inside.expect("quoted").chars() {
                prop_assert!(escaped || c != '"', "{}", filter);
                escaped = c == '\\' && !escaped;
            }
            prop_assert!(!escaped, "{}", filter);
        }
    }
}
