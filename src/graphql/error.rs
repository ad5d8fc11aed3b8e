//! The one list of codes that a GraphQL error may carry in `extensions.code`.
//!
//! A code is a promise to clients: it is never renamed, and an error without one of these codes is treated
//! as internal and masked. Expected failures of a mutation are data in its payload, not errors.

use async_graphql::ErrorExtensions;

/// What went wrong, for a program to act on. The message beside it is for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// The query text is not GraphQL.
    GraphqlParseFailed,
    /// The query does not fit the schema, or its variables do not fit the query.
    GraphqlValidationFailed,
    /// The request or one of its arguments has a value that cannot be used.
    BadUserInput,
    /// The cursor was altered, or comes from another list, filter or order.
    BadCursor,
    /// The name fits several records; the message says how to tell them apart.
    AmbiguousName,
    /// `first`, `last` or a list of ids asks for more than one page may hold.
    PageTooLarge,
    /// The operation needs a caller who is signed in.
    Unauthenticated,
    /// The caller may not do this. Never used for a hidden record: it answers like one that is absent.
    Forbidden,
    /// The record that the operation needs does not exist, or is hidden from the caller.
    NotFound,
    /// The record has changed since the caller read it.
    Conflict,
    /// The query asks for too much: text, tokens, aliases, fields, fragments, directives or cost.
    QueryTooComplex,
    /// The query, or the JSON of its variables, is nested too deeply.
    QueryTooDeep,
    /// The caller has used up the allowance of this period.
    RateLimited,
    /// The request body is larger than the server reads.
    PayloadTooLarge,
    /// The hash of a persisted query is not known here; send the text along.
    PersistedQueryNotFound,
    /// The operation was cut because it ran too long.
    Timeout,
    /// No search engine can answer now.
    SearchUnavailable,
    /// A fault of the server. Details are in its log, under the request id.
    InternalServerError,
}

impl ErrorCode {
    /// Every code, in the order of the enum.
    pub const ALL: [Self; 18] = [
        Self::GraphqlParseFailed,
        Self::GraphqlValidationFailed,
        Self::BadUserInput,
        Self::BadCursor,
        Self::AmbiguousName,
        Self::PageTooLarge,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::Conflict,
        Self::QueryTooComplex,
        Self::QueryTooDeep,
        Self::RateLimited,
        Self::PayloadTooLarge,
        Self::PersistedQueryNotFound,
        Self::Timeout,
        Self::SearchUnavailable,
        Self::InternalServerError,
    ];

    /// The code as clients see it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GraphqlParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::GraphqlValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::BadCursor => "BAD_CURSOR",
            Self::AmbiguousName => "AMBIGUOUS_NAME",
            Self::PageTooLarge => "PAGE_TOO_LARGE",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
            Self::Conflict => "CONFLICT",
            Self::QueryTooComplex => "QUERY_TOO_COMPLEX",
            Self::QueryTooDeep => "QUERY_TOO_DEEP",
            Self::RateLimited => "RATE_LIMITED",
            Self::PayloadTooLarge => "PAYLOAD_TOO_LARGE",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::Timeout => "TIMEOUT",
            Self::SearchUnavailable => "SEARCH_UNAVAILABLE",
            Self::InternalServerError => "INTERNAL_SERVER_ERROR",
        }
    }

    /// The code that clients see under this text, if it is one of ours.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == text)
    }

    /// An error for a resolver to return. `message` goes to the client as it is.
    pub fn error(self, message: impl Into<String>) -> async_graphql::Error {
        async_graphql::Error::new(message)
            .extend_with(|_, extensions| extensions.set("code", self.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_and_is_unique() {
        for (index, code) in ErrorCode::ALL.into_iter().enumerate() {
            assert_eq!(ErrorCode::parse(code.as_str()), Some(code));
            assert_eq!(code as usize, index, "ALL follows the enum");
        }
        assert_eq!(ErrorCode::parse("internal"), None);
    }
}
