-- What the mirror in Meilisearch needs: who leads, and what the server would not have.

CREATE TABLE leases (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    holder UUID NOT NULL,
    epoch BIGINT NOT NULL,
    until TIMESTAMPTZ NOT NULL
);

-- Records whose documents the server refused; tried again on their next change.
CREATE TABLE set_aside (
    record_id UUID NOT NULL PRIMARY KEY REFERENCES records (id),
    kind TEXT COLLATE "C" NOT NULL,
    reason TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL
);
