//! The style sheet: part of the program, at an address that names its content.

use std::sync::LazyLock;

use axum::{
    Router,
    http::{HeaderValue, header},
    response::IntoResponse,
    routing::get,
};
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("static/style.css");

/// The address of the style sheet; it changes with every change of the sheet.
pub(super) static STYLE_PATH: LazyLock<String> =
    LazyLock::new(|| format!("/static/style-{}.css", &fingerprint(STYLE.as_bytes())[..12]));

/// A short text that differs where the content differs.
pub(super) fn fingerprint(content: &[u8]) -> String {
    hex::encode(&Sha256::digest(content)[..16])
}

pub(super) fn routes() -> Router {
    Router::new().route(&STYLE_PATH, get(style))
}

async fn style() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    (headers, STYLE)
}
