-- Days on which something of a record changes by itself: a state begins, a notice is closed, a result expires.

CREATE TABLE due (
    record_id BLOB NOT NULL REFERENCES records (id),
    day TEXT NOT NULL,
    PRIMARY KEY (record_id, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX due_by_day ON due (day, record_id);
