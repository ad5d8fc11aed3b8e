//! `GraphiQL`, from files that are part of this program: the page works without any other host.
//!
//! `static/graphiql/README.md` says where the files come from.

use axum::{
    Router,
    body::Body,
    http::{
        HeaderValue,
        header::{self, HeaderName},
    },
    response::Response,
    routing::get,
};

/// Nothing runs or loads but our own files. The editor sets inline styles and embeds its fonts.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// The path says the version, so a file at one path never changes.
const FOREVER: &str = "public, max-age=31536000, immutable";

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

struct File {
    path: &'static str,
    content_type: &'static str,
    cache: &'static str,
    bytes: &'static [u8],
}

const FILES: [File; 6] = [
    File {
        path: "/graphiql",
        content_type: "text/html; charset=utf-8",
        cache: "no-cache",
        bytes: include_bytes!("static/graphiql/index.html"),
    },
    File {
        path: "/graphiql/start.js",
        content_type: SCRIPT,
        cache: "no-cache",
        bytes: include_bytes!("static/graphiql/start.js"),
    },
    File {
        path: "/graphiql/react-18.3.1.js",
        content_type: SCRIPT,
        cache: FOREVER,
        bytes: include_bytes!("static/graphiql/react.production.min.js"),
    },
    File {
        path: "/graphiql/react-dom-18.3.1.js",
        content_type: SCRIPT,
        cache: FOREVER,
        bytes: include_bytes!("static/graphiql/react-dom.production.min.js"),
    },
    File {
        path: "/graphiql/graphiql-3.8.3.js",
        content_type: SCRIPT,
        cache: FOREVER,
        bytes: include_bytes!("static/graphiql/graphiql.min.js"),
    },
    File {
        path: "/graphiql/graphiql-3.8.3.css",
        content_type: STYLE,
        cache: FOREVER,
        bytes: include_bytes!("static/graphiql/graphiql.min.css"),
    },
];

/// The page at `/graphiql` and its files beneath it. The page asks `/graphql`.
pub fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    FILES.iter().fold(Router::new(), |router, file| {
        router.route(file.path, get(move || std::future::ready(response(file))))
    })
}

fn response(file: &'static File) -> Response {
    let headers: [(HeaderName, HeaderValue); 6] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(file.content_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static(file.cache)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    ];
    let mut response = Response::new(Body::from(file.bytes));
    response.headers_mut().extend(headers);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_loads_only_files_that_are_served() {
        let page = std::str::from_utf8(FILES[0].bytes).expect("the page is UTF-8");
        assert!(!page.contains("//"), "no other host");
        let links = page.split(['"', '\'']).filter(|text| text.starts_with("graphiql/"));
        let links: Vec<String> = links.map(|link| format!("/{link}")).collect();
        assert_eq!(links.len(), FILES.len() - 1);
        assert!(links.iter().all(|link| FILES.iter().any(|file| file.path == link)), "{links:?}");
    }
}
