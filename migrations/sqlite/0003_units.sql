-- Published cord-blood units as screens see them, made from the records and made again where a program derives them
-- otherwise. What is not stated is '' or, of a count, -1: columns that are sorted by hold no nulls.
CREATE TABLE units (
    record_id BLOB NOT NULL PRIMARY KEY REFERENCES records (id),
    abo TEXT NOT NULL,
    rhd TEXT NOT NULL,
    tnc INTEGER NOT NULL,
    cd34 INTEGER NOT NULL,
    transplant TEXT NOT NULL,
    custody TEXT NOT NULL,
    for_transplant INTEGER NOT NULL,
    for_research INTEGER NOT NULL,
    transplant_consent TEXT NOT NULL,
    research_consent TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Each holds every column that is filtered by, so that a page is found without reading the table: by state and blood
-- group, the commonest screen, and by the order alone.
CREATE INDEX units_by_state_tnc ON units
    (transplant, abo, tnc, record_id, cd34, rhd, custody, for_transplant, for_research, transplant_consent, research_consent, updated_at);
CREATE INDEX units_by_state_cd34 ON units
    (transplant, abo, cd34, record_id, tnc, rhd, custody, for_transplant, for_research, transplant_consent, research_consent, updated_at);
CREATE INDEX units_by_tnc ON units
    (tnc, record_id, cd34, transplant, abo, rhd, custody, for_transplant, for_research, transplant_consent, research_consent, updated_at);
CREATE INDEX units_by_cd34 ON units
    (cd34, record_id, tnc, transplant, abo, rhd, custody, for_transplant, for_research, transplant_consent, research_consent, updated_at);
CREATE INDEX units_by_change ON units
    (updated_at, record_id, tnc, cd34, transplant, abo, rhd, custody, for_transplant, for_research, transplant_consent, research_consent);

-- The lines that were made of a unit: few links among many.
CREATE INDEX links_to_units ON links (to_id, from_id) WHERE relation = 'source_unit';
