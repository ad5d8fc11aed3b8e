//! NANDO: Japan's designated intractable diseases and specific paediatric chronic diseases, with their names in
//! kanji, kana and English and their notification numbers. A class is laid on every Mondo disease it matches.

use std::collections::HashMap;

use super::{
    RowIter, flag, layer,
    nando_turtle::{NandoClass, NandoReader},
    source_file::{ReadError, SourceFile},
};
use crate::{
    catalogue::import::{Candidate, Meets},
    domain::{
        disease::{DiseaseFacts, Notification, NotificationScheme},
        identifier::ExternalId,
        names::{Name, NameKind},
        record::{AnyDraft, Draft, Flag},
        term::Key,
    },
};

const INTRACTABLE: &str = "NANDO:1000001";
const PAEDIATRIC: &str = "NANDO:2000001";

/// The whole file is held: a paediatric number needs the disease group, which is an ancestor of its class.
pub(super) fn rows(file: SourceFile) -> RowIter {
    let classes: Vec<Result<NandoClass, ReadError>> = NandoReader::new(file).collect();
    let tree = Tree::of(classes.iter().flatten());
    let rows: Vec<_> = classes
        .into_iter()
        .filter_map(|class| match class {
            Ok(class) => tree.candidate(&class).map(Ok),
            Err(error) => Some(Err(error)),
        })
        .collect();
    Box::new(rows.into_iter())
}

struct Tree {
    parents: HashMap<String, Vec<String>>,
    labels: HashMap<String, String>,
}

impl Tree {
    fn of<'a>(classes: impl Iterator<Item = &'a NandoClass>) -> Self {
        let mut tree = Self { parents: HashMap::new(), labels: HashMap::new() };
        for class in classes {
            let Some(id) = &class.identifier else { continue };
            tree.parents.insert(id.clone(), class.parents.clone());
            if let Some(label) = class.labels.iter().find(|(lang, _)| lang == "ja") {
                tree.labels.insert(id.clone(), label.1.clone());
            }
        }
        tree
    }

    /// The path of ancestors up to a root, nearest first; the first parent is followed.
    fn path(&self, id: &str) -> Vec<&str> {
        let mut path: Vec<&str> = Vec::new();
        let mut at = id;
        while let Some(parent) = self.parents.get(at).and_then(|parents| parents.first()) {
            if path.contains(&parent.as_str()) {
                break;
            }
            path.push(parent);
            at = parent;
        }
        path
    }

    fn notification(&self, id: &str, number: &str) -> Option<Notification> {
        let path = self.path(id);
        let number = number.to_owned();
        if path.contains(&INTRACTABLE) {
            let scheme = NotificationScheme::DesignatedIntractable;
            return Some(Notification { scheme, group: None, number });
        }
        let root = path.iter().position(|ancestor| *ancestor == PAEDIATRIC)?;
        let group = self.labels.get(*path.get(root.checked_sub(1)?)?)?.clone();
        let scheme = NotificationScheme::PaediatricChronic;
        Some(Notification { scheme, group: Some(group), number })
    }

    /// Roots and the ontology's own header are no diseases and give nothing.
    fn candidate(&self, class: &NandoClass) -> Option<Candidate> {
        let id = class.identifier.as_ref().filter(|_| class.declared)?;
        if class.parents.is_empty() || [INTRACTABLE, PAEDIATRIC].contains(&id.as_str()) {
            return None;
        }
        let mut flags = Vec::new();
        let facts = self.facts(id, class, &mut flags);
        let mut matches: Vec<Key> = class
            .close_matches
            .iter()
            .filter(|target| target.starts_with("MONDO:"))
            .map(|target| Key::new("mondo", target))
            .collect();
        let label = facts.names.first().map_or(id.clone(), |name| name.text.clone());
        let mut draft = Draft::of(layer("nando", id, facts, flags));
        draft.accession = Some(matches.first().map_or(id.clone(), |key| key.value.clone()));
        matches.push(Key::new("nando", id));
        let mut candidate = Candidate::new(class.row, label, AnyDraft::Disease(draft));
        candidate.meets = Meets::Every(matches);
        Some(candidate)
    }

    fn facts(&self, id: &str, class: &NandoClass, flags: &mut Vec<Flag>) -> DiseaseFacts {
        let mut notifications = Vec::new();
        for number in &class.notification_numbers {
            match self.notification(id, number) {
                Some(notification) => notifications.push(notification),
                None => flags.push(flag(
                    "hasNotificationNumber",
                    number,
                    "its scheme or disease group is not known",
                )),
            }
        }
        let definition = |lang: &str| {
            let found = class.descriptions.iter().find(|(own, _)| own == lang);
            found.map(|(_, text)| text.clone())
        };
        DiseaseFacts {
            names: names(class),
            external_ids: vec![ExternalId::new("nando", id)],
            notifications,
            deprecated: class.deprecated,
            definition: definition("en"),
            definition_ja: definition("ja"),
            ..DiseaseFacts::default()
        }
    }
}

fn names(class: &NandoClass) -> Vec<Name> {
    let name = |kind, lang: &str, text: &str| match lang {
        "ja-hira" => Name::in_language(NameKind::Kana, text, "ja-Hira"),
        "" => Name::new(kind, text),
        lang => Name::in_language(kind, text, lang),
    };
    let mut names: Vec<Name> = Vec::new();
    // The Japanese name is NANDO's own; its English label is a synonym beside Mondo's.
    for (lang, text) in &class.labels {
        let kind = if lang == "ja" { NameKind::Primary } else { NameKind::Synonym };
        names.push(name(kind, lang, text));
    }
    for (lang, text) in class.pref_labels.iter().chain(&class.alt_labels) {
        let synonym = name(NameKind::Synonym, lang, text);
        if !names.iter().any(|known| known.text == synonym.text) {
            names.push(synonym);
        }
    }
    names.sort_by_key(|name| name.kind);
    names
}
