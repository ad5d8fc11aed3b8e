-- What the mirror in Meilisearch needs: who leads, and what the server would not have.

CREATE TABLE leases (
    name TEXT NOT NULL PRIMARY KEY,
    holder BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    until TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Records whose documents the server refused; tried again on their next change.
CREATE TABLE set_aside (
    record_id BLOB NOT NULL PRIMARY KEY REFERENCES records (id),
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
