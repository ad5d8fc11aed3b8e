//! The public catalogue as web pages: rendered here, whole without scripts, in English at `/…` and in Japanese
//! at `/ja/…`. It asks `catalogue` and shows the answer; it knows no SQL and decides nothing of the bank's.

mod address;
mod assets;
mod i18n;
mod page;
mod reply;

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

use self::{
    address::{Asked, Scope, localized},
    reply::{Failure, Problem},
};
use crate::{catalogue::Catalogue, domain::lang::Lang};

/// Nothing but our own style sheet loads, nothing runs, and forms lead nowhere else.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'";

/// What every page needs.
#[derive(Debug, Clone)]
struct Web {
    catalogue: Catalogue,
    lang: Lang,
}

/// All pages, their style sheet and the pages for what is not there.
pub fn routes(catalogue: Catalogue) -> Router {
    let japanese = Web { catalogue: catalogue.clone(), lang: Lang::Ja };
    let english = Web { catalogue, lang: Lang::En };
    Router::new()
        .merge(pages(english))
        .merge(pages(japanese))
        .merge(assets::routes())
        .fallback(async |uri: Uri| nothing_here(&uri, Problem::NotFound))
        .method_not_allowed_fallback(async |uri: Uri| nothing_here(&uri, Problem::Method))
        .layer(middleware::from_fn(finish))
}

fn pages(web: Web) -> Router {
    let at = |path: &str| localized(web.lang, path);
    let mut router = Router::new()
        .route(&at("/"), get(page::search::show))
        .route(&at("/search"), get(page::search::show))
        .route(&at("/lines"), get(async |web| every(web, Scope::Lines)))
        .route(&at("/batches"), get(async |web| every(web, Scope::Lots)))
        .route(&at("/units"), get(async |web| every(web, Scope::Units)))
        .route(&at("/lines/{accession}"), get(page::line::show))
        .route(&at("/diseases/{id}"), get(page::disease::show))
        .route(&at("/donors/{accession}"), get(page::donor::show))
        .route(&at("/organizations/{accession}"), get(page::organization::show))
        .route(&at("/batches/{accession}"), get(page::batch::show))
        .route(&at("/units/{accession}"), get(page::unit::show))
        .route(&at("/notices/{accession}"), get(page::notice::show))
        .route(&at("/certificates/{accession}"), get(page::certificate::show))
        .route(&at("/standards"), get(page::standard::list))
        .route(&at("/standards/{code}"), get(page::standard::newest))
        .route(&at("/standards/{code}/{version}"), get(page::standard::show))
        .route(&at("/xref/{*id}"), get(page::xref::go));
    for folder in ["lines", "batches", "units"] {
        let path = format!("/{folder}/{{accession}}/standards/{{code}}/{{version}}");
        router = router.route(&at(&path), get(page::conformity::show));
    }
    if web.lang == Lang::Ja {
        router = router.route("/ja", get(async || Redirect::permanent("/ja/")));
    }
    router.with_state(web)
}

/// All records of a kind, in the search.
fn every(State(web): State<Web>, scope: Scope) -> Redirect {
    let path = match scope {
        Scope::Lines => "/search".to_owned(),
        other => Asked::default().within(other).path(),
    };
    Redirect::to(&localized(web.lang, &path))
}

fn nothing_here(uri: &Uri, problem: Problem) -> Response {
    let lang = if uri.path().starts_with("/ja/") { Lang::Ja } else { Lang::En };
    Failure::Problem(problem).response(lang)
}

/// Gives every answer the headers that protect its reader, and answers 304 where he has the page already.
async fn finish(request: Request, next: Next) -> Response {
    let known = request.headers().get(header::IF_NONE_MATCH).cloned();
    let mut response = next.run(request).await;
    let cache = if response.status().is_server_error() { "no-store" } else { "public, max-age=60" };
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static(cache));
    protect(headers);
    let tag = response.headers().get(header::ETAG);
    let current = tag.is_some_and(|tag| known.is_some_and(|known| holds(&known, tag)));
    if current && response.status() == StatusCode::OK {
        return not_modified(response);
    }
    response
}

fn protect(headers: &mut HeaderMap) {
    let protections: [(HeaderName, &str); 4] = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
    ];
    for (name, value) in protections {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// Whether a list of tags holds this one.
fn holds(known: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(known), Ok(tag)) = (known.to_str(), tag.to_str()) else { return false };
    known.split(',').map(str::trim).any(|one| one == tag || one == "*")
}

fn not_modified(response: Response) -> Response {
    let (parts, _) = response.into_parts();
    let mut headers = parts.headers;
    headers.remove(header::CONTENT_TYPE);
    headers.remove(header::CONTENT_LENGTH);
    (StatusCode::NOT_MODIFIED, headers).into_response()
}

#[cfg(test)]
mod tests;
