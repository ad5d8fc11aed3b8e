//! A record: who it is, in what state, and the layers of facts its sources gave.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    batch::BatchFacts,
    cell_line::LineFacts,
    certificate::CertificateFacts,
    cord_blood::{facts::UnitFacts, standing},
    disease::DiseaseFacts,
    distribution::DistributionFacts,
    donor::DonorFacts,
    holding::HoldingFacts,
    id::{RecordId, RecordKind},
    identifier::{ExternalId, IdStatus},
    names::{Name, NameKind, fold},
    notice::NoticeFacts,
    organization::OrganizationFacts,
    publication::PublicationFacts,
    qc::record::ResultFacts,
    sample::SampleFacts,
    source::Source,
    term::{Key, Reference, Term},
};

/// Where a record stands in its life. The public sees published records, and tombstones by direct look-up.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Draft,
    InReview,
    Published,
    Withdrawn,
    Merged,
}

impl State {
    pub const ALL: [Self; 5] =
        [Self::Draft, Self::InReview, Self::Published, Self::Withdrawn, Self::Merged];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InReview => "in_review",
            Self::Published => "published",
            Self::Withdrawn => "withdrawn",
            Self::Merged => "merged",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// Something a source wrote that does not read as it should. The text is kept, never repaired.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Flag {
    pub field: String,
    pub text: String,
    pub problem: String,
}

impl Flag {
    pub fn new(field: &str, text: &str, problem: impl Into<String>) -> Self {
        Self { field: field.to_owned(), text: text.to_owned(), problem: problem.into() }
    }
}

/// What one row of one source says of a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Layer<F> {
    pub source: Source,
    /// The row's own key in its source: an accession, a name, a catalogue number.
    pub key: String,
    pub facts: F,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<Flag>,
}

impl<F: Facts> Layer<F> {
    /// Whether this is a newer word of the same row, be it under a key that the source has given up.
    fn replaces(&self, other: &Self) -> bool {
        (other.source == self.source && other.key == self.key) || self.renames(other)
    }

    /// Whether the other layer is the same row of the source under a key that the source has given up.
    fn renames(&self, other: &Self) -> bool {
        let given_up = |id: &ExternalId| {
            id.status == IdStatus::Secondary
                && id.scheme == self.source.as_str()
                && id.value == other.key
        };
        other.source == self.source && self.facts.external_ids().iter().any(given_up)
    }
}

/// What happens to a layer that is there already when a file brings it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// The file is the newer word of the source.
    Write,
    /// The file is an excerpt, and what is there stays.
    Keep,
}

/// A record with all its layers. Its canonical JSON is the snapshot in the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Record<F> {
    pub id: RecordId,
    pub accession: String,
    pub state: State,
    /// Ordered by precedence of source, then by key.
    pub layers: Vec<Layer<F>>,
}

/// A link that a record's facts ask for, before it is known whether a record answers to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked<'a> {
    pub relation: Relation,
    pub reference: &'a Reference,
}

/// The scheme of our own accessions, by which any record can be referred to.
pub const ACCESSION: &str = "accession";

/// The scheme of the keys that are no identifiers but names of diseases, folded.
pub const LABEL: &str = "label";

impl Asked<'_> {
    /// The keys to try, best first. A disease that is given as a term of a terminology without a cross-walk is at
    /// last looked for by that term's own label.
    pub fn keys(&self) -> Vec<Key> {
        let mut keys = self.reference.keys.clone();
        let label = self.reference.label.as_ref().filter(|_| self.relation == Relation::Disease);
        if let (false, Some(label)) = (keys.is_empty(), label) {
            keys.push(Key { scheme: LABEL.to_owned(), value: fold(label) });
        }
        keys
    }
}

/// How one record refers to another.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    Donor,
    Parent,
    Disease,
    Organization,
    Publication,
    /// The line that a lot is of.
    Line,
    /// The lot that a lot was grown from.
    ParentBatch,
    /// What was tested.
    Subject,
    /// The cord-blood unit that a line was made of.
    SourceUnit,
    /// What a notice is about.
    About,
    /// The lot or unit that a certificate is of.
    Certified,
    /// The certificate that one takes the place of.
    Supersedes,
    /// What was distributed.
    Item,
    /// Who received it.
    Recipient,
    /// The line that a holding is of.
    HeldLine,
    /// Who gave a line to a bank.
    Depositor,
    /// A test done when a line was received.
    ReceiptTest,
    /// The sample that a line was made of.
    SourceSample,
}

impl Relation {
    pub const ALL: [Self; 18] = [
        Self::Donor,
        Self::Parent,
        Self::Disease,
        Self::Organization,
        Self::Publication,
        Self::Line,
        Self::ParentBatch,
        Self::Subject,
        Self::SourceUnit,
        Self::About,
        Self::Certified,
        Self::Supersedes,
        Self::Item,
        Self::Recipient,
        Self::HeldLine,
        Self::Depositor,
        Self::ReceiptTest,
        Self::SourceSample,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Donor => "donor",
            Self::Parent => "parent",
            Self::Disease => "disease",
            Self::Organization => "organization",
            Self::Publication => "publication",
            Self::Line => "line",
            Self::ParentBatch => "parent_batch",
            Self::Subject => "subject",
            Self::SourceUnit => "source_unit",
            Self::About => "about",
            Self::Certified => "certified",
            Self::Supersedes => "supersedes",
            Self::Item => "item",
            Self::Recipient => "recipient",
            Self::HeldLine => "held_line",
            Self::Depositor => "depositor",
            Self::ReceiptTest => "receipt_test",
            Self::SourceSample => "source_sample",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|relation| relation.as_str() == text)
    }

    /// Whether a key that several records claim leads to all of them: a recall must miss none, and nobody who received
    /// one of them may be forgotten.
    pub fn reaches_all(self) -> bool {
        matches!(self, Self::About | Self::Item)
    }

    /// The kinds of record that may be at the far end.
    pub fn targets(self) -> &'static [RecordKind] {
        match self {
            Self::Donor => &[RecordKind::Donor],
            Self::Parent | Self::Line | Self::HeldLine => &[RecordKind::CellLine],
            Self::Disease => &[RecordKind::Disease],
            Self::Organization | Self::Depositor | Self::Recipient => &[RecordKind::Organization],
            Self::Publication => &[RecordKind::Publication],
            Self::ParentBatch => &[RecordKind::Batch],
            Self::SourceUnit => &[RecordKind::CordBloodUnit],
            Self::About => &[
                RecordKind::CellLine,
                RecordKind::Batch,
                RecordKind::Holding,
                RecordKind::CordBloodUnit,
            ],
            Self::Certified => &[RecordKind::Batch, RecordKind::CordBloodUnit],
            Self::Supersedes => &[RecordKind::Certificate],
            Self::Item => &[RecordKind::Batch, RecordKind::CellLine, RecordKind::CordBloodUnit],
            Self::ReceiptTest => &[RecordKind::QcResult],
            Self::SourceSample => &[RecordKind::Sample],
            Self::Subject => &[
                RecordKind::Batch,
                RecordKind::CellLine,
                RecordKind::CordBloodUnit,
                RecordKind::Donor,
            ],
        }
    }
}

/// The flags that identifiers earn by breaking the rule of their scheme.
pub fn id_problems(ids: &[ExternalId]) -> Vec<Flag> {
    let broken = |id: &ExternalId| Some(Flag::new(&id.scheme, &id.value, id.problem()?));
    ids.iter().filter_map(broken).collect()
}

/// What every kind of facts can be asked for, so that storage needs to know nothing else of them.
pub trait Facts: Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static {
    const KIND: RecordKind;

    fn names(&self) -> &[Name];
    fn external_ids(&self) -> &[ExternalId];
    /// The links asked for, in an order that depends on the facts alone.
    fn links(&self) -> Vec<Asked<'_>>;
    /// The terms whose labels are worth keeping for facets.
    fn terms(&self) -> Vec<&Term> {
        Vec::new()
    }
    /// What in the facts does not read as it should, identifier by identifier and text by text.
    fn problems(&self) -> Vec<Flag> {
        id_problems(self.external_ids())
    }
    /// Why the newer word of the same row may not take the place of this one; most may.
    fn keeps_against(&self, _newer: &Self) -> Option<&'static str> {
        None
    }
    /// Takes over from an older word of the same row what a newer one only adds to.
    fn carry_on(&mut self, _older: &Self) {}
    /// The identifiers by which this kind of record is known again.
    fn identity(&self) -> Vec<Key> {
        let identity = |id: &&ExternalId| id.identifies(Self::KIND);
        self.external_ids().iter().filter(identity).map(ExternalId::key).collect()
    }
}

impl<F: Facts> Record<F> {
    pub fn new(id: RecordId, accession: String) -> Self {
        Self { id, accession, state: State::Published, layers: Vec::new() }
    }

    /// Puts a layer in place of the one with the same source and key, or adds it in its order.
    pub fn put(&mut self, layer: Layer<F>) {
        let place = |l: &Layer<F>| (l.source.rank(), l.source.clone(), l.key.clone());
        match self.layers.binary_search_by_key(&place(&layer), place) {
            Ok(at) => self.layers[at] = layer,
            Err(at) => self.layers.insert(at, layer),
        }
    }

    /// Why a draft may not be taken in: something in it would undo what must stand.
    fn keeps_against(&self, draft: &Draft<F>) -> Option<&'static str> {
        draft.layers.iter().find_map(|newer| {
            let mut replaced = self.layers.iter().filter(|old| newer.replaces(old));
            replaced.find_map(|old| old.facts.keeps_against(&newer.facts))
        })
    }

    fn absorb(&mut self, draft: &Draft<F>, over: Over) -> bool {
        let before = (self.state, self.layers.clone());
        // What was withdrawn or merged stays so: a file never brings it back.
        if !matches!(self.state, State::Withdrawn | State::Merged) {
            self.state = draft.state.unwrap_or(self.state);
        }
        for layer in &draft.layers {
            if over == Over::Write || self.layer(&layer.source, &layer.key).is_none() {
                let mut layer = layer.clone();
                if let Some(older) = self.layers.iter().find(|old| layer.replaces(old)) {
                    layer.facts.carry_on(&older.facts);
                }
                self.layers.retain(|old| !layer.renames(old));
                self.put(layer);
            }
        }
        before != (self.state, self.layers.clone())
    }

    pub fn layer(&self, source: &Source, key: &str) -> Option<&Layer<F>> {
        self.layers.iter().find(|l| l.source == *source && l.key == key)
    }

    /// The first layer, by precedence, that answers.
    pub fn first<'a, T: 'a>(&'a self, get: impl Fn(&'a F) -> Option<T>) -> Option<T> {
        self.layers.iter().find_map(|layer| get(&layer.facts))
    }

    /// All that the layers say, in the order of precedence, each thing once.
    pub fn all<'a, T: PartialEq + 'a, I: IntoIterator<Item = T>>(
        &'a self,
        get: impl Fn(&'a F) -> I,
    ) -> Vec<T> {
        let mut all = Vec::new();
        for item in self.layers.iter().flat_map(|layer| get(&layer.facts)) {
            if !all.contains(&item) {
                all.push(item);
            }
        }
        all
    }

    pub fn names(&self) -> Vec<&Name> {
        self.all(Facts::names)
    }

    pub fn external_ids(&self) -> Vec<&ExternalId> {
        self.all(Facts::external_ids)
    }

    /// Where the facts ask for a link, every layer's in turn, each once.
    pub fn links(&self) -> Vec<Asked<'_>> {
        self.all(Facts::links)
    }

    pub fn flags(&self) -> Vec<&Flag> {
        self.layers.iter().flat_map(|layer| &layer.flags).collect()
    }

    /// The name that is shown to a reader of `lang`: by kind of name, then by precedence of source. A record
    /// without any name is shown by its accession.
    pub fn name_in(&self, lang: &str) -> &str {
        let by_kind = |name: &&&Name| (name.kind, usize::from(!name.suits(lang)));
        let names = self.names();
        let shown =
            names.iter().filter(|name| name.kind != NameKind::Misspelling).min_by_key(by_kind);
        shown.map_or(&self.accession, |name| &name.text)
    }

    pub fn name(&self) -> &str {
        self.name_in("en")
    }
}

/// A record of any kind: what the log and the interchange format hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AnyRecord {
    CellLine(Record<LineFacts>),
    Donor(Record<DonorFacts>),
    Disease(Record<DiseaseFacts>),
    Organization(Record<OrganizationFacts>),
    Publication(Record<PublicationFacts>),
    Batch(Record<BatchFacts>),
    CordBloodUnit(Record<UnitFacts>),
    QcResult(Record<ResultFacts>),
    Sample(Record<SampleFacts>),
    Holding(Record<HoldingFacts>),
    Notice(Record<NoticeFacts>),
    Certificate(Record<CertificateFacts>),
    Distribution(Record<DistributionFacts>),
}

/// Does the same with a record of whichever kind.
#[macro_export]
macro_rules! each_kind {
    ($any:expr, $record:ident => $body:expr) => {
        match $any {
            $crate::domain::record::AnyRecord::CellLine($record) => $body,
            $crate::domain::record::AnyRecord::Donor($record) => $body,
            $crate::domain::record::AnyRecord::Disease($record) => $body,
            $crate::domain::record::AnyRecord::Organization($record) => $body,
            $crate::domain::record::AnyRecord::Publication($record) => $body,
            $crate::domain::record::AnyRecord::Batch($record) => $body,
            $crate::domain::record::AnyRecord::CordBloodUnit($record) => $body,
            $crate::domain::record::AnyRecord::QcResult($record) => $body,
            $crate::domain::record::AnyRecord::Sample($record) => $body,
            $crate::domain::record::AnyRecord::Holding($record) => $body,
            $crate::domain::record::AnyRecord::Notice($record) => $body,
            $crate::domain::record::AnyRecord::Certificate($record) => $body,
            $crate::domain::record::AnyRecord::Distribution($record) => $body,
        }
    };
}

/// Does the same with a draft of whichever kind.
#[macro_export]
macro_rules! each_draft {
    ($any:expr, $draft:ident => $body:expr) => {
        match $any {
            $crate::domain::record::AnyDraft::CellLine($draft) => $body,
            $crate::domain::record::AnyDraft::Donor($draft) => $body,
            $crate::domain::record::AnyDraft::Disease($draft) => $body,
            $crate::domain::record::AnyDraft::Organization($draft) => $body,
            $crate::domain::record::AnyDraft::Publication($draft) => $body,
            $crate::domain::record::AnyDraft::Batch($draft) => $body,
            $crate::domain::record::AnyDraft::CordBloodUnit($draft) => $body,
            $crate::domain::record::AnyDraft::QcResult($draft) => $body,
            $crate::domain::record::AnyDraft::Sample($draft) => $body,
            $crate::domain::record::AnyDraft::Holding($draft) => $body,
            $crate::domain::record::AnyDraft::Notice($draft) => $body,
            $crate::domain::record::AnyDraft::Certificate($draft) => $body,
            $crate::domain::record::AnyDraft::Distribution($draft) => $body,
        }
    };
}

impl AnyRecord {
    /// A record of the id's kind without any facts.
    pub fn empty(id: RecordId, accession: String) -> Self {
        match id.kind {
            RecordKind::CellLine => Self::CellLine(Record::new(id, accession)),
            RecordKind::Donor => Self::Donor(Record::new(id, accession)),
            RecordKind::Disease => Self::Disease(Record::new(id, accession)),
            RecordKind::Organization => Self::Organization(Record::new(id, accession)),
            RecordKind::Publication => Self::Publication(Record::new(id, accession)),
            RecordKind::Batch => Self::Batch(Record::new(id, accession)),
            RecordKind::CordBloodUnit => Self::CordBloodUnit(Record::new(id, accession)),
            RecordKind::QcResult => Self::QcResult(Record::new(id, accession)),
            RecordKind::Sample => Self::Sample(Record::new(id, accession)),
            RecordKind::Holding => Self::Holding(Record::new(id, accession)),
            RecordKind::Notice => Self::Notice(Record::new(id, accession)),
            RecordKind::Certificate => Self::Certificate(Record::new(id, accession)),
            RecordKind::Distribution => Self::Distribution(Record::new(id, accession)),
        }
    }

    /// Puts the layers and the state of a draft of the same kind into the record, and says whether that changed
    /// it. A draft of another kind changes nothing.
    pub fn absorb(&mut self, draft: &AnyDraft, over: Over) -> bool {
        match (self, draft) {
            (Self::CellLine(record), AnyDraft::CellLine(draft)) => record.absorb(draft, over),
            (Self::Donor(record), AnyDraft::Donor(draft)) => record.absorb(draft, over),
            (Self::Disease(record), AnyDraft::Disease(draft)) => record.absorb(draft, over),
            (Self::Organization(record), AnyDraft::Organization(draft)) => {
                record.absorb(draft, over)
            }
            (Self::Publication(record), AnyDraft::Publication(draft)) => record.absorb(draft, over),
            (Self::Batch(record), AnyDraft::Batch(draft)) => record.absorb(draft, over),
            (Self::CordBloodUnit(record), AnyDraft::CordBloodUnit(draft)) => {
                record.absorb(draft, over)
            }
            (Self::QcResult(record), AnyDraft::QcResult(draft)) => record.absorb(draft, over),
            (Self::Sample(record), AnyDraft::Sample(draft)) => record.absorb(draft, over),
            (Self::Holding(record), AnyDraft::Holding(draft)) => record.absorb(draft, over),
            (Self::Notice(record), AnyDraft::Notice(draft)) => record.absorb(draft, over),
            (Self::Certificate(record), AnyDraft::Certificate(draft)) => record.absorb(draft, over),
            (Self::Distribution(record), AnyDraft::Distribution(draft)) => {
                record.absorb(draft, over)
            }
            _ => false,
        }
    }

    /// Why a draft of the same kind may not be taken into the record.
    pub fn keeps_against(&self, draft: &AnyDraft) -> Option<String> {
        match (self, draft) {
            (Self::QcResult(record), AnyDraft::QcResult(draft)) => {
                let hidden = matches!(draft.state, Some(State::Draft | State::InReview));
                if hidden && !matches!(record.state, State::Draft | State::InReview) {
                    return Some(
                        "a result that was published is withdrawn, never hidden".to_owned(),
                    );
                }
                record.keeps_against(draft).map(ToOwned::to_owned)
            }
            (Self::Certificate(record), AnyDraft::Certificate(draft)) => {
                let is_known = |layer: &Layer<_>| record.layer(&layer.source, &layer.key).is_some();
                if !record.layers.is_empty() && !draft.layers.iter().all(is_known) {
                    return Some("a certificate has one row: nothing is added to it".to_owned());
                }
                record.keeps_against(draft).map(ToOwned::to_owned)
            }
            (Self::Notice(record), AnyDraft::Notice(draft)) => {
                let was_out = !matches!(record.state, State::Draft | State::InReview);
                let hidden =
                    !matches!(draft.state, None | Some(State::Published | State::Withdrawn));
                (was_out && hidden && draft.state != Some(record.state)).then(|| {
                    "a notice that was published is closed or withdrawn, never hidden".to_owned()
                })
            }
            (Self::Batch(record), AnyDraft::Batch(draft)) => {
                record.keeps_against(draft).map(ToOwned::to_owned)
            }
            (Self::Holding(record), AnyDraft::Holding(draft)) => {
                record.keeps_against(draft).map(ToOwned::to_owned)
            }
            (Self::CordBloodUnit(record), AnyDraft::CordBloodUnit(draft)) => {
                let mut after = record.clone();
                after.absorb(draft, Over::Write);
                let (before, after) = (&record.layers, &after.layers);
                let is_closed = matches!(record.state, State::Withdrawn | State::Merged);
                let resumed = is_closed.then(|| standing::resumed(before, after)).flatten();
                resumed.or_else(|| standing::refusal(before, after))
            }
            _ => None,
        }
    }

    /// The draft of a row that tells how something stands on a day, with the way there from what the record knows.
    ///
    /// # Errors
    /// Why there is no such way.
    pub fn observed(&self, draft: &AnyDraft) -> Result<AnyDraft, String> {
        match (self, draft) {
            (Self::CordBloodUnit(record), AnyDraft::CordBloodUnit(draft)) => {
                standing::observed(record, draft).map(AnyDraft::CordBloodUnit)
            }
            _ => Ok(draft.clone()),
        }
    }

    /// The draft of such a row where there is no way: how things stand is as the record has it.
    pub fn without_observation(&self, draft: &AnyDraft) -> AnyDraft {
        match (self, draft) {
            (Self::CordBloodUnit(record), AnyDraft::CordBloodUnit(draft)) => {
                AnyDraft::CordBloodUnit(standing::unobserved(record, draft))
            }
            _ => draft.clone(),
        }
    }

    /// What the sources of the record say against each other, where that must not go unnoticed.
    pub fn contradiction(&self) -> Option<String> {
        match self {
            Self::CordBloodUnit(record) => standing::contradiction(record),
            _ => None,
        }
    }

    pub fn set_accession(&mut self, accession: String) {
        each_kind!(self, record => record.accession = accession);
    }

    /// The keys under which a source speaks of this record.
    pub fn keys_of(&self, source: &Source) -> Vec<&str> {
        each_kind!(self, record => {
            let own = record.layers.iter().filter(|layer| layer.source == *source);
            own.map(|layer| layer.key.as_str()).collect()
        })
    }

    pub fn has_row(&self, source: &Source, key: &str) -> bool {
        each_kind!(self, record => record.layer(source, key).is_some())
    }

    /// Whether a source speaks of this record in another row than the one with this key.
    pub fn has_other_row(&self, source: &Source, key: &str) -> bool {
        each_kind!(self, record => record.layers.iter().any(|l| l.source == *source && l.key != key))
    }

    pub fn id(&self) -> RecordId {
        each_kind!(self, record => record.id)
    }

    pub fn accession(&self) -> &str {
        each_kind!(self, record => &record.accession)
    }

    pub fn state(&self) -> State {
        each_kind!(self, record => record.state)
    }

    pub fn name(&self) -> &str {
        each_kind!(self, record => record.name())
    }
}

/// A record as a file brings it: what is known of its identity, and its layers. This is a line of the interchange
/// format; a [`Record`] written as JSON reads back as its own draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Draft<F> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<RecordId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accession: Option<String>,
    /// None leaves a known record in its state and publishes a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    pub layers: Vec<Layer<F>>,
}

impl<F: Facts> Draft<F> {
    /// Adds the flags that the facts earn and do not bear yet.
    pub fn examine(&mut self) {
        for layer in &mut self.layers {
            for flag in layer.facts.problems() {
                if !layer.flags.contains(&flag) {
                    layer.flags.push(flag);
                }
            }
        }
    }
}

impl<F> Draft<F> {
    /// A draft of one layer, to be known by the identifiers in it.
    pub fn of(layer: Layer<F>) -> Self {
        Self { id: None, accession: None, state: None, layers: vec![layer] }
    }
}

/// A draft of any kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AnyDraft {
    CellLine(Draft<LineFacts>),
    Donor(Draft<DonorFacts>),
    Disease(Draft<DiseaseFacts>),
    Organization(Draft<OrganizationFacts>),
    Publication(Draft<PublicationFacts>),
    Batch(Draft<BatchFacts>),
    CordBloodUnit(Draft<UnitFacts>),
    QcResult(Draft<ResultFacts>),
    Sample(Draft<SampleFacts>),
    Holding(Draft<HoldingFacts>),
    Notice(Draft<NoticeFacts>),
    Certificate(Draft<CertificateFacts>),
    Distribution(Draft<DistributionFacts>),
}

impl AnyDraft {
    /// Why a draft may not make a new record.
    pub fn problem(&self) -> Option<String> {
        match self {
            Self::CordBloodUnit(draft) => standing::refusal(&[], &draft.layers),
            _ => None,
        }
    }

    /// What in a draft lies in the future and cannot have happened.
    pub fn untimely(&self, today: NaiveDate) -> Option<String> {
        match self {
            Self::CordBloodUnit(draft) => standing::untimely(&draft.layers, today),
            _ => None,
        }
    }

    pub fn kind(&self) -> RecordKind {
        match self {
            Self::CellLine(_) => RecordKind::CellLine,
            Self::Donor(_) => RecordKind::Donor,
            Self::Disease(_) => RecordKind::Disease,
            Self::Organization(_) => RecordKind::Organization,
            Self::Publication(_) => RecordKind::Publication,
            Self::Batch(_) => RecordKind::Batch,
            Self::CordBloodUnit(_) => RecordKind::CordBloodUnit,
            Self::QcResult(_) => RecordKind::QcResult,
            Self::Sample(_) => RecordKind::Sample,
            Self::Holding(_) => RecordKind::Holding,
            Self::Notice(_) => RecordKind::Notice,
            Self::Certificate(_) => RecordKind::Certificate,
            Self::Distribution(_) => RecordKind::Distribution,
        }
    }

    /// The identifiers by which the record is known again, as all layers give them.
    pub fn identity(&self) -> Vec<Key> {
        let mut keys: Vec<Key> = each_draft!(self, draft => {
            draft.layers.iter().flat_map(|layer| layer.facts.identity()).collect()
        });
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}
