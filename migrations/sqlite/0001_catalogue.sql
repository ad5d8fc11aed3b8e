-- The log, the records it made, and what is looked up of them.
-- A record's facts stand in the snapshot of its newest revision; the tables beside it hold what is searched,
-- filtered, sorted or joined, and can be made again from the log.

CREATE TABLE log_head (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;
INSERT INTO log_head (id, seq, hash) VALUES (1, 0, zeroblob(32));

CREATE TABLE revisions (
    seq INTEGER NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    record_id BLOB NOT NULL,
    version INTEGER NOT NULL,
    action TEXT NOT NULL CHECK (action IN (
        'create', 'update', 'submit', 'return', 'approve', 'publish', 'withdraw', 'restore', 'merge', 'unmerge', 'system'
    )),
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    at TEXT NOT NULL,
    snapshot TEXT NOT NULL,
    prev_hash BLOB NOT NULL,
    hash BLOB NOT NULL,
    UNIQUE (record_id, version)
) STRICT;

CREATE TABLE records (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    accession TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('draft', 'in_review', 'published', 'withdrawn', 'merged')),
    version INTEGER NOT NULL,
    name_folded TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX records_by_name ON records (kind, state, name_folded, id);
CREATE INDEX records_by_change ON records (kind, state, updated_at, id);

CREATE TABLE names (
    folded TEXT NOT NULL,
    record_id BLOB NOT NULL REFERENCES records (id),
    record_kind TEXT NOT NULL,
    name_kind TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (folded, record_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX names_of_record ON names (record_id);

CREATE TABLE external_ids (
    scheme TEXT NOT NULL,
    value TEXT NOT NULL,
    record_id BLOB NOT NULL REFERENCES records (id),
    record_kind TEXT NOT NULL,
    PRIMARY KEY (scheme, value, record_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX external_ids_of_record ON external_ids (record_id);

CREATE TABLE codes (
    record_id BLOB NOT NULL REFERENCES records (id),
    facet TEXT NOT NULL,
    code TEXT NOT NULL,
    PRIMARY KEY (record_id, facet, code)
) STRICT, WITHOUT ROWID;
CREATE INDEX codes_by_code ON codes (facet, code, record_id);

CREATE TABLE labels (
    code TEXT NOT NULL PRIMARY KEY,
    label TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One row for each identifier by which a record refers to another, up to the one that reaches it.
CREATE TABLE links (
    from_id BLOB NOT NULL REFERENCES records (id),
    relation TEXT NOT NULL,
    item INTEGER NOT NULL,
    alternative INTEGER NOT NULL,
    scheme TEXT NOT NULL,
    value TEXT NOT NULL,
    to_id BLOB REFERENCES records (id),
    PRIMARY KEY (from_id, relation, item, alternative)
) STRICT, WITHOUT ROWID;
CREATE INDEX links_by_target ON links (to_id, relation);
CREATE INDEX links_by_key ON links (scheme, value);

-- Records whose links the change with this number led elsewhere, though they were not changed themselves. Readers of
-- the log take them as touched.
CREATE TABLE relinked (
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    record_id BLOB NOT NULL REFERENCES records (id),
    PRIMARY KEY (seq, record_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE counters (
    name TEXT NOT NULL PRIMARY KEY,
    next INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
