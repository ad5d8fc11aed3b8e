//! NANDO, the ontology of Japan's designated intractable diseases, from its Turtle file.
//! Gathers the triples of one subject at a time; subjects that are no NANDO term are passed over.

use oxrdf::{NamedNode, NamedOrBlankNode, Term, Triple};
use oxttl::{TurtleParseError, TurtleParser, turtle::ReaderTurtleParser};

use super::source_file::{FileError, ReadError, RowError, SourceFile, TextReader};

const NANDO: &str = "http://nanbyodata.jp/ontology/NANDO_";
const OBO: &str = "http://purl.obolibrary.org/obo/";
const THING: &str = "http://www.w3.org/2002/07/owl#Thing";
const CLASS: &str = "http://www.w3.org/2002/07/owl#Class";

/// Language tag and text. The parser gives tags in lower case: `ja-hira`.
pub type LangText = (String, String);

/// What the file says of a term in one place. A subject that the file comes back to is yielded again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NandoClass {
    /// Ordinal among the NANDO subjects of the file, from 1.
    pub row: u64,
    pub iri: String,
    /// `NANDO:1200010`, as stated; `None` for a subject the file only links to.
    pub identifier: Option<String>,
    /// Whether the file declares it a class here.
    pub declared: bool,
    /// 告示番号.
    pub notification_numbers: Vec<String>,
    pub labels: Vec<LangText>,
    pub alt_labels: Vec<LangText>,
    pub pref_labels: Vec<LangText>,
    pub descriptions: Vec<LangText>,
    /// `NANDO:1100001`; without the root that every class has.
    pub parents: Vec<String>,
    /// `MONDO:0005180`.
    pub close_matches: Vec<String>,
    pub see_also: Vec<String>,
    pub sources: Vec<String>,
    pub deprecated: bool,
    /// Statements of other kinds: IRI of the predicate and what it says.
    pub others: Vec<(String, String)>,
}

/// Subjects, one by one.
pub struct NandoReader {
    triples: ReaderTurtleParser<TextReader>,
    draft: Option<Draft>,
    rows: u64,
    ended: bool,
}

impl std::fmt::Debug for NandoReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NandoReader").field("draft", &self.draft).finish_non_exhaustive()
    }
}

impl NandoReader {
    pub fn new(file: SourceFile) -> Self {
        let triples = TurtleParser::new().for_reader(file.into_text());
        Self { triples, draft: None, rows: 0, ended: false }
    }

    /// Begins a draft for the subject; gives the one it replaces.
    fn turn_to(&mut self, subject: &NamedNode) -> Option<Draft> {
        if self.draft.as_ref().is_some_and(|draft| draft.class.iri == subject.as_str()) {
            return None;
        }
        let fresh = is_term(subject).then(|| {
            self.rows += 1;
            let iri = subject.as_str().to_owned();
            let class = NandoClass { row: self.rows, iri, ..NandoClass::default() };
            Draft { class, problem: None }
        });
        std::mem::replace(&mut self.draft, fresh)
    }
}

impl Iterator for NandoReader {
    type Item = Result<NandoClass, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            let triple = match self.triples.next() {
                Some(Ok(triple)) => triple,
                Some(Err(error)) => {
                    self.ended = true;
                    return Some(Err(file_error(error).into()));
                }
                None => {
                    self.ended = true;
                    return self.draft.take().map(Draft::finish);
                }
            };
            let Triple { subject, predicate, object } = triple;
            // A blank node stands inside the description of a named subject.
            let NamedOrBlankNode::NamedNode(subject) = subject else { continue };
            let done = self.turn_to(&subject);
            if let Some(draft) = &mut self.draft {
                draft.add(&predicate, object);
            }
            if let Some(draft) = done {
                return Some(draft.finish());
            }
        }
        None
    }
}

fn file_error(error: TurtleParseError) -> FileError {
    match error {
        TurtleParseError::Io(error) => FileError::from_io(error),
        TurtleParseError::Syntax(error) => {
            let place = error.location().start;
            let detail = error.message().to_owned();
            let (line, column) = (place.line + 1, place.column + 1);
            FileError::Syntax { format: "Turtle", line, column, detail }
        }
    }
}

/// A subject being read; keeps the first thing that is wrong with it.
#[derive(Debug)]
struct Draft {
    class: NandoClass,
    problem: Option<(&'static str, String)>,
}

impl Draft {
    fn add(&mut self, predicate: &NamedNode, object: Term) {
        let class = &mut self.class;
        match (name(predicate.as_str()), object) {
            ("rdf:type", Term::NamedNode(kind)) if kind.as_str() == CLASS => class.declared = true,
            ("dcterms:identifier", object) => self.identify(&text(object)),
            ("nando:hasNotificationNumber", object) => {
                class.notification_numbers.push(text(object));
            }
            ("rdfs:label", object) => class.labels.push(lang_text(object)),
            ("skos:altLabel", object) => class.alt_labels.push(lang_text(object)),
            ("skos:prefLabel", object) => class.pref_labels.push(lang_text(object)),
            ("dcterms:description", object) => class.descriptions.push(lang_text(object)),
            ("rdfs:subClassOf", Term::NamedNode(parent)) if parent.as_str() == THING => {}
            ("rdfs:subClassOf", Term::NamedNode(parent)) => class.parents.push(curie(&parent)),
            ("skos:closeMatch", Term::NamedNode(other)) => class.close_matches.push(curie(&other)),
            ("rdfs:seeAlso", object) => class.see_also.push(text(object)),
            ("dcterms:source", object) => class.sources.push(text(object)),
            ("owl:deprecated", object) => self.deprecate(&text(object)),
            (_, object) => class.others.push((predicate.as_str().to_owned(), text(object))),
        }
    }

    fn identify(&mut self, identifier: &str) {
        let stated = self.class.identifier.get_or_insert_with(|| identifier.to_owned());
        if stated != identifier {
            let message = format!("is both “{stated}” and “{identifier}”");
            self.problem.get_or_insert(("dcterms:identifier", message));
        }
    }

    fn deprecate(&mut self, value: &str) {
        match value {
            "true" | "1" => self.class.deprecated = true,
            "false" | "0" => {}
            _ => {
                let message = format!("is “{value}”, neither true nor false");
                self.problem.get_or_insert(("owl:deprecated", message));
            }
        }
    }

    fn finish(self) -> Result<NandoClass, ReadError> {
        let Some((field, message)) = self.problem else { return Ok(self.class) };
        let NandoClass { row, iri, identifier, .. } = self.class;
        let (label, field) = (identifier.or(Some(iri)), Some(field.to_owned()));
        Err(RowError { row, label, field, message }.into())
    }
}

/// The properties of the ontology share the namespace of its terms; their names begin in lower case.
fn is_term(subject: &NamedNode) -> bool {
    let key = subject.as_str().strip_prefix(NANDO);
    key.is_some_and(|key| !key.starts_with(|letter: char| letter.is_ascii_lowercase()))
}

/// The usual short name of a predicate that the reader knows.
fn name(predicate: &str) -> &'static str {
    match predicate {
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#type" => "rdf:type",
        "http://purl.org/dc/terms/identifier" => "dcterms:identifier",
        "http://purl.org/dc/terms/description" => "dcterms:description",
        "http://purl.org/dc/terms/source" => "dcterms:source",
        "http://nanbyodata.jp/ontology/NANDO_hasNotificationNumber" => {
            "nando:hasNotificationNumber"
        }
        "http://www.w3.org/2000/01/rdf-schema#label" => "rdfs:label",
        "http://www.w3.org/2000/01/rdf-schema#subClassOf" => "rdfs:subClassOf",
        "http://www.w3.org/2000/01/rdf-schema#seeAlso" => "rdfs:seeAlso",
        "http://www.w3.org/2004/02/skos/core#altLabel" => "skos:altLabel",
        "http://www.w3.org/2004/02/skos/core#prefLabel" => "skos:prefLabel",
        "http://www.w3.org/2004/02/skos/core#closeMatch" => "skos:closeMatch",
        "http://www.w3.org/2002/07/owl#deprecated" => "owl:deprecated",
        _ => "",
    }
}

/// `NANDO:…` and `MONDO:…` for the two registries' IRIs; any other IRI stays whole.
fn curie(node: &NamedNode) -> String {
    let iri = node.as_str();
    let obo = || iri.strip_prefix(OBO)?.split_once('_');
    let parts = iri.strip_prefix(NANDO).map(|key| ("NANDO", key)).or_else(obo);
    parts.map_or_else(|| iri.to_owned(), |(prefix, key)| format!("{prefix}:{key}"))
}

fn text(object: Term) -> String {
    match object {
        Term::NamedNode(node) => node.into_string(),
        Term::BlankNode(node) => node.to_string(),
        Term::Literal(literal) => literal.value().to_owned(),
    }
}

fn lang_text(object: Term) -> LangText {
    match object {
        Term::Literal(literal) => {
            (literal.language().unwrap_or_default().to_owned(), literal.value().to_owned())
        }
        other => (String::new(), text(other)),
    }
}

#[cfg(test)]
mod tests {
    use std::{io::Cursor, path::Path};

    use proptest::prelude::*;

    use super::*;

    const HEAD: &str = "\
@prefix nando: <http://nanbyodata.jp/ontology/NANDO_> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix obo: <http://purl.obolibrary.org/obo/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
";

    fn read(text: impl Into<Vec<u8>>) -> Vec<Result<NandoClass, ReadError>> {
        match SourceFile::from_reader("test", Cursor::new(text.into())) {
            Ok(file) => NandoReader::new(file).collect(),
            Err(error) => vec![Err(error.into())],
        }
    }

    fn two(left: &str, right: &str) -> (String, String) {
        (left.to_owned(), right.to_owned())
    }

    #[test]
    fn statements_of_a_subject_are_gathered() {
        let text = [
            HEAD,
            r#"<http://nanbyodata.jp/ontology/nando.owl#> a owl:Ontology .
            nando:hasNotificationNumber a owl:DatatypeProperty .
            nando:1200010 a owl:Class ; dcterms:identifier "NANDO:1200010" ;
              nando:hasNotificationNumber "6" ; rdfs:label "パーキンソン病"@ja, "PD"@en, "ぱーきんそん"@ja-Hira ;
              rdfs:subClassOf nando:1100001, [ a owl:Restriction ] ; skos:prefLabel "パーキンソン病"@ja ;
              skos:closeMatch obo:MONDO_0005180 ; rdfs:seeAlso <https://example.org/6> ;
              rdfs:subClassof nando:0000002 ; owl:deprecated true .
            nando:1200011 rdfs:subClassOf owl:Thing .
            nando:1200010 skos:altLabel "PD"@en ."#,
        ]
        .concat();
        let classes: Vec<_> = read(text).into_iter().map(Result::unwrap).collect();
        let [first, second, again] = &classes[..] else { panic!("{classes:?}") };
        assert_eq!((first.row, first.identifier.as_deref()), (1, Some("NANDO:1200010")));
        assert_eq!(first.notification_numbers, ["6"]);
        let kana = two("ja-hira", "ぱーきんそん");
        assert_eq!(first.labels, [two("ja", "パーキンソン病"), two("en", "PD"), kana]);
        assert_eq!(first.parents, ["NANDO:1100001"]);
        assert_eq!(first.close_matches, ["MONDO:0005180"]);
        assert_eq!(first.see_also, ["https://example.org/6"]);
        assert!(first.declared && first.deprecated);
        assert!(first.others.iter().any(|(predicate, _)| predicate.ends_with("#subClassof")));
        assert_eq!((second.row, second.identifier.as_deref()), (2, None));
        assert!(second.parents.is_empty() && !second.declared);
        assert_eq!((again.row, &again.iri, again.alt_labels.len()), (3, &first.iri, 1));
    }

    #[test]
    fn contradiction_refuses_the_subject_alone() {
        let text = r#"nando:1 dcterms:identifier "NANDO:1", "NANDO:2" . nando:3 owl:deprecated "so" .
            nando:4 owl:deprecated false ."#;
        let classes = read([HEAD, text].concat());
        let refusal = |index: usize| classes[index].as_ref().unwrap_err().to_string();
        assert_eq!(
            refusal(0),
            "row 1 (NANDO:1), dcterms:identifier: is both “NANDO:1” and “NANDO:2”"
        );
        assert!(refusal(1).contains("owl:deprecated: is “so”"));
        assert!(classes[2].as_ref().is_ok_and(|class| !class.deprecated));
    }

    #[test]
    fn malformed_text_names_its_place_and_ends_the_file() {
        let text = "nando:1 a owl:Class .\nnando:2 a a a .\nnando:3 a owl:Class .\n";
        let classes = read([HEAD, text].concat());
        let error = classes.last().unwrap().as_ref().unwrap_err();
        assert!(error.to_string().contains("the Turtle is malformed at line 8"), "{error}");
        assert!(matches!(error, ReadError::File(FileError::Syntax { .. })));
    }

    #[test]
    fn cut_off_file_is_refused() {
        for text in ["nando:1 a owl:Class", "nando:1 rdfs:label \"abc", "nando:1 a owl:Class ; "] {
            let classes = read([HEAD, text].concat());
            assert!(matches!(classes.last(), Some(Err(ReadError::File(_)))), "{text}: {classes:?}");
        }
    }

    #[test]
    fn real_file_reads_whole() {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/nando-2023-11-27.ttl.gz");
        if !path.exists() {
            eprintln!("skipped: {} is absent", path.display());
            return;
        }
        let classes: Result<Vec<_>, _> =
            NandoReader::new(SourceFile::open(&path).unwrap()).collect();
        let classes = classes.unwrap();
        let declared: Vec<_> = classes.iter().filter(|class| class.declared).collect();
        assert_eq!(declared.len(), 2777);
        assert!(declared.iter().all(|class| class.identifier.is_some()));
        assert!(declared.iter().all(|class| class.pref_labels.len() == 1));
        assert_eq!(classes.iter().filter(|class| class.deprecated).count(), 9);
        let matched = classes.iter().filter(|class| !class.close_matches.is_empty());
        assert_eq!(matched.count(), 2150);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(tail in prop::collection::vec(any::<u8>(), 0..200)) {
            read(tail.clone());
            read([HEAD.as_bytes(), &tail].concat());
        }

        #[test]
        fn any_tokens_are_read_or_refused(
            tokens in prop::collection::vec(prop::sample::select(vec![
                "nando:1", "nando:2", "a", "owl:Class", "owl:deprecated", "true", "5", "\"x\"@ja", "\"x",
                ".", ";", ",", "[", "]", "(", ")", "rdfs:label", "_:b", "<", "<http://a/>", "^^",
            ]), 0..30),
        ) {
            read([HEAD, &tokens.join(" ")].concat());
        }
    }
}
