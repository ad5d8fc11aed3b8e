//! What does not fit together, as anyone may read it: the verdict of a rule, and no sealed value.

use async_graphql::Object;

use super::parts::{Coded, Lang};
use crate::domain::{finding, lang::Lang as Language};

/// What a rule found on a record.
#[derive(Debug)]
pub struct Finding(pub(super) finding::Finding);

/// What a rule found on a record. A difference is a question to the curator before it is an error, and nothing here is
/// for clinical selection.
#[Object]
impl Finding {
    /// The rule.
    async fn rule(&self) -> Coded {
        let rule = self.0.rule;
        Coded::new(rule.code(), |lang| rule.label(lang))
    }

    /// How much it weighs.
    async fn severity(&self) -> Coded {
        let severity = self.0.severity;
        Coded::new(severity.code(), |lang| severity.label(lang))
    }

    /// What was found and what to do about it, as a sentence.
    async fn text(
        &self,
        #[graphql(default, desc = "The language of the reader.")] lang: Lang,
    ) -> &str {
        self.0.text.text(Language::from(lang))
    }

    /// The accession of the record that it was compared with, or of the result that it is about.
    async fn other(&self) -> Option<&str> {
        self.0.other.as_ref().map(|other| other.accession.as_str())
    }

    /// Where the rule comes from.
    async fn source(&self) -> &'static str {
        self.0.rule.rule().source
    }
}
