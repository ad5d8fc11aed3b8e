//! From a page to an answer, and from what can go wrong to a page that says the remedy in the reader's language.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};

use super::{
    address::{Asked, localized, record_path},
    assets::{STYLE_PATH, fingerprint},
    i18n::{Words, words},
};
use crate::{
    catalogue::{self, error::Candidate},
    domain::{
        id::RecordKind,
        lang::Lang,
        record::{AnyRecord, State},
    },
};

/// What stands around the content of every page.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) lang: Lang,
    pub(super) title: String,
    /// The language of the title, where it is not that of the page.
    pub(super) title_lang: Option<Lang>,
    /// The address of the page without the language; `None` for a page that has no address of its own.
    pub(super) path: Option<String>,
    pub(super) t: &'static Words,
    pub(super) style: &'static str,
}

impl Head {
    pub(super) fn new(lang: Lang, title: impl Into<String>, path: impl Into<String>) -> Self {
        Self {
            lang,
            title: title.into(),
            title_lang: None,
            path: Some(path.into()),
            t: words(lang),
            style: &STYLE_PATH,
        }
    }

    fn nowhere(lang: Lang, title: &str) -> Self {
        Self { path: None, ..Self::new(lang, title, "") }
    }

    pub(super) fn code(&self) -> &'static str {
        self.lang.code()
    }

    /// An address in the language of the page.
    pub(super) fn here(&self, path: &str) -> String {
        localized(self.lang, path)
    }

    /// The page in a language; the home page where it has no address of its own.
    pub(super) fn in_language(&self, lang: Lang) -> String {
        localized(lang, self.path.as_deref().unwrap_or("/"))
    }

    pub(super) fn other(&self) -> Lang {
        match self.lang {
            Lang::En => Lang::Ja,
            Lang::Ja => Lang::En,
        }
    }
}

/// Renders a page, with a tag by which a reader's copy is known to be current.
pub(super) fn page(status: StatusCode, page: &impl Template) -> Response {
    let html = match page.render() {
        Ok(html) => html,
        Err(error) => {
            tracing::error!(%error, "a page was not rendered");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    // Weak, because the answer may be compressed on its way.
    let tag = format!("W/\"{}\"", fingerprint(html.as_bytes()));
    let mut response = (status, Html(html)).into_response();
    let tag = HeaderValue::from_str(&tag).expect("hexadecimal digits and quotes");
    response.headers_mut().insert(header::ETAG, tag);
    response
}

/// What is wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Problem {
    Encoding,
    Page,
    Scope,
    Sort,
    Facet,
    TooLong,
    TooMany,
    NotFound,
    /// An accession whose check character is wrong.
    Mistyped,
    Method,
    /// The fault is ours.
    Broken,
}

impl Problem {
    fn status(self) -> StatusCode {
        match self {
            Self::NotFound | Self::Mistyped => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// What it is called, and the remedy.
    fn texts(self, t: &Words) -> (&'static str, &'static str) {
        match self {
            Self::Encoding => (t.bad_request, t.bad_encoding),
            Self::Page => (t.bad_request, t.bad_page),
            Self::Scope => (t.bad_request, t.bad_scope),
            Self::Sort => (t.bad_request, t.bad_sort),
            Self::Facet => (t.bad_request, t.bad_facet),
            Self::TooLong => (t.bad_request, t.too_long),
            Self::TooMany => (t.bad_request, t.too_many),
            Self::NotFound => (t.not_found, t.not_found_note),
            Self::Mistyped => (t.not_found, t.mistyped),
            Self::Method => (t.method, t.method_note),
            Self::Broken => (t.broken, t.broken_note),
        }
    }
}

/// Why a page is not the one asked for.
#[derive(Debug)]
pub(super) enum Failure {
    Problem(Problem),
    /// The record is elsewhere: a path without the language.
    Elsewhere(String),
    Candidates(RecordKind, Vec<Candidate>),
    /// A tombstone: the record was public and is no longer shown.
    Gone {
        accession: String,
        state: State,
    },
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<catalogue::Error> for Failure {
    fn from(error: catalogue::Error) -> Self {
        match error {
            catalogue::Error::Id(_) => Self::Problem(Problem::Mistyped),
            catalogue::Error::Ambiguous { candidates, .. } => {
                Self::Candidates(RecordKind::CellLine, candidates)
            }
            // Of all that is checked before asking, only the depth of the page is checked again.
            catalogue::Error::Input(_) => Self::Problem(Problem::Page),
            catalogue::Error::Search(_) | catalogue::Error::Db(_) => {
                tracing::error!(%error, "a page could not be answered");
                Self::Problem(Problem::Broken)
            }
        }
    }
}

impl Failure {
    /// The record is there but is not of the kind asked for.
    pub(super) fn elsewhere(record: &AnyRecord) -> Self {
        match record_path(record.id().kind, record.accession()) {
            Some(path) => Self::Elsewhere(path),
            None => Self::Problem(Problem::NotFound),
        }
    }

    pub(super) fn response(self, lang: Lang) -> Response {
        let t = words(lang);
        match self {
            Self::Problem(problem) => {
                let (title, note) = problem.texts(t);
                plain(lang, problem.status(), title, note, "")
            }
            Self::Elsewhere(path) => Redirect::to(&localized(lang, &path)).into_response(),
            Self::Candidates(kind, candidates) => choice(lang, kind, candidates),
            Self::Gone { accession, state: State::Merged } => {
                plain(lang, StatusCode::GONE, t.merged, t.merged_note, &accession)
            }
            Self::Gone { accession, .. } => {
                plain(lang, StatusCode::GONE, t.withdrawn, t.withdrawn_note, &accession)
            }
        }
    }
}

#[derive(Debug, Template)]
#[template(path = "plain.html")]
struct Plain<'a> {
    head: Head,
    note: &'a str,
    accession: &'a str,
    /// What to choose from: accession, name, address.
    candidates: Vec<(String, String, String)>,
    home: String,
}

fn plain(lang: Lang, status: StatusCode, title: &str, note: &str, accession: &str) -> Response {
    let home = localized(lang, &Asked::default().path());
    let head = Head::nowhere(lang, title);
    page(status, &Plain { head, note, accession, candidates: Vec::new(), home })
}

fn choice(lang: Lang, kind: RecordKind, candidates: Vec<Candidate>) -> Response {
    let t = words(lang);
    let candidate = |one: Candidate| {
        let path = record_path(kind, &one.accession)?;
        Some((one.accession, one.name, localized(lang, &path)))
    };
    let candidates = candidates.into_iter().filter_map(candidate).collect();
    let home = localized(lang, &Asked::default().path());
    let head = Head::nowhere(lang, t.candidates);
    let note = t.candidates_note;
    page(StatusCode::MULTIPLE_CHOICES, &Plain { head, note, accession: "", candidates, home })
}
