-- Whether the unit was not left out by the last inventory of its bank. The rows are made again by the program.
ALTER TABLE units ADD COLUMN is_present BIGINT NOT NULL DEFAULT 1;

-- Nearly every screen asks for it, and a page is still found without reading the table.
DROP INDEX units_by_state_tnc;
CREATE INDEX units_by_state_tnc ON units
    (transplant, abo, tnc, record_id, cd34, rhd, custody, for_transplant, for_research, transplant_consent, research_consent, is_present, updated_at);
DROP INDEX units_by_state_cd34;
CREATE INDEX units_by_state_cd34 ON units
    (transplant, abo, cd34, record_id, tnc, rhd, custody, for_transplant, for_research, transplant_consent, research_consent, is_present, updated_at);
DROP INDEX units_by_tnc;
CREATE INDEX units_by_tnc ON units
    (tnc, record_id, cd34, transplant, abo, rhd, custody, for_transplant, for_research, transplant_consent, research_consent, is_present, updated_at);
DROP INDEX units_by_cd34;
CREATE INDEX units_by_cd34 ON units
    (cd34, record_id, tnc, transplant, abo, rhd, custody, for_transplant, for_research, transplant_consent, research_consent, is_present, updated_at);
DROP INDEX units_by_change;
CREATE INDEX units_by_change ON units
    (updated_at, record_id, tnc, cd34, transplant, abo, rhd, custody, for_transplant, for_research, transplant_consent, research_consent, is_present);
