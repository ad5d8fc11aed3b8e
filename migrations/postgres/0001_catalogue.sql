-- The log, the records it made, and what is looked up of them.
-- A record's facts stand in the snapshot of its newest revision; the tables beside it hold what is searched,
-- filtered, sorted or joined, and can be made again from the log.

CREATE TABLE log_head (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL,
    hash BYTEA NOT NULL
);
INSERT INTO log_head (id, seq, hash) VALUES (1, 0, decode(repeat('00', 32), 'hex'));

CREATE TABLE revisions (
    seq BIGINT NOT NULL PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    record_id UUID NOT NULL,
    version BIGINT NOT NULL,
    action TEXT COLLATE "C" NOT NULL CHECK (action IN (
        'create', 'update', 'submit', 'return', 'approve', 'publish', 'withdraw', 'restore', 'merge', 'unmerge', 'system'
    )),
    actor TEXT COLLATE "C" NOT NULL,
    reason TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    snapshot TEXT NOT NULL,
    prev_hash BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    UNIQUE (record_id, version)
);

CREATE TABLE records (
    id UUID NOT NULL PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    accession TEXT COLLATE "C" NOT NULL UNIQUE,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('draft', 'in_review', 'published', 'withdrawn', 'merged')),
    version BIGINT NOT NULL,
    name_folded TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX records_by_name ON records (kind, state, name_folded, id);
CREATE INDEX records_by_change ON records (kind, state, updated_at, id);

CREATE TABLE names (
    folded TEXT COLLATE "C" NOT NULL,
    record_id UUID NOT NULL REFERENCES records (id),
    record_kind TEXT COLLATE "C" NOT NULL,
    name_kind TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (folded, record_id)
);
CREATE INDEX names_of_record ON names (record_id);

CREATE TABLE external_ids (
    scheme TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    record_id UUID NOT NULL REFERENCES records (id),
    record_kind TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (scheme, value, record_id)
);
CREATE INDEX external_ids_of_record ON external_ids (record_id);

CREATE TABLE codes (
    record_id UUID NOT NULL REFERENCES records (id),
    facet TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (record_id, facet, code)
);
CREATE INDEX codes_by_code ON codes (facet, code, record_id);

CREATE TABLE labels (
    code TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    label TEXT COLLATE "C" NOT NULL
);

-- One row for each identifier by which a record refers to another, up to the one that reaches it.
CREATE TABLE links (
    from_id UUID NOT NULL REFERENCES records (id),
    relation TEXT COLLATE "C" NOT NULL,
    item BIGINT NOT NULL,
    alternative BIGINT NOT NULL,
    scheme TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    to_id UUID REFERENCES records (id),
    PRIMARY KEY (from_id, relation, item, alternative)
);
CREATE INDEX links_by_target ON links (to_id, relation);
CREATE INDEX links_by_key ON links (scheme, value);

-- Records whose links the change with this number led elsewhere, though they were not changed themselves. Readers of
-- the log take them as touched.
CREATE TABLE relinked (
    seq BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    record_id UUID NOT NULL REFERENCES records (id),
    PRIMARY KEY (seq, record_id)
);

CREATE TABLE counters (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    next BIGINT NOT NULL
);

CREATE TABLE settings (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value TEXT COLLATE "C" NOT NULL
);
