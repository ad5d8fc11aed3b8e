//! Pages of a list: the arguments that ask for one, and the connection that answers.

use std::borrow::Cow;

use async_graphql::{
    Context, Enum, InputObject, Object, OutputType, Result, TypeName, connection::PageInfo,
};

use super::{
    cursor::{CursorKey, ListMark},
    error::ErrorCode,
    fault, loaders,
    types::Shown,
};
use crate::{
    catalogue::{Catalogue, Listed},
    domain::{
        cord_blood::{
            facts::UnitFacts,
            screen::{UnitFilter, UnitOrder, UnitSort},
        },
        filter::Condition,
        page::{DEFAULT_PAGE, Direction, MAX_PAGE, Order, Page, PageRequest, Place, SortKey},
        record::Facts,
    },
};

/// By what a list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "SortKey")]
pub enum ListSort {
    /// The name that is shown, without regard to case, width, spaces and punctuation.
    Name,
    /// The time of the last change.
    Updated,
}

/// Which way a list runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum SortDirection {
    /// From the first to the last, from the oldest to the newest.
    Asc,
    /// From the last to the first, from the newest to the oldest.
    Desc,
}

/// The order of a list. Where two records are alike the id decides.
#[derive(Debug, Clone, Copy, InputObject)]
pub struct ListOrder {
    /// By what.
    field: ListSort,
    /// Which way.
    direction: SortDirection,
}

impl ListOrder {
    pub(super) const NEWEST: Self =
        Self { field: ListSort::Updated, direction: SortDirection::Desc };
}

impl From<ListOrder> for Order {
    fn from(order: ListOrder) -> Self {
        let descending = order.direction == SortDirection::Desc;
        Self { key: order.field.into(), descending }
    }
}

/// By what a list of cord-blood units is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "UnitSort")]
pub enum CordBloodUnitSort {
    /// Total nucleated cells as frozen, else before processing. Units that state neither stand below all others.
    Tnc,
    /// CD34+ cells as frozen, else before processing. Units that state neither stand below all others.
    #[graphql(name = "CD34")]
    Cd34,
    /// The time of the last change.
    Updated,
}

/// The order of a list of cord-blood units. Where two are alike the id decides.
#[derive(Debug, Clone, Copy, InputObject)]
pub struct CordBloodUnitOrder {
    /// By what.
    field: CordBloodUnitSort,
    /// Which way.
    direction: SortDirection,
}

impl From<CordBloodUnitOrder> for UnitOrder {
    fn from(order: CordBloodUnitOrder) -> Self {
        let descending = order.direction == SortDirection::Desc;
        Self { key: order.field.into(), descending }
    }
}

/// The page arguments as the client gave them.
#[derive(Debug, Default)]
pub(super) struct Paging {
    pub(super) first: Option<i32>,
    pub(super) after: Option<String>,
    pub(super) last: Option<i32>,
    pub(super) before: Option<String>,
}

impl Paging {
    fn request(&self, key: &CursorKey, mark: &ListMark) -> Result<PageRequest> {
        let (size, direction) = match (self.first, self.last) {
            (Some(_), Some(_)) => {
                return Err(ErrorCode::BadUserInput.error("give `first` or `last`, not both"));
            }
            (Some(first), None) => (page_size("first", first)?, Direction::Forward),
            (None, Some(last)) => (page_size("last", last)?, Direction::Backward),
            (None, None) => (DEFAULT_PAGE, Direction::Forward),
        };
        let open = |name, cursor: &Option<String>| -> Result<Option<Place>> {
            let Some(cursor) = cursor else { return Ok(None) };
            let foreign = || {
                let message = format!(
                    "`{name}` is no cursor of this list: take it from a page with the same filter and order"
                );
                ErrorCode::BadCursor.error(message)
            };
            Ok(Some(key.open(mark, cursor).ok_or_else(foreign)?))
        };
        let (after, before) = (open("after", &self.after)?, open("before", &self.before)?);
        Ok(PageRequest { size, direction, after, before })
    }
}

/// The size of a page, where it is one that can be answered.
pub(super) fn page_size(argument: &str, asked: i32) -> Result<u32> {
    match u32::try_from(asked) {
        Ok(size) if size > MAX_PAGE => Err(ErrorCode::PageTooLarge
            .error(format!("`{argument}` is {size}; a page holds at most {MAX_PAGE}"))),
        Ok(size) if size > 0 => Ok(size),
        _ => Err(ErrorCode::BadUserInput
            .error(format!("`{argument}` is {asked}; ask for 1 to {MAX_PAGE}"))),
    }
}

/// A page of a list.
#[derive(Debug)]
pub struct Connection<F> {
    edges: Vec<Edge<F>>,
    has_next: bool,
    has_previous: bool,
    narrowed: Narrowed,
}

/// What a list is narrowed by, to be counted by when that is asked for.
#[derive(Debug)]
enum Narrowed {
    To(Condition),
    Units(UnitFilter),
}

/// A record in a list, with its place there.
#[derive(Debug)]
pub struct Edge<F> {
    cursor: String,
    node: Shown<F>,
}

impl<F: Facts> Clone for Edge<F> {
    fn clone(&self) -> Self {
        Self { cursor: self.cursor.clone(), node: self.node.clone() }
    }
}

/// Reads a page of published records.
pub(super) async fn list<F: Facts>(
    ctx: &Context<'_>,
    condition: Condition,
    order: Option<ListOrder>,
    paging: Paging,
) -> Result<Connection<F>> {
    let order = order.map(Order::from).unwrap_or_default();
    let key = ctx.data::<CursorKey>()?;
    let mark = ListMark::new(F::KIND, (order.key.as_str(), order.descending), &condition);
    let request = paging.request(key, &mark)?;
    let page = ctx.data::<Catalogue>()?.list::<F>(&condition, order, &request).await;
    shown(ctx, page.map_err(fault)?, &mark, Narrowed::To(condition)).await
}

/// Reads a page of published cord-blood units.
pub(super) async fn units(
    ctx: &Context<'_>,
    filter: UnitFilter,
    order: Option<CordBloodUnitOrder>,
    paging: Paging,
) -> Result<Connection<UnitFacts>> {
    let order = order.map(UnitOrder::from).unwrap_or_default();
    let sorted = (order.key.as_str(), order.descending);
    let mark = ListMark::new(UnitFacts::KIND, sorted, &filter);
    let request = paging.request(ctx.data::<CursorKey>()?, &mark)?;
    let page = ctx.data::<Catalogue>()?.units(&filter, order, &request).await;
    shown(ctx, page.map_err(fault)?, &mark, Narrowed::Units(filter)).await
}

async fn shown<F: Facts>(
    ctx: &Context<'_>,
    page: Page<Listed<F>>,
    mark: &ListMark,
    narrowed: Narrowed,
) -> Result<Connection<F>> {
    let key = ctx.data::<CursorKey>()?;
    let page = page.map(|Listed { stored, place }| Edge {
        cursor: key.seal(mark, &place),
        node: stored.into(),
    });
    let records: Vec<_> = page.items.iter().map(|edge| edge.node.0.clone()).collect();
    loaders::keep(ctx, &records).await?;
    let ids = records.iter().map(|stored| stored.record.id.uuid).collect();
    loaders::read_ahead(ctx, &[&["nodes"], &["edges", "node"]], ids).await?;
    let (has_next, has_previous) = (page.has_next, page.has_previous);
    Ok(Connection { edges: page.items, has_next, has_previous, narrowed })
}

impl<F> Connection<F> {
    pub(super) fn into_records(self) -> impl Iterator<Item = Shown<F>> {
        self.edges.into_iter().map(|edge| edge.node)
    }
}

impl<F: Facts> TypeName for Connection<F>
where
    Shown<F>: OutputType,
{
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", <Shown<F> as OutputType>::type_name()).into()
    }
}

impl<F: Facts> TypeName for Edge<F>
where
    Shown<F>: OutputType,
{
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", <Shown<F> as OutputType>::type_name()).into()
    }
}

/// A page of a list.
#[Object(name_type)]
impl<F: Facts> Connection<F>
where
    Shown<F>: OutputType,
{
    /// The records of the page with their cursors.
    async fn edges(&self) -> &[Edge<F>] {
        &self.edges
    }

    /// The records of the page.
    async fn nodes(&self) -> Vec<&Shown<F>> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Whether there is more, and the cursors at both ends of the page.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_previous_page: self.has_previous,
            has_next_page: self.has_next,
            start_cursor: self.edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: self.edges.last().map(|edge| edge.cursor.clone()),
        }
    }

    /// How many records the whole list has; counted only when asked for.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i64> {
        let catalogue = ctx.data::<Catalogue>()?;
        let counted = match &self.narrowed {
            Narrowed::To(condition) => catalogue.count(F::KIND, condition).await,
            Narrowed::Units(filter) => catalogue.count_units(filter).await,
        };
        counted.map_err(fault)
    }
}

/// A record in a list, with its place there.
#[Object(name_type)]
impl<F: Facts> Edge<F>
where
    Shown<F>: OutputType,
{
    /// The place, to give as `after` or `before` of the same list.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// The record.
    async fn node(&self) -> &Shown<F> {
        &self.node
    }
}
