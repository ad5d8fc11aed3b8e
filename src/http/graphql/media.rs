//! Chooses the media type of an answer from `Accept`, and judges the one of a request body.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};

/// The two media types that an answer may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/json`: the status says how HTTP fared, so a request error answers 200.
    Json,
    /// `application/graphql-response+json`: the status says how the operation fared.
    GraphQlResponse,
}

impl Media {
    pub(super) const fn content_type(self) -> HeaderValue {
        match self {
            Self::Json => HeaderValue::from_static("application/json; charset=utf-8"),
            Self::GraphQlResponse => {
                HeaderValue::from_static("application/graphql-response+json; charset=utf-8")
            }
        }
    }

    /// The status of a document that does not parse or fit the schema.
    pub(super) const fn request_error_status(self) -> StatusCode {
        match self {
            Self::Json => StatusCode::OK,
            Self::GraphQlResponse => StatusCode::BAD_REQUEST,
        }
    }
}

/// `None` when neither type is acceptable. `graphql-response+json` is used only when named: a wildcard comes
/// from clients that have not heard of it.
pub(super) fn negotiate(headers: &HeaderMap) -> Option<Media> {
    if !headers.contains_key(header::ACCEPT) {
        return Some(Media::Json);
    }
    let accept = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges: Vec<_> = accept.flat_map(|value| value.split(',')).filter_map(range).collect();
    let weight = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| ranges.iter().find(|(range, _)| range == name))
            .map(|found| found.1)
    };
    let named = weight(&["application/graphql-response+json"]).unwrap_or(0);
    let json = weight(&["application/json", "application/*", "*/*"]).unwrap_or(0);
    match (named, json) {
        (0, 0) => None,
        _ if named >= json => Some(Media::GraphQlResponse),
        _ => Some(Media::Json),
    }
}

/// A media range in lower case and its weight in thousandths. Ranges of another charset do not count.
fn range(text: &str) -> Option<(String, u16)> {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?.to_ascii_lowercase();
    let mut weight = 1_000;
    for (key, value) in parts.filter_map(|part| part.split_once('=')) {
        match key.trim().to_ascii_lowercase().as_str() {
            "charset" if !is_utf8(value) => return None,
            "q" => weight = thousandths(value.trim())?,
            _ => {}
        }
    }
    Some((name, weight))
}

/// Reads a weight of RFC 9110: `0` to `1` with up to three decimals.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = decimals.len() <= 3 && decimals.bytes().all(|byte| byte.is_ascii_digit());
    let decimals: u16 = format!("{decimals:0<3}").parse().ok().filter(|_| digits)?;
    match whole {
        "0" => Some(decimals),
        "1" if decimals == 0 => Some(1_000),
        _ => None,
    }
}

fn is_utf8(charset: &str) -> bool {
    let charset = charset.trim().trim_matches('"');
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
}

/// Whether a body is JSON that needs no decoding. Forms and plain text are what a foreign page can send
/// without a preflight, so they must not get through.
pub(super) fn is_json_body(headers: &HeaderMap) -> bool {
    let encoding = headers.get(header::CONTENT_ENCODING);
    let plain = encoding.is_none_or(|value| value.as_bytes().eq_ignore_ascii_case(b"identity"));
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (first, second) = (types.next().and_then(|value| value.to_str().ok()), types.next());
    let json = first.and_then(range).is_some_and(|(name, _)| name == "application/json");
    plain && json && second.is_none()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn accept(values: &[&str]) -> Option<Media> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::ACCEPT, value.parse().expect("a header value"));
        }
        negotiate(&headers)
    }

    #[test]
    fn graphql_response_is_used_only_when_named() {
        let named = "application/graphql-response+json";
        assert_eq!(accept(&[]), Some(Media::Json));
        assert_eq!(accept(&["*/*"]), Some(Media::Json));
        assert_eq!(accept(&["text/html, application/*;q=0.8"]), Some(Media::Json));
        assert_eq!(accept(&[named]), Some(Media::GraphQlResponse));
        assert_eq!(
            accept(&["Application/GraphQL-Response+JSON; charset=UTF-8, application/json"]),
            Some(Media::GraphQlResponse)
        );
        assert_eq!(accept(&["application/json", named]), Some(Media::GraphQlResponse));
        assert_eq!(
            accept(&["application/json, application/graphql-response+json;q=0.9"]),
            Some(Media::Json)
        );
        assert_eq!(accept(&["application/graphql-response+json;q=0, */*"]), Some(Media::Json));
    }

    #[test]
    fn other_media_types_are_not_acceptable() {
        for value in [
            "text/html",
            "",
            "application/json;q=0",
            "application/json; charset=latin1",
            "image/*;q=1",
            "application/json;q=0, */*",
        ] {
            assert_eq!(accept(&[value]), None, "{value}");
        }
    }

    #[test]
    fn bodies_that_need_no_preflight_are_refused() {
        let body = |value: &'static str| {
            let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(value))];
            is_json_body(&headers.into_iter().collect())
        };
        assert!(body("application/json") && body("application/json; charset=utf-8"));
        assert!(!body("text/plain") && !body("application/x-www-form-urlencoded"));
        assert!(!body("text/plain; application/json") && !body("application/json; charset=utf-16"));
        assert!(!is_json_body(&HeaderMap::new()));
    }

    proptest! {
        #[test]
        fn any_accept_header_is_judged(text in "[ -~]{0,60}") {
            accept(&[&text]);
            thousandths(&text);
        }
    }
}
