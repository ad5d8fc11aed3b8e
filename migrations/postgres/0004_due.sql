-- Days on which something of a record changes by itself: a state begins, a notice is closed, a result expires.

CREATE TABLE due (
    record_id UUID NOT NULL REFERENCES records (id),
    day TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (record_id, day)
);
CREATE INDEX due_by_day ON due (day, record_id);
