-- An AuditEvent is found by indexes in the order of time (docs/decisions/0027-one-patients-events.md); what is lacking is
-- made from the definitions afterwards, and filled by `npm run reindex`.
drop index if exists auditevent_terms_1;
drop index if exists auditevent_by_date_start;
