//! Pages of a list: what is asked, what is answered, and the place in between.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A page is at most this long; more is refused, not cut.
pub const MAX_PAGE: u32 = 100;
pub const DEFAULT_PAGE: u32 = 25;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SortKey {
    Name,
    Updated,
}

impl SortKey {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Updated => "updated",
        }
    }
}

/// An order over a list; the id is always the last key, so no two records share a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    pub key: SortKey,
    pub descending: bool,
}

impl Default for Order {
    fn default() -> Self {
        Self { key: SortKey::Name, descending: false }
    }
}

/// A place in an ordered list: the sort value (a folded name, or microseconds since 1970) and the id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub value: String,
    pub id: Uuid,
}

/// Which end of the list the page is counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Forward,
    Backward,
}

/// The page asked for: `size` records after (forward) or before (backward) a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    pub size: u32,
    pub direction: Direction,
    pub after: Option<Place>,
    pub before: Option<Place>,
}

/// A page of records in the order of the list, whichever end it was counted from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub has_next: bool,
    pub has_previous: bool,
}

impl<T> Page<T> {
    /// Makes a page of `size + 1` rows that were read in the request's direction: the extra row says that there
    /// is more and is dropped.
    pub fn of_rows(mut rows: Vec<T>, request: &PageRequest) -> Self {
        let size = request.size as usize;
        let more = rows.len() > size;
        rows.truncate(size);
        match request.direction {
            Direction::Forward => {
                Self { items: rows, has_next: more, has_previous: request.after.is_some() }
            }
            Direction::Backward => {
                rows.reverse();
                Self { items: rows, has_next: request.before.is_some(), has_previous: more }
            }
        }
    }

    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(f).collect(),
            has_next: self.has_next,
            has_previous: self.has_previous,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(direction: Direction) -> PageRequest {
        PageRequest { size: 2, direction, after: None, before: None }
    }

    #[test]
    fn the_extra_row_tells_that_there_is_more() {
        let forward = Page::of_rows(vec![1, 2, 3], &request(Direction::Forward));
        assert_eq!(
            (forward.items, forward.has_next, forward.has_previous),
            (vec![1, 2], true, false)
        );
        let backward = Page::of_rows(vec![9, 8, 7], &request(Direction::Backward));
        assert_eq!(
            (backward.items, backward.has_next, backward.has_previous),
            (vec![8, 9], false, true)
        );
        assert!(!Page::of_rows(vec![1, 2], &request(Direction::Forward)).has_next);
    }
}
