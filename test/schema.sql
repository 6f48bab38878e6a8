-- The effect of all migrations and definitions, written by `npm run schema`; a test compares it. Not run by anything.
extension btree_gist
extension pg_trgm
function almanac_claim(wishes jsonb, replaced text[], slots text[], holds jsonb) 95ffcfc7e6a9854a16932ae1b01c8f96
function almanac_free_lane(clinic text, whose text, during tstzrange, lanes integer) 91bd69276f29d88c79a58110fae480e5
function almanac_guard_event() 3c2cf5513b7bd67cc97c4d401dab20bb
function almanac_guard_form() e2ba89f5160b4ed994e3f81a4c1d858f
function almanac_guard_seal() 7a6c94a060c170eba838dfca0f45eb00
function almanac_is_buried(of_tenant text, of_month text) b74e5c6946df80d0150e59c975f2aaf9
function almanac_missing_reference(reference text) 58fbd644e38ae57b3d2d7e9368b536ae
function almanac_now() 0f07466da6eaa28778c1857bfdde383d
function almanac_peak(clinic text, whose text, during tstzrange) dbf05c20b784e8d6195231b69df8fc40
function almanac_refuse_truncate() 1a3a464358e8b2da7bfb7e31d330dda3
function almanac_slots_around(places jsonb, asked jsonb, waiting text[]) 9720e7ff8f1ade27aafd0263a4edaa26
function almanac_take(clinic text, wish claim_wish, more integer) b102636618334c2284d0148bb109fcf4
function almanac_take_free(wishes jsonb) 5662242456c4e4d558ca8918c93a0d9d
function almanac_tell_definition_change() 427dff30df88c54654623281ed471a3b
leakproof arraycontains(anyarray,anyarray)
leakproof arrayoverlap(anyarray,anyarray)
leakproof numeric_eq(numeric,numeric)
leakproof numeric_ge(numeric,numeric)
leakproof numeric_gt(numeric,numeric)
leakproof numeric_le(numeric,numeric)
leakproof numeric_lt(numeric,numeric)
leakproof range_contains_elem(anyrange,anyelement)
leakproof range_overlaps(anyrange,anyrange)
leakproof substr(text,integer)
leakproof textcat(text,text)
leakproof textlike(text,text)
leakproof ts_match_vq(tsvector,tsquery)
procedure almanac_deal_lanes(IN new_one booking_claim) 139c0bbcadea5e7ad7c41188e266e57e
procedure almanac_guard_events(IN name text) 2b88a2fe53ca2a99efa64001d5b586e3
procedure almanac_hold_tenant(IN name text) 405a46b22a9b1d340bf18f40f4991a1b
procedure almanac_show_shipped(IN name text) 6337a6b2036057e8a40ebbc6dc001785
procedure almanac_tell_changes(IN name text) ae85b8c051f4fd438305349071ba8acc

table <each of the types but auditevent>
  tenant text C not null
  id text C not null
  version integer not null
  updated timestamp with time zone not null
  method text not null
  text text not null
  content jsonb generated (text)::jsonb
  by__profile text[] C
  by__security text[] C
  by__source text C
  by__tag text[] C
  index <table>_by__source btree (tenant, by__source) WHERE (by__source IS NOT NULL)
  index <table>_pkey primary btree (tenant, id)
  index <table>_updated btree (tenant, updated, id)
  row level security forced
  policy tenant to almanac_server using (tenant = current_setting('almanac.tenant'::text, true))
  policy upkeep to almanac_upkeep using true
  almanac_server may delete, insert, select, update
  almanac_upkeep may select, update

table account
  by__text tsvector
  by_identifier text[] C
  by_name text C
  by_owner text C
  by_owner_also text[] C
  by_patient text[] C
  by_period_start timestamp with time zone
  by_period_end timestamp with time zone
  by_status text C
  by_subject text[] C
  by_type text[] C
  index <table>_by_owner btree (tenant, by_owner) WHERE (by_owner IS NOT NULL)
  index <table>_by_period_end btree (tenant, by_period_end) WHERE (by_period_end IS NOT NULL)
  index <table>_by_period_start btree (tenant, by_period_start) WHERE (by_period_start IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_identifier, by_name gin_trgm_ops, by_owner_also, by_patient, by_subject, by_type) WITH (gin_pending_list_limit='512')

table activitydefinition
  by__text tsvector
  by_composed_of text[] C
  by_context text[] C
  by_context_quantity_low numeric
  by_context_quantity_high numeric
  by_context_quantity_units text[] C
  by_context_quantity_all jsonb
  by_context_type text[] C
  by_context_type_quantity jsonb
  by_context_type_quantity_first text[] C
  by_context_type_value jsonb
  by_context_type_value_first text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_depends_on text[] C
  by_derived_from text[] C
  by_description text C
  by_effective_start timestamp with time zone
  by_effective_end timestamp with time zone
  by_identifier text[] C
  by_jurisdiction text[] C
  by_name text C
  by_predecessor text[] C
  by_publisher text C
  by_status text C
  by_successor text[] C
  by_title text C
  by_topic text[] C
  by_url text C
  by_version text[] C
  index <table>_by_context_quantity_low btree (tenant, by_context_quantity_low) WHERE (by_context_quantity_low IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_effective_end btree (tenant, by_effective_end) WHERE (by_effective_end IS NOT NULL)
  index <table>_by_effective_start btree (tenant, by_effective_start) WHERE (by_effective_start IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_url btree (tenant, by_url) WHERE (by_url IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_composed_of, by_context, by_context_quantity_units, by_context_type, by_context_type_quantity_first, by_context_type_value_first, by_depends_on, by_derived_from, by_description gin_trgm_ops, by_identifier, by_jurisdiction, by_name gin_trgm_ops, by_predecessor, by_publisher gin_trgm_ops, by_successor, by_title gin_trgm_ops, by_topic, by_version) WITH (gin_pending_list_limit='512')

table adverseevent
  by__text tsvector
  by_actuality text C
  by_category text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_event text[] C
  by_location text C
  by_location_also text[] C
  by_recorder text C
  by_recorder_also text[] C
  by_resultingcondition text[] C
  by_seriousness text[] C
  by_severity text[] C
  by_study text[] C
  by_subject text C
  by_subject_also text[] C
  by_substance text[] C
  index <table>_by_actuality btree (tenant, by_actuality) WHERE (by_actuality IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_location btree (tenant, by_location) WHERE (by_location IS NOT NULL)
  index <table>_by_recorder btree (tenant, by_recorder) WHERE (by_recorder IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_category, by_event, by_location_also, by_recorder_also, by_resultingcondition, by_seriousness, by_severity, by_study, by_subject_also, by_substance) WITH (gin_pending_list_limit='512')

table allergyintolerance
  by__text tsvector
  by_asserter text C
  by_asserter_also text[] C
  by_category text[] C
  by_clinical_status text[] C
  by_code text[] C
  by_criticality text C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_identifier text[] C
  by_last_date_start timestamp with time zone
  by_last_date_end timestamp with time zone
  by_manifestation text[] C
  by_onset_start timestamp with time zone
  by_onset_end timestamp with time zone
  by_onset_all tstzrange[]
  by_patient text C
  by_patient_also text[] C
  by_recorder text C
  by_recorder_also text[] C
  by_route text[] C
  by_severity text[] C
  by_type text C
  by_verification_status text[] C
  index <table>_by_asserter btree (tenant, by_asserter) WHERE (by_asserter IS NOT NULL)
  index <table>_by_criticality btree (tenant, by_criticality) WHERE (by_criticality IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_last_date_start btree (tenant, by_last_date_start) WHERE (by_last_date_start IS NOT NULL)
  index <table>_by_onset_end btree (tenant, by_onset_end) WHERE (by_onset_end IS NOT NULL)
  index <table>_by_onset_start btree (tenant, by_onset_start) WHERE (by_onset_start IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_recorder btree (tenant, by_recorder) WHERE (by_recorder IS NOT NULL)
  index <table>_by_type btree (tenant, by_type) WHERE (by_type IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_asserter_also, by_category, by_clinical_status, by_code, by_identifier, by_manifestation, by_patient_also, by_recorder_also, by_route, by_severity, by_verification_status) WITH (gin_pending_list_limit='512')

table appointment
  by__text tsvector
  by_actor text[] C
  by_<table>_type text[] C
  by_based_on text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_identifier text[] C
  by_location text[] C
  by_part_status text[] C
  by_patient text[] C
  by_practitioner text[] C
  by_reason_code text[] C
  by_reason_reference text[] C
  by_service_category text[] C
  by_service_type text[] C
  by_slot text[] C
  by_specialty text[] C
  by_status text C
  by_supporting_info text[] C
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_date_start_by_status_id btree (tenant, by_date_start, by_status, id)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_actor, by_<table>_type, by_based_on, by_identifier, by_location, by_part_status, by_patient, by_practitioner, by_reason_code, by_reason_reference, by_service_category, by_service_type, by_slot, by_specialty, by_supporting_info) WITH (gin_pending_list_limit='512')

table appointmentresponse
  by__text tsvector
  by_actor text C
  by_actor_also text[] C
  by_appointment text C
  by_appointment_also text[] C
  by_identifier text[] C
  by_location text C
  by_location_also text[] C
  by_part_status text C
  by_patient text C
  by_patient_also text[] C
  by_practitioner text C
  by_practitioner_also text[] C
  index <table>_by_actor btree (tenant, by_actor) WHERE (by_actor IS NOT NULL)
  index <table>_by_appointment btree (tenant, by_appointment) WHERE (by_appointment IS NOT NULL)
  index <table>_by_location btree (tenant, by_location) WHERE (by_location IS NOT NULL)
  index <table>_by_part_status btree (tenant, by_part_status) WHERE (by_part_status IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_practitioner btree (tenant, by_practitioner) WHERE (by_practitioner IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_actor_also, by_appointment_also, by_identifier, by_location_also, by_patient_also, by_practitioner_also) WITH (gin_pending_list_limit='512')

table audit_form
  tenant text C not null
  id uuid not null
  text text not null
  by__profile text
  by__security text
  by__source text
  by__tag text
  by__text text
  by_action text
  by_address text
  by_agent text
  by_agent_name text
  by_agent_role text
  by_altid text
  by_entity text
  by_entity_name text
  by_entity_role text
  by_entity_type text
  by_outcome text
  by_patient text
  by_policy text
  by_site text
  by_source text
  by_source_also text
  by_subtype text
  by_type text
  index audit_form_pkey primary btree (tenant, id)
  row level security forced
  policy retention to almanac_retention using true
  policy tenant to almanac_server using (tenant = current_setting('almanac.tenant'::text, true))
  policy upkeep to almanac_upkeep using true
  almanac_retention may select
  almanac_server may insert, select
  almanac_upkeep may select

table audit_hold
  tenant text C not null
  id text C not null
  patient text C
  from_month text C not null
  to_month text C not null
  reason text not null
  placed timestamp with time zone not null default now()
  lifted timestamp with time zone
  index audit_hold_pkey primary btree (tenant, id)
  row level security forced
  policy retention to almanac_retention using true
  policy tenant to almanac_server using (tenant = current_setting('almanac.tenant'::text, true))
  policy upkeep to almanac_upkeep using true
  almanac_retention may select
  almanac_upkeep may insert, select
  almanac_upkeep may update the 1 search columns

table audit_row
  tenant text C not null
  id text C not null
  version integer not null
  updated timestamp with time zone not null
  text text
  xid xid8 not null default pg_current_xact_id()
  form uuid
  v text[]
  by__profile text[] C
  by__security text[] C
  by__source text C
  by__tag text[] C
  by__text tsvector
  by_action text C
  by_address text C
  by_agent_1 text C
  by_agent_2 text C
  by_agent text[] C
  by_agent_more text[] C
  by_agent_name text C
  by_agent_role text[] C
  by_altid text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_entity_1 text C
  by_entity_2 text C
  by_entity text[] C
  by_entity_more text[] C
  by_entity_name text C
  by_entity_role text[] C
  by_entity_type text[] C
  by_outcome text C
  by_patient_1 text C
  by_patient text[] C
  by_patient_more text[] C
  by_policy text[] C
  by_site text[] C
  by_source text C
  by_source_also text[] C
  by_subtype text[] C
  by_type text[] C
  index audit_row_by_agent_1 btree (tenant, by_agent_1, by_date_start, id)
  index audit_row_by_agent_2 btree (tenant, by_agent_2, by_date_start, id)
  index audit_row_by_date_start_id btree (tenant, by_date_start, id)
  index audit_row_by_entity_1 btree (tenant, by_entity_1, by_date_start, id)
  index audit_row_by_entity_2 btree (tenant, by_entity_2, by_date_start, id)
  index audit_row_by_patient_1 btree (tenant, by_patient_1, by_date_start, id)
  index audit_row_more_1 gin (by_agent_more, by_entity_more, by_patient_more) WITH (gin_pending_list_limit='512') WHERE ((by_agent_more IS NOT NULL) OR (by_entity_more IS NOT NULL) OR (by_patient_more IS NOT NULL))
  index audit_row_pkey primary btree (tenant, id, updated)
  index audit_row_xid btree (xid)
  whole_or_formed CHECK ((((text IS NULL) = (form IS NOT NULL)) AND ((form IS NULL) = (v IS NULL))))
  row level security forced
  policy retention to almanac_retention using true
  policy tenant to almanac_server using (tenant = current_setting('almanac.tenant'::text, true))
  policy upkeep to almanac_upkeep using true
  almanac_retention may delete, select
  almanac_server may insert, select
  almanac_upkeep may delete, select
  almanac_upkeep may update the 33 search columns

table audit_row_rest
  tenant text C not null
  id text C not null
  version integer not null
  updated timestamp with time zone not null
  text text
  xid xid8 not null default pg_current_xact_id()
  form uuid
  v text[]
  by__profile text[] C
  by__security text[] C
  by__source text C
  by__tag text[] C
  by__text tsvector
  by_action text C
  by_address text C
  by_agent_1 text C
  by_agent_2 text C
  by_agent text[] C
  by_agent_more text[] C
  by_agent_name text C
  by_agent_role text[] C
  by_altid text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_entity_1 text C
  by_entity_2 text C
  by_entity text[] C
  by_entity_more text[] C
  by_entity_name text C
  by_entity_role text[] C
  by_entity_type text[] C
  by_outcome text C
  by_patient_1 text C
  by_patient text[] C
  by_patient_more text[] C
  by_policy text[] C
  by_site text[] C
  by_source text C
  by_source_also text[] C
  by_subtype text[] C
  by_type text[] C
  index audit_row_rest_by_agent_more_by_entity_more_by_patient_more_idx gin (by_agent_more, by_entity_more, by_patient_more) WITH (gin_pending_list_limit='512') WHERE ((by_agent_more IS NOT NULL) OR (by_entity_more IS NOT NULL) OR (by_patient_more IS NOT NULL))
  index audit_row_rest_pkey primary btree (tenant, id, updated)
  index audit_row_rest_tenant_by_agent_1_by_date_start_id_idx btree (tenant, by_agent_1, by_date_start, id)
  index audit_row_rest_tenant_by_agent_2_by_date_start_id_idx btree (tenant, by_agent_2, by_date_start, id)
  index audit_row_rest_tenant_by_date_start_id_idx btree (tenant, by_date_start, id)
  index audit_row_rest_tenant_by_entity_1_by_date_start_id_idx btree (tenant, by_entity_1, by_date_start, id)
  index audit_row_rest_tenant_by_entity_2_by_date_start_id_idx btree (tenant, by_entity_2, by_date_start, id)
  index audit_row_rest_tenant_by_patient_1_by_date_start_id_idx btree (tenant, by_patient_1, by_date_start, id)
  index audit_row_rest_xid_idx btree (xid)
  whole_or_formed CHECK ((((text IS NULL) = (form IS NOT NULL)) AND ((form IS NULL) = (v IS NULL))))
  row level security forced
  policy tenant to almanac_server using (tenant = current_setting('almanac.tenant'::text, true))
  policy upkeep to almanac_upkeep using true

table audit_seal
  tenant text C not null
  number bigint not null
  kind text not null
  month text C
  until xid8
  statement text not null
  signature bytea not null
  ids text[] C
  leaves bytea
  index audit_seal_month btree (tenant, month, number) WHERE (month IS NOT NULL)
  index audit_seal_pkey primary btree (tenant, number)
  index audit_seal_until btree (until) WHERE (until IS NOT NULL)
  audit_seal_kind_check CHECK ((kind = ANY (ARRAY['genesis'::text, 'seal'::text, 'rotation'::text, 'tombstone'::text])))
  row level security forced
  policy retention to almanac_retention using true
  policy tenant to almanac_server using (tenant = current_setting('almanac.tenant'::text, true))
  policy upkeep to almanac_upkeep using true
  almanac_retention may insert, select
  almanac_server may select
  almanac_upkeep may insert, select
  almanac_retention may update the 2 search columns

view auditevent
  tenant text C
  id text C
  version integer
  updated timestamp with time zone
  text text C
  xid xid8
  content jsonb
  by__profile text[] C
  by__security text[] C
  by__source text C
  by__tag text[] C
  by__text tsvector
  by_action text C
  by_address text C
  by_agent_1 text C
  by_agent_2 text C
  by_agent text[] C
  by_agent_more text[] C
  by_agent_name text C
  by_agent_role text[] C
  by_altid text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_entity_1 text C
  by_entity_2 text C
  by_entity text[] C
  by_entity_more text[] C
  by_entity_name text C
  by_entity_role text[] C
  by_entity_type text[] C
  by_outcome text C
  by_patient_1 text C
  by_patient text[] C
  by_patient_more text[] C
  by_policy text[] C
  by_site text[] C
  by_source text C
  by_source_also text[] C
  by_subtype text[] C
  by_type text[] C
  almanac_retention may select
  almanac_server may select
  almanac_upkeep may select
   SELECT e.tenant,
      e.id,
      e.version,
      e.updated,
      COALESCE(e.text, format(f.text, VARIADIC (e.id || e.v))) AS text,
      e.xid,
      (COALESCE(e.text, format(f.text, VARIADIC (e.id || e.v))))::jsonb AS content,
      NULLIF(COALESCE(e.by__profile, ((format(f.by__profile, VARIADIC (e.id || e.v)))::text[] COLLATE "C")), '{}'::text[]) AS by__profile,
      NULLIF(COALESCE(e.by__security, ((format(f.by__security, VARIADIC (e.id || e.v)))::text[] COLLATE "C")), '{}'::text[]) AS by__security,
      NULLIF(COALESCE(e.by__source, (format(f.by__source, VARIADIC (e.id || e.v)) COLLATE "C")), ''::text) AS by__source,
      NULLIF(COALESCE(e.by__tag, ((format(f.by__tag, VARIADIC (e.id || e.v)))::text[] COLLATE "C")), '{}'::text[]) AS by__tag,
      NULLIF(COALESCE(e.by__text, (format(f.by__text, VARIADIC (e.id || e.v)))::tsvector), ''::tsvector) AS by__text,
      NULLIF(COALESCE(e.by_action, (format(f.by_action, VARIADIC (e.id || e.v)) COLLATE "C")), ''::text) AS by_action,
      NULLIF(COALESCE(e.by_address, (format(f.by_address, VARIADIC (e.id || e.v)) COLLATE "C")), ''::text) AS by_address,
      e.by_agent_1,
      e.by_agent_2,
      NULLIF(COALESCE(e.by_agent, ((format(f.by_agent, VARIADIC (e.id || e.v)))::text[] COLLATE "C")), '{}'::text[]) AS by_agent,
      e.by_agent_more,
      NULLIF(COALESCE(e.by_agent_name, (format(f.by_agent_name, VARIADIC (e.id || e.v)) COLLATE "C")), ''::text) AS by_agent_name,
      NULLIF(COALESCE(e.by_agent_role, ((format(f.by_agent_role, VARIADIC (e.id || e.v)))::text[] COLLATE "C")), '{}'::text[]) AS by_agent_role,
      NULLIF(COALESCE(e.by_altid, ((format(f.by_altid, VARIADIC (e.id || e.v)))::text[] COLLATE "C")), '{}'::text[]) AS by_altid,
      e.by_date_start,
      e.by_date_end,
      e.by_entity_1,
      e.by_entity_2,
      NULLIF(COALESCE(e.by_entity, ((format(f.by_entity, VARIADIC (e.id || e.v)))::text[] COLLATE "C")), '{}'::text[]) AS by_entity,
      e.by_entity_more,
      NULLIF(COALESCE(e.by_entity_name, (format(f.by_entity_name, VARIADIC (e.id || e.v)) COLLATE "C")), ''::text) AS by_entity_name,
      NULLIF(COALESCE(e.by_entity_role, ((format(f.by_entity_role, VARIADIC (e.id || e.v)))::text[] COLLATE "C")), '{}'::text[]) AS by_entity_role,
      NULLIF(COALESCE(e.by_entity_type, ((format(f.by_entity_type, VARIADIC (e.id || e.v)))::text[] COLLATE "C")), '{}'::text[]) AS by_entity_type,
      NULLIF(COALESCE(e.by_outcome, (format(f.by_outcome, VARIADIC (e.id || e.v)) COLLATE "C")), ''::text) AS by_outcome,
      e.by_patient_1,
      NULLIF(COALESCE(e.by_patient, ((format(f.by_patient, VARIADIC (e.id || e.v)))::text[] COLLATE "C")), '{}'::text[]) AS by_patient,
      e.by_patient_more,
      NULLIF(COALESCE(e.by_policy, ((format(f.by_policy, VARIADIC (e.id || e.v)))::text[] COLLATE "C")), '{}'::text[]) AS by_policy,
      NULLIF(COALESCE(e.by_site, ((format(f.by_site, VARIADIC (e.id || e.v)))::text[] COLLATE "C")), '{}'::text[]) AS by_site,
      NULLIF(COALESCE(e.by_source, (format(f.by_source, VARIADIC (e.id || e.v)) COLLATE "C")), ''::text) AS by_source,
      NULLIF(COALESCE(e.by_source_also, ((format(f.by_source_also, VARIADIC (e.id || e.v)))::text[] COLLATE "C")), '{}'::text[]) AS by_source_also,
      NULLIF(COALESCE(e.by_subtype, ((format(f.by_subtype, VARIADIC (e.id || e.v)))::text[] COLLATE "C")), '{}'::text[]) AS by_subtype,
      NULLIF(COALESCE(e.by_type, ((format(f.by_type, VARIADIC (e.id || e.v)))::text[] COLLATE "C")), '{}'::text[]) AS by_type
     FROM (audit_row e
       LEFT JOIN audit_form f ON (((f.tenant = e.tenant) AND (f.id = e.form))));

table basic
  by__text tsvector
  by_author text C
  by_author_also text[] C
  by_code text[] C
  by_created_start timestamp with time zone
  by_created_end timestamp with time zone
  by_identifier text[] C
  by_patient text C
  by_patient_also text[] C
  by_subject text C
  by_subject_also text[] C
  index <table>_by_author btree (tenant, by_author) WHERE (by_author IS NOT NULL)
  index <table>_by_created_start btree (tenant, by_created_start) WHERE (by_created_start IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_author_also, by_code, by_identifier, by_patient_also, by_subject_also) WITH (gin_pending_list_limit='512')

table binary
  index <table>_terms_1 gin (by__profile, by__security, by__tag) WITH (gin_pending_list_limit='512')

table biologicallyderivedproduct
  by__text tsvector
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text) WITH (gin_pending_list_limit='512')

table bodystructure
  by__text tsvector
  by_identifier text[] C
  by_location text[] C
  by_morphology text[] C
  by_patient text C
  by_patient_also text[] C
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_identifier, by_location, by_morphology, by_patient_also) WITH (gin_pending_list_limit='512')

table booking_claim
  tenant text C not null
  appointment text C not null
  actor text C not null
  lane integer not null
  capacity integer not null
  period tstzrange not null
  tentative boolean not null
  expires timestamp with time zone
  over integer not null default 0
  index booking_claim_pkey primary btree (appointment, actor, tenant)
  index booking_claim_taken_once gist (actor, period, lane, tenant)
  booking_claim_lane_check CHECK (
CASE
    WHEN (over = 0) THEN ((lane >= 1) AND (lane <= capacity))
    ELSE ((lane >= (- over)) AND (lane <= '-1'::integer))
END)
  booking_claim_over_check CHECK ((over >= 0))
  booking_claim_period_check CHECK ((NOT isempty(period)))
  booking_claim_taken_once EXCLUDE USING gist (actor WITH =, period WITH &&, lane WITH =, tenant WITH =)
  row level security forced
  policy tenant to almanac_server using (tenant = current_setting('almanac.tenant'::text, true))
  policy upkeep to almanac_upkeep using true
  almanac_server may delete, insert, select, update
  almanac_upkeep may select

table booking_hold
  tenant text C not null
  appointment text C not null
  client text C not null
  holder text C
  patient text C
  expires timestamp with time zone not null
  index booking_hold_client btree (tenant, client, expires)
  index booking_hold_expires btree (expires)
  index booking_hold_patient btree (tenant, patient, expires) WHERE (patient IS NOT NULL)
  index booking_hold_pkey primary btree (tenant, appointment)
  row level security forced
  policy tenant to almanac_server using (tenant = current_setting('almanac.tenant'::text, true))
  policy upkeep to almanac_upkeep using true
  almanac_server may delete, insert, select, update
  almanac_upkeep may select

table booking_request
  tenant text C not null
  client text C not null
  key text C not null
  appointment text C not null
  created timestamp with time zone not null default now()
  asked text C
  index booking_request_created btree (created)
  index booking_request_pkey primary btree (tenant, client, key)
  row level security forced
  policy tenant to almanac_server using (tenant = current_setting('almanac.tenant'::text, true))
  policy upkeep to almanac_upkeep using true
  almanac_server may insert, select
  almanac_upkeep may delete, select

table bundle
  by_composition text C
  by_composition_also text[] C
  by_identifier text[] C
  by_message text C
  by_message_also text[] C
  by_timestamp_start timestamp with time zone
  by_timestamp_end timestamp with time zone
  by_type text C
  index <table>_by_composition btree (tenant, by_composition) WHERE (by_composition IS NOT NULL)
  index <table>_by_message btree (tenant, by_message) WHERE (by_message IS NOT NULL)
  index <table>_by_timestamp_start btree (tenant, by_timestamp_start) WHERE (by_timestamp_start IS NOT NULL)
  index <table>_by_type btree (tenant, by_type) WHERE (by_type IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by_composition_also, by_identifier, by_message_also) WITH (gin_pending_list_limit='512')

table calendar_feed
  tenant text C not null
  token_hash bytea not null
  actor text C not null
  client text C not null
  created timestamp with time zone not null default now()
  index calendar_feed_actor btree (tenant, actor)
  index calendar_feed_pkey primary btree (tenant, token_hash)
  row level security forced
  policy tenant to almanac_server using (tenant = current_setting('almanac.tenant'::text, true))
  policy upkeep to almanac_upkeep using true
  almanac_server may delete, insert, select
  almanac_upkeep may select

table capabilitystatement
  by__text tsvector
  by_context text[] C
  by_context_quantity_low numeric
  by_context_quantity_high numeric
  by_context_quantity_units text[] C
  by_context_quantity_all jsonb
  by_context_type text[] C
  by_context_type_quantity jsonb
  by_context_type_quantity_first text[] C
  by_context_type_value jsonb
  by_context_type_value_first text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_description text C
  by_fhirversion text[] C
  by_format text[] C
  by_guide text[] C
  by_jurisdiction text[] C
  by_mode text[] C
  by_name text C
  by_publisher text C
  by_resource text[] C
  by_resource_profile text[] C
  by_security_service text[] C
  by_software text C
  by_status text C
  by_supported_profile text[] C
  by_title text C
  by_url text C
  by_version text[] C
  index <table>_by_context_quantity_low btree (tenant, by_context_quantity_low) WHERE (by_context_quantity_low IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_url btree (tenant, by_url) WHERE (by_url IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_context, by_context_quantity_units, by_context_type, by_context_type_quantity_first, by_context_type_value_first, by_description gin_trgm_ops, by_fhirversion, by_format, by_guide, by_jurisdiction, by_mode, by_name gin_trgm_ops, by_publisher gin_trgm_ops, by_resource, by_resource_profile, by_security_service, by_software gin_trgm_ops, by_supported_profile, by_title gin_trgm_ops, by_version) WITH (gin_pending_list_limit='512')

table careplan
  by__text tsvector
  by_activity_code text[] C
  by_activity_date_start timestamp with time zone
  by_activity_date_end timestamp with time zone
  by_activity_date_all tstzrange[]
  by_activity_reference text[] C
  by_based_on text[] C
  by_care_team text[] C
  by_category text[] C
  by_condition text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_encounter text C
  by_encounter_also text[] C
  by_goal text[] C
  by_identifier text[] C
  by_instantiates_canonical text[] C
  by_instantiates_uri text[] C
  by_intent text C
  by_part_of text[] C
  by_patient text C
  by_patient_also text[] C
  by_performer text[] C
  by_replaces text[] C
  by_status text C
  by_subject text C
  by_subject_also text[] C
  index <table>_by_activity_date_end btree (tenant, by_activity_date_end) WHERE (by_activity_date_end IS NOT NULL)
  index <table>_by_activity_date_start btree (tenant, by_activity_date_start) WHERE (by_activity_date_start IS NOT NULL)
  index <table>_by_date_end btree (tenant, by_date_end) WHERE (by_date_end IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_encounter btree (tenant, by_encounter) WHERE (by_encounter IS NOT NULL)
  index <table>_by_intent btree (tenant, by_intent) WHERE (by_intent IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_activity_code, by_activity_reference, by_based_on, by_care_team, by_category, by_condition, by_encounter_also, by_goal, by_identifier, by_instantiates_canonical, by_instantiates_uri, by_part_of, by_patient_also, by_performer, by_replaces, by_subject_also) WITH (gin_pending_list_limit='512')

table careteam
  by__text tsvector
  by_category text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_encounter text C
  by_encounter_also text[] C
  by_identifier text[] C
  by_participant text[] C
  by_patient text C
  by_patient_also text[] C
  by_status text C
  by_subject text C
  by_subject_also text[] C
  index <table>_by_date_end btree (tenant, by_date_end) WHERE (by_date_end IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_encounter btree (tenant, by_encounter) WHERE (by_encounter IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_category, by_encounter_also, by_identifier, by_participant, by_patient_also, by_subject_also) WITH (gin_pending_list_limit='512')

table catalogentry
  by__text tsvector
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text) WITH (gin_pending_list_limit='512')

table chargeitem
  by__text tsvector
  by_account text[] C
  by_code text[] C
  by_context text C
  by_context_also text[] C
  by_entered_date_start timestamp with time zone
  by_entered_date_end timestamp with time zone
  by_enterer text C
  by_enterer_also text[] C
  by_factor_override_low numeric
  by_factor_override_high numeric
  by_identifier text[] C
  by_occurrence_start timestamp with time zone
  by_occurrence_end timestamp with time zone
  by_patient text C
  by_patient_also text[] C
  by_performer_actor text[] C
  by_performer_function text[] C
  by_performing_organization text C
  by_performing_organization_also text[] C
  by_price_override_low numeric
  by_price_override_high numeric
  by_price_override_units text[] C
  by_quantity_low numeric
  by_quantity_high numeric
  by_quantity_units text[] C
  by_requesting_organization text C
  by_requesting_organization_also text[] C
  by_service text[] C
  by_subject text C
  by_subject_also text[] C
  index <table>_by_context btree (tenant, by_context) WHERE (by_context IS NOT NULL)
  index <table>_by_entered_date_start btree (tenant, by_entered_date_start) WHERE (by_entered_date_start IS NOT NULL)
  index <table>_by_enterer btree (tenant, by_enterer) WHERE (by_enterer IS NOT NULL)
  index <table>_by_factor_override_low btree (tenant, by_factor_override_low) WHERE (by_factor_override_low IS NOT NULL)
  index <table>_by_occurrence_end btree (tenant, by_occurrence_end) WHERE (by_occurrence_end IS NOT NULL)
  index <table>_by_occurrence_start btree (tenant, by_occurrence_start) WHERE (by_occurrence_start IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_performing_organization btree (tenant, by_performing_organization) WHERE (by_performing_organization IS NOT NULL)
  index <table>_by_price_override_low btree (tenant, by_price_override_low) WHERE (by_price_override_low IS NOT NULL)
  index <table>_by_quantity_low btree (tenant, by_quantity_low) WHERE (by_quantity_low IS NOT NULL)
  index <table>_by_requesting_organization btree (tenant, by_requesting_organization) WHERE (by_requesting_organization IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_account, by_code, by_context_also, by_enterer_also, by_identifier, by_patient_also, by_performer_actor, by_performer_function, by_performing_organization_also, by_price_override_units, by_quantity_units, by_requesting_organization_also, by_service, by_subject_also) WITH (gin_pending_list_limit='512')

table chargeitemdefinition
  by__text tsvector
  by_context text[] C
  by_context_quantity_low numeric
  by_context_quantity_high numeric
  by_context_quantity_units text[] C
  by_context_quantity_all jsonb
  by_context_type text[] C
  by_context_type_quantity jsonb
  by_context_type_quantity_first text[] C
  by_context_type_value jsonb
  by_context_type_value_first text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_description text C
  by_effective_start timestamp with time zone
  by_effective_end timestamp with time zone
  by_identifier text[] C
  by_jurisdiction text[] C
  by_publisher text C
  by_status text C
  by_title text C
  by_url text C
  by_version text[] C
  index <table>_by_context_quantity_low btree (tenant, by_context_quantity_low) WHERE (by_context_quantity_low IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_effective_end btree (tenant, by_effective_end) WHERE (by_effective_end IS NOT NULL)
  index <table>_by_effective_start btree (tenant, by_effective_start) WHERE (by_effective_start IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_url btree (tenant, by_url) WHERE (by_url IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_context, by_context_quantity_units, by_context_type, by_context_type_quantity_first, by_context_type_value_first, by_description gin_trgm_ops, by_identifier, by_jurisdiction, by_publisher gin_trgm_ops, by_title gin_trgm_ops, by_version) WITH (gin_pending_list_limit='512')

table claim
  by__text tsvector
  by_care_team text[] C
  by_created_start timestamp with time zone
  by_created_end timestamp with time zone
  by_detail_udi text[] C
  by_encounter text[] C
  by_enterer text C
  by_enterer_also text[] C
  by_facility text C
  by_facility_also text[] C
  by_identifier text[] C
  by_insurer text C
  by_insurer_also text[] C
  by_item_udi text[] C
  by_patient text C
  by_patient_also text[] C
  by_payee text C
  by_payee_also text[] C
  by_priority text[] C
  by_procedure_udi text[] C
  by_provider text C
  by_provider_also text[] C
  by_status text C
  by_subdetail_udi text[] C
  by_use text C
  index <table>_by_created_start btree (tenant, by_created_start) WHERE (by_created_start IS NOT NULL)
  index <table>_by_enterer btree (tenant, by_enterer) WHERE (by_enterer IS NOT NULL)
  index <table>_by_facility btree (tenant, by_facility) WHERE (by_facility IS NOT NULL)
  index <table>_by_insurer btree (tenant, by_insurer) WHERE (by_insurer IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_payee btree (tenant, by_payee) WHERE (by_payee IS NOT NULL)
  index <table>_by_provider btree (tenant, by_provider) WHERE (by_provider IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_use btree (tenant, by_use) WHERE (by_use IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_care_team, by_detail_udi, by_encounter, by_enterer_also, by_facility_also, by_identifier, by_insurer_also, by_item_udi, by_patient_also, by_payee_also, by_priority, by_procedure_udi, by_provider_also, by_subdetail_udi) WITH (gin_pending_list_limit='512')

table claimresponse
  by__text tsvector
  by_created_start timestamp with time zone
  by_created_end timestamp with time zone
  by_disposition text C
  by_identifier text[] C
  by_insurer text C
  by_insurer_also text[] C
  by_outcome text C
  by_patient text C
  by_patient_also text[] C
  by_payment_date_start timestamp with time zone
  by_payment_date_end timestamp with time zone
  by_request text C
  by_request_also text[] C
  by_requestor text C
  by_requestor_also text[] C
  by_status text C
  by_use text C
  index <table>_by_created_start btree (tenant, by_created_start) WHERE (by_created_start IS NOT NULL)
  index <table>_by_insurer btree (tenant, by_insurer) WHERE (by_insurer IS NOT NULL)
  index <table>_by_outcome btree (tenant, by_outcome) WHERE (by_outcome IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_payment_date_start btree (tenant, by_payment_date_start) WHERE (by_payment_date_start IS NOT NULL)
  index <table>_by_request btree (tenant, by_request) WHERE (by_request IS NOT NULL)
  index <table>_by_requestor btree (tenant, by_requestor) WHERE (by_requestor IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_use btree (tenant, by_use) WHERE (by_use IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_disposition gin_trgm_ops, by_identifier, by_insurer_also, by_patient_also, by_request_also, by_requestor_also) WITH (gin_pending_list_limit='512')

table clinic_sign_in
  clinic text C not null
  passwords boolean not null default false
  registration boolean not null default false
  index clinic_sign_in_pkey primary btree (clinic)
  almanac_server may insert, select, update

table clinicalimpression
  by__text tsvector
  by_assessor text C
  by_assessor_also text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_encounter text C
  by_encounter_also text[] C
  by_finding_code text[] C
  by_finding_ref text[] C
  by_identifier text[] C
  by_investigation text[] C
  by_patient text C
  by_patient_also text[] C
  by_previous text C
  by_previous_also text[] C
  by_problem text[] C
  by_status text C
  by_subject text C
  by_subject_also text[] C
  by_supporting_info text[] C
  index <table>_by_assessor btree (tenant, by_assessor) WHERE (by_assessor IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_encounter btree (tenant, by_encounter) WHERE (by_encounter IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_previous btree (tenant, by_previous) WHERE (by_previous IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_assessor_also, by_encounter_also, by_finding_code, by_finding_ref, by_identifier, by_investigation, by_patient_also, by_previous_also, by_problem, by_subject_also, by_supporting_info) WITH (gin_pending_list_limit='512')

table codesystem
  by__text tsvector
  by_code text[] C
  by_content_mode text C
  by_context text[] C
  by_context_quantity_low numeric
  by_context_quantity_high numeric
  by_context_quantity_units text[] C
  by_context_quantity_all jsonb
  by_context_type text[] C
  by_context_type_quantity jsonb
  by_context_type_quantity_first text[] C
  by_context_type_value jsonb
  by_context_type_value_first text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_description text C
  by_identifier text[] C
  by_jurisdiction text[] C
  by_language text[] C
  by_name text C
  by_publisher text C
  by_status text C
  by_supplements text C
  by_supplements_also text[] C
  by_system text C
  by_title text C
  by_url text C
  by_version text[] C
  index <table>_by_content_mode btree (tenant, by_content_mode) WHERE (by_content_mode IS NOT NULL)
  index <table>_by_context_quantity_low btree (tenant, by_context_quantity_low) WHERE (by_context_quantity_low IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_supplements btree (tenant, by_supplements) WHERE (by_supplements IS NOT NULL)
  index <table>_by_system btree (tenant, by_system) WHERE (by_system IS NOT NULL)
  index <table>_by_url btree (tenant, by_url) WHERE (by_url IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_code, by_context, by_context_quantity_units, by_context_type, by_context_type_quantity_first, by_context_type_value_first, by_description gin_trgm_ops, by_identifier, by_jurisdiction, by_language, by_name gin_trgm_ops, by_publisher gin_trgm_ops, by_supplements_also, by_title gin_trgm_ops, by_version) WITH (gin_pending_list_limit='512')
  policy shipped to almanac_server using (tenant = '*'::text)

table communication
  by__text tsvector
  by_based_on text[] C
  by_category text[] C
  by_encounter text C
  by_encounter_also text[] C
  by_identifier text[] C
  by_instantiates_canonical text[] C
  by_instantiates_uri text[] C
  by_medium text[] C
  by_part_of text[] C
  by_patient text C
  by_patient_also text[] C
  by_received_start timestamp with time zone
  by_received_end timestamp with time zone
  by_recipient text[] C
  by_sender text C
  by_sender_also text[] C
  by_sent_start timestamp with time zone
  by_sent_end timestamp with time zone
  by_status text C
  by_subject text C
  by_subject_also text[] C
  index <table>_by_encounter btree (tenant, by_encounter) WHERE (by_encounter IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_received_start btree (tenant, by_received_start) WHERE (by_received_start IS NOT NULL)
  index <table>_by_sender btree (tenant, by_sender) WHERE (by_sender IS NOT NULL)
  index <table>_by_sent_start btree (tenant, by_sent_start) WHERE (by_sent_start IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_based_on, by_category, by_encounter_also, by_identifier, by_instantiates_canonical, by_instantiates_uri, by_medium, by_part_of, by_patient_also, by_recipient, by_sender_also, by_subject_also) WITH (gin_pending_list_limit='512')

table communicationrequest
  by__text tsvector
  by_authored_start timestamp with time zone
  by_authored_end timestamp with time zone
  by_based_on text[] C
  by_category text[] C
  by_encounter text C
  by_encounter_also text[] C
  by_group_identifier text[] C
  by_identifier text[] C
  by_medium text[] C
  by_occurrence_start timestamp with time zone
  by_occurrence_end timestamp with time zone
  by_patient text C
  by_patient_also text[] C
  by_priority text C
  by_recipient text[] C
  by_replaces text[] C
  by_requester text C
  by_requester_also text[] C
  by_sender text C
  by_sender_also text[] C
  by_status text C
  by_subject text C
  by_subject_also text[] C
  index <table>_by_authored_start btree (tenant, by_authored_start) WHERE (by_authored_start IS NOT NULL)
  index <table>_by_encounter btree (tenant, by_encounter) WHERE (by_encounter IS NOT NULL)
  index <table>_by_occurrence_start btree (tenant, by_occurrence_start) WHERE (by_occurrence_start IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_priority btree (tenant, by_priority) WHERE (by_priority IS NOT NULL)
  index <table>_by_requester btree (tenant, by_requester) WHERE (by_requester IS NOT NULL)
  index <table>_by_sender btree (tenant, by_sender) WHERE (by_sender IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_based_on, by_category, by_encounter_also, by_group_identifier, by_identifier, by_medium, by_patient_also, by_recipient, by_replaces, by_requester_also, by_sender_also, by_subject_also) WITH (gin_pending_list_limit='512')

table compartmentdefinition
  by__text tsvector
  by_code text C
  by_context text[] C
  by_context_quantity_low numeric
  by_context_quantity_high numeric
  by_context_quantity_units text[] C
  by_context_quantity_all jsonb
  by_context_type text[] C
  by_context_type_quantity jsonb
  by_context_type_quantity_first text[] C
  by_context_type_value jsonb
  by_context_type_value_first text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_description text C
  by_name text C
  by_publisher text C
  by_resource text[] C
  by_status text C
  by_url text C
  by_version text[] C
  index <table>_by_code btree (tenant, by_code) WHERE (by_code IS NOT NULL)
  index <table>_by_context_quantity_low btree (tenant, by_context_quantity_low) WHERE (by_context_quantity_low IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_url btree (tenant, by_url) WHERE (by_url IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_context, by_context_quantity_units, by_context_type, by_context_type_quantity_first, by_context_type_value_first, by_description gin_trgm_ops, by_name gin_trgm_ops, by_publisher gin_trgm_ops, by_resource, by_version) WITH (gin_pending_list_limit='512')
  policy shipped to almanac_server using (tenant = '*'::text)

table composition
  by__text tsvector
  by_attester text[] C
  by_author text[] C
  by_category text[] C
  by_confidentiality text C
  by_context text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_encounter text C
  by_encounter_also text[] C
  by_entry text[] C
  by_identifier text[] C
  by_patient text C
  by_patient_also text[] C
  by_period_start timestamp with time zone
  by_period_end timestamp with time zone
  by_period_all tstzrange[]
  by_related_id text[] C
  by_related_ref text[] C
  by_section text[] C
  by_status text C
  by_subject text C
  by_subject_also text[] C
  by_title text C
  by_type text[] C
  index <table>_by_confidentiality btree (tenant, by_confidentiality) WHERE (by_confidentiality IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_encounter btree (tenant, by_encounter) WHERE (by_encounter IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_period_end btree (tenant, by_period_end) WHERE (by_period_end IS NOT NULL)
  index <table>_by_period_start btree (tenant, by_period_start) WHERE (by_period_start IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_attester, by_author, by_category, by_context, by_encounter_also, by_entry, by_identifier, by_patient_also, by_related_id, by_related_ref, by_section, by_subject_also, by_title gin_trgm_ops, by_type) WITH (gin_pending_list_limit='512')

table conceptmap
  by__text tsvector
  by_context text[] C
  by_context_quantity_low numeric
  by_context_quantity_high numeric
  by_context_quantity_units text[] C
  by_context_quantity_all jsonb
  by_context_type text[] C
  by_context_type_quantity jsonb
  by_context_type_quantity_first text[] C
  by_context_type_value jsonb
  by_context_type_value_first text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_dependson text[] C
  by_description text C
  by_identifier text[] C
  by_jurisdiction text[] C
  by_name text C
  by_other text[] C
  by_product text[] C
  by_publisher text C
  by_source text C
  by_source_also text[] C
  by_source_code text[] C
  by_source_system text[] C
  by_source_uri text C
  by_source_uri_also text[] C
  by_status text C
  by_target text C
  by_target_also text[] C
  by_target_code text[] C
  by_target_system text[] C
  by_target_uri text C
  by_target_uri_also text[] C
  by_title text C
  by_url text C
  by_version text[] C
  index <table>_by_context_quantity_low btree (tenant, by_context_quantity_low) WHERE (by_context_quantity_low IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_source btree (tenant, by_source) WHERE (by_source IS NOT NULL)
  index <table>_by_source_uri btree (tenant, by_source_uri) WHERE (by_source_uri IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_target btree (tenant, by_target) WHERE (by_target IS NOT NULL)
  index <table>_by_target_uri btree (tenant, by_target_uri) WHERE (by_target_uri IS NOT NULL)
  index <table>_by_url btree (tenant, by_url) WHERE (by_url IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_context, by_context_quantity_units, by_context_type, by_context_type_quantity_first, by_context_type_value_first, by_dependson, by_description gin_trgm_ops, by_identifier, by_jurisdiction, by_name gin_trgm_ops, by_other, by_product, by_publisher gin_trgm_ops, by_source_also, by_source_code, by_source_system, by_source_uri_also, by_target_also, by_target_code, by_target_system, by_target_uri_also, by_title gin_trgm_ops, by_version) WITH (gin_pending_list_limit='512')

table condition
  by__text tsvector
  by_abatement_age_low numeric
  by_abatement_age_high numeric
  by_abatement_age_units text[] C
  by_abatement_date_start timestamp with time zone
  by_abatement_date_end timestamp with time zone
  by_abatement_string text C
  by_asserter text C
  by_asserter_also text[] C
  by_body_site text[] C
  by_category text[] C
  by_clinical_status text[] C
  by_code text[] C
  by_encounter text C
  by_encounter_also text[] C
  by_evidence text[] C
  by_evidence_detail text[] C
  by_identifier text[] C
  by_onset_age_low numeric
  by_onset_age_high numeric
  by_onset_age_units text[] C
  by_onset_date_start timestamp with time zone
  by_onset_date_end timestamp with time zone
  by_onset_info text C
  by_patient text C
  by_patient_also text[] C
  by_recorded_date_start timestamp with time zone
  by_recorded_date_end timestamp with time zone
  by_severity text[] C
  by_stage text[] C
  by_subject text C
  by_subject_also text[] C
  by_verification_status text[] C
  index <table>_by_abatement_age_low btree (tenant, by_abatement_age_low) WHERE (by_abatement_age_low IS NOT NULL)
  index <table>_by_abatement_date_end btree (tenant, by_abatement_date_end) WHERE (by_abatement_date_end IS NOT NULL)
  index <table>_by_abatement_date_start btree (tenant, by_abatement_date_start) WHERE (by_abatement_date_start IS NOT NULL)
  index <table>_by_asserter btree (tenant, by_asserter) WHERE (by_asserter IS NOT NULL)
  index <table>_by_encounter btree (tenant, by_encounter) WHERE (by_encounter IS NOT NULL)
  index <table>_by_onset_age_low btree (tenant, by_onset_age_low) WHERE (by_onset_age_low IS NOT NULL)
  index <table>_by_onset_date_end btree (tenant, by_onset_date_end) WHERE (by_onset_date_end IS NOT NULL)
  index <table>_by_onset_date_start btree (tenant, by_onset_date_start) WHERE (by_onset_date_start IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_recorded_date_start btree (tenant, by_recorded_date_start) WHERE (by_recorded_date_start IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_abatement_age_units, by_abatement_string gin_trgm_ops, by_asserter_also, by_body_site, by_category, by_clinical_status, by_code, by_encounter_also, by_evidence, by_evidence_detail, by_identifier, by_onset_age_units, by_onset_info gin_trgm_ops, by_patient_also, by_severity, by_stage, by_subject_also, by_verification_status) WITH (gin_pending_list_limit='512')

table consent
  by__text tsvector
  by_action text[] C
  by_actor text[] C
  by_category text[] C
  by_consentor text[] C
  by_data text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_identifier text[] C
  by_organization text[] C
  by_patient text C
  by_patient_also text[] C
  by_period_start timestamp with time zone
  by_period_end timestamp with time zone
  by_purpose text[] C
  by_scope text[] C
  by_security_label text[] C
  by_source_reference text C
  by_source_reference_also text[] C
  by_status text C
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_period_end btree (tenant, by_period_end) WHERE (by_period_end IS NOT NULL)
  index <table>_by_period_start btree (tenant, by_period_start) WHERE (by_period_start IS NOT NULL)
  index <table>_by_source_reference btree (tenant, by_source_reference) WHERE (by_source_reference IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_action, by_actor, by_category, by_consentor, by_data, by_identifier, by_organization, by_patient_also, by_purpose, by_scope, by_security_label, by_source_reference_also) WITH (gin_pending_list_limit='512')

table contract
  by__text tsvector
  by_authority text[] C
  by_domain text[] C
  by_identifier text[] C
  by_instantiates text C
  by_issued_start timestamp with time zone
  by_issued_end timestamp with time zone
  by_patient text[] C
  by_signer text[] C
  by_status text C
  by_subject text[] C
  by_url text C
  index <table>_by_instantiates btree (tenant, by_instantiates) WHERE (by_instantiates IS NOT NULL)
  index <table>_by_issued_start btree (tenant, by_issued_start) WHERE (by_issued_start IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_url btree (tenant, by_url) WHERE (by_url IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_authority, by_domain, by_identifier, by_patient, by_signer, by_subject) WITH (gin_pending_list_limit='512')

table coverage
  by__text tsvector
  by_beneficiary text C
  by_beneficiary_also text[] C
  by_class_type text[] C
  by_class_value text C
  by_dependent text C
  by_identifier text[] C
  by_patient text C
  by_patient_also text[] C
  by_payor text[] C
  by_policy_holder text C
  by_policy_holder_also text[] C
  by_status text C
  by_subscriber text C
  by_subscriber_also text[] C
  by_type text[] C
  index <table>_by_beneficiary btree (tenant, by_beneficiary) WHERE (by_beneficiary IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_policy_holder btree (tenant, by_policy_holder) WHERE (by_policy_holder IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_subscriber btree (tenant, by_subscriber) WHERE (by_subscriber IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_beneficiary_also, by_class_type, by_class_value gin_trgm_ops, by_dependent gin_trgm_ops, by_identifier, by_patient_also, by_payor, by_policy_holder_also, by_subscriber_also, by_type) WITH (gin_pending_list_limit='512')

table coverageeligibilityrequest
  by__text tsvector
  by_created_start timestamp with time zone
  by_created_end timestamp with time zone
  by_enterer text C
  by_enterer_also text[] C
  by_facility text C
  by_facility_also text[] C
  by_identifier text[] C
  by_patient text C
  by_patient_also text[] C
  by_provider text C
  by_provider_also text[] C
  by_status text C
  index <table>_by_created_start btree (tenant, by_created_start) WHERE (by_created_start IS NOT NULL)
  index <table>_by_enterer btree (tenant, by_enterer) WHERE (by_enterer IS NOT NULL)
  index <table>_by_facility btree (tenant, by_facility) WHERE (by_facility IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_provider btree (tenant, by_provider) WHERE (by_provider IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_enterer_also, by_facility_also, by_identifier, by_patient_also, by_provider_also) WITH (gin_pending_list_limit='512')

table coverageeligibilityresponse
  by__text tsvector
  by_created_start timestamp with time zone
  by_created_end timestamp with time zone
  by_disposition text C
  by_identifier text[] C
  by_insurer text C
  by_insurer_also text[] C
  by_outcome text C
  by_patient text C
  by_patient_also text[] C
  by_request text C
  by_request_also text[] C
  by_requestor text C
  by_requestor_also text[] C
  by_status text C
  index <table>_by_created_start btree (tenant, by_created_start) WHERE (by_created_start IS NOT NULL)
  index <table>_by_insurer btree (tenant, by_insurer) WHERE (by_insurer IS NOT NULL)
  index <table>_by_outcome btree (tenant, by_outcome) WHERE (by_outcome IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_request btree (tenant, by_request) WHERE (by_request IS NOT NULL)
  index <table>_by_requestor btree (tenant, by_requestor) WHERE (by_requestor IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_disposition gin_trgm_ops, by_identifier, by_insurer_also, by_patient_also, by_request_also, by_requestor_also) WITH (gin_pending_list_limit='512')

table detectedissue
  by__text tsvector
  by_author text C
  by_author_also text[] C
  by_code text[] C
  by_identified_start timestamp with time zone
  by_identified_end timestamp with time zone
  by_identifier text[] C
  by_implicated text[] C
  by_patient text C
  by_patient_also text[] C
  index <table>_by_author btree (tenant, by_author) WHERE (by_author IS NOT NULL)
  index <table>_by_identified_end btree (tenant, by_identified_end) WHERE (by_identified_end IS NOT NULL)
  index <table>_by_identified_start btree (tenant, by_identified_start) WHERE (by_identified_start IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_author_also, by_code, by_identifier, by_implicated, by_patient_also) WITH (gin_pending_list_limit='512')

table device
  by__text tsvector
  by_<table>_name text C
  by_identifier text[] C
  by_location text C
  by_location_also text[] C
  by_manufacturer text C
  by_model text C
  by_organization text C
  by_organization_also text[] C
  by_patient text C
  by_patient_also text[] C
  by_status text C
  by_type text[] C
  by_udi_carrier text C
  by_udi_di text C
  by_url text C
  index <table>_by_location btree (tenant, by_location) WHERE (by_location IS NOT NULL)
  index <table>_by_organization btree (tenant, by_organization) WHERE (by_organization IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_url btree (tenant, by_url) WHERE (by_url IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_<table>_name gin_trgm_ops, by_identifier, by_location_also, by_manufacturer gin_trgm_ops, by_model gin_trgm_ops, by_organization_also, by_patient_also, by_type, by_udi_carrier gin_trgm_ops, by_udi_di gin_trgm_ops) WITH (gin_pending_list_limit='512')

table devicedefinition
  by__text tsvector
  by_identifier text[] C
  by_parent text C
  by_parent_also text[] C
  by_type text[] C
  index <table>_by_parent btree (tenant, by_parent) WHERE (by_parent IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_identifier, by_parent_also, by_type) WITH (gin_pending_list_limit='512')

table devicemetric
  by__text tsvector
  by_category text C
  by_identifier text[] C
  by_parent text C
  by_parent_also text[] C
  by_source text C
  by_source_also text[] C
  by_type text[] C
  index <table>_by_category btree (tenant, by_category) WHERE (by_category IS NOT NULL)
  index <table>_by_parent btree (tenant, by_parent) WHERE (by_parent IS NOT NULL)
  index <table>_by_source btree (tenant, by_source) WHERE (by_source IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_identifier, by_parent_also, by_source_also, by_type) WITH (gin_pending_list_limit='512')

table devicerequest
  by__text tsvector
  by_authored_on_start timestamp with time zone
  by_authored_on_end timestamp with time zone
  by_based_on text[] C
  by_code text[] C
  by_device text C
  by_device_also text[] C
  by_encounter text C
  by_encounter_also text[] C
  by_event_date_start timestamp with time zone
  by_event_date_end timestamp with time zone
  by_group_identifier text[] C
  by_identifier text[] C
  by_instantiates_canonical text[] C
  by_instantiates_uri text[] C
  by_insurance text[] C
  by_intent text C
  by_patient text C
  by_patient_also text[] C
  by_performer text C
  by_performer_also text[] C
  by_prior_request text[] C
  by_requester text C
  by_requester_also text[] C
  by_status text C
  by_subject text C
  by_subject_also text[] C
  index <table>_by_authored_on_start btree (tenant, by_authored_on_start) WHERE (by_authored_on_start IS NOT NULL)
  index <table>_by_device btree (tenant, by_device) WHERE (by_device IS NOT NULL)
  index <table>_by_encounter btree (tenant, by_encounter) WHERE (by_encounter IS NOT NULL)
  index <table>_by_event_date_end btree (tenant, by_event_date_end) WHERE (by_event_date_end IS NOT NULL)
  index <table>_by_event_date_start btree (tenant, by_event_date_start) WHERE (by_event_date_start IS NOT NULL)
  index <table>_by_intent btree (tenant, by_intent) WHERE (by_intent IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_performer btree (tenant, by_performer) WHERE (by_performer IS NOT NULL)
  index <table>_by_requester btree (tenant, by_requester) WHERE (by_requester IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_based_on, by_code, by_device_also, by_encounter_also, by_group_identifier, by_identifier, by_instantiates_canonical, by_instantiates_uri, by_insurance, by_patient_also, by_performer_also, by_prior_request, by_requester_also, by_subject_also) WITH (gin_pending_list_limit='512')

table deviceusestatement
  by__text tsvector
  by_device text C
  by_device_also text[] C
  by_identifier text[] C
  by_patient text C
  by_patient_also text[] C
  by_subject text C
  by_subject_also text[] C
  index <table>_by_device btree (tenant, by_device) WHERE (by_device IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_device_also, by_identifier, by_patient_also, by_subject_also) WITH (gin_pending_list_limit='512')

table diagnosticreport
  by__text tsvector
  by_based_on text[] C
  by_category text[] C
  by_code text[] C
  by_conclusion text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_encounter text C
  by_encounter_also text[] C
  by_identifier text[] C
  by_issued_start timestamp with time zone
  by_issued_end timestamp with time zone
  by_media text[] C
  by_patient text C
  by_patient_also text[] C
  by_performer text[] C
  by_result text[] C
  by_results_interpreter text[] C
  by_specimen text[] C
  by_status text C
  by_subject text C
  by_subject_also text[] C
  index <table>_by_date_end btree (tenant, by_date_end) WHERE (by_date_end IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_encounter btree (tenant, by_encounter) WHERE (by_encounter IS NOT NULL)
  index <table>_by_issued_start btree (tenant, by_issued_start) WHERE (by_issued_start IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_based_on, by_category, by_code, by_conclusion, by_encounter_also, by_identifier, by_media, by_patient_also, by_performer, by_result, by_results_interpreter, by_specimen, by_subject_also) WITH (gin_pending_list_limit='512')

table documentmanifest
  by__text tsvector
  by_author text[] C
  by_created_start timestamp with time zone
  by_created_end timestamp with time zone
  by_description text C
  by_identifier text[] C
  by_item text[] C
  by_patient text C
  by_patient_also text[] C
  by_recipient text[] C
  by_related_id text[] C
  by_related_ref text[] C
  by_source text C
  by_status text C
  by_subject text C
  by_subject_also text[] C
  by_type text[] C
  index <table>_by_created_start btree (tenant, by_created_start) WHERE (by_created_start IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_source btree (tenant, by_source) WHERE (by_source IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_author, by_description gin_trgm_ops, by_identifier, by_item, by_patient_also, by_recipient, by_related_id, by_related_ref, by_subject_also, by_type) WITH (gin_pending_list_limit='512')

table documentreference
  by__text tsvector
  by_authenticator text C
  by_authenticator_also text[] C
  by_author text[] C
  by_category text[] C
  by_contenttype text[] C
  by_custodian text C
  by_custodian_also text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_description text C
  by_encounter text[] C
  by_event text[] C
  by_facility text[] C
  by_format text[] C
  by_identifier text[] C
  by_language text[] C
  by_location text[] C
  by_patient text C
  by_patient_also text[] C
  by_period_start timestamp with time zone
  by_period_end timestamp with time zone
  by_related text[] C
  by_relatesto text[] C
  by_relation text[] C
  by_relationship jsonb
  by_relationship_first text[] C
  by_security_label text[] C
  by_setting text[] C
  by_status text C
  by_subject text C
  by_subject_also text[] C
  by_type text[] C
  index <table>_by_authenticator btree (tenant, by_authenticator) WHERE (by_authenticator IS NOT NULL)
  index <table>_by_custodian btree (tenant, by_custodian) WHERE (by_custodian IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_period_end btree (tenant, by_period_end) WHERE (by_period_end IS NOT NULL)
  index <table>_by_period_start btree (tenant, by_period_start) WHERE (by_period_start IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_authenticator_also, by_author, by_category, by_contenttype, by_custodian_also, by_description gin_trgm_ops, by_encounter, by_event, by_facility, by_format, by_identifier, by_language, by_location, by_patient_also, by_related, by_relatesto, by_relation, by_relationship_first, by_security_label, by_setting, by_subject_also, by_type) WITH (gin_pending_list_limit='512')

table effectevidencesynthesis
  by__text tsvector
  by_context text[] C
  by_context_quantity_low numeric
  by_context_quantity_high numeric
  by_context_quantity_units text[] C
  by_context_quantity_all jsonb
  by_context_type text[] C
  by_context_type_quantity jsonb
  by_context_type_quantity_first text[] C
  by_context_type_value jsonb
  by_context_type_value_first text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_description text C
  by_effective_start timestamp with time zone
  by_effective_end timestamp with time zone
  by_identifier text[] C
  by_jurisdiction text[] C
  by_name text C
  by_publisher text C
  by_status text C
  by_title text C
  by_url text C
  by_version text[] C
  index <table>_by_context_quantity_low btree (tenant, by_context_quantity_low) WHERE (by_context_quantity_low IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_effective_end btree (tenant, by_effective_end) WHERE (by_effective_end IS NOT NULL)
  index <table>_by_effective_start btree (tenant, by_effective_start) WHERE (by_effective_start IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_url btree (tenant, by_url) WHERE (by_url IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_context, by_context_quantity_units, by_context_type, by_context_type_quantity_first, by_context_type_value_first, by_description gin_trgm_ops, by_identifier, by_jurisdiction, by_name gin_trgm_ops, by_publisher gin_trgm_ops, by_title gin_trgm_ops, by_version) WITH (gin_pending_list_limit='512')

table encounter
  by__text tsvector
  by_account text[] C
  by_appointment text[] C
  by_based_on text[] C
  by_class text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_diagnosis text[] C
  by_episode_of_care text[] C
  by_identifier text[] C
  by_length_low numeric
  by_length_high numeric
  by_length_units text[] C
  by_location text[] C
  by_location_period_start timestamp with time zone
  by_location_period_end timestamp with time zone
  by_location_period_all tstzrange[]
  by_part_of text C
  by_part_of_also text[] C
  by_participant text[] C
  by_participant_type text[] C
  by_patient text C
  by_patient_also text[] C
  by_practitioner text[] C
  by_reason_code text[] C
  by_reason_reference text[] C
  by_service_provider text C
  by_service_provider_also text[] C
  by_special_arrangement text[] C
  by_status text C
  by_subject text C
  by_subject_also text[] C
  by_type text[] C
  index <table>_by_date_end btree (tenant, by_date_end) WHERE (by_date_end IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_length_low btree (tenant, by_length_low) WHERE (by_length_low IS NOT NULL)
  index <table>_by_location_period_end btree (tenant, by_location_period_end) WHERE (by_location_period_end IS NOT NULL)
  index <table>_by_location_period_start btree (tenant, by_location_period_start) WHERE (by_location_period_start IS NOT NULL)
  index <table>_by_part_of btree (tenant, by_part_of) WHERE (by_part_of IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_service_provider btree (tenant, by_service_provider) WHERE (by_service_provider IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_account, by_appointment, by_based_on, by_class, by_diagnosis, by_episode_of_care, by_identifier, by_length_units, by_location, by_part_of_also, by_participant, by_participant_type, by_patient_also, by_practitioner, by_reason_code, by_reason_reference, by_service_provider_also, by_special_arrangement, by_subject_also, by_type) WITH (gin_pending_list_limit='512')

table endpoint
  by__text tsvector
  by_connection_type text[] C
  by_identifier text[] C
  by_name text C
  by_organization text C
  by_organization_also text[] C
  by_payload_type text[] C
  by_status text C
  index <table>_by_organization btree (tenant, by_organization) WHERE (by_organization IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_connection_type, by_identifier, by_name gin_trgm_ops, by_organization_also, by_payload_type) WITH (gin_pending_list_limit='512')

table enrollmentrequest
  by__text tsvector
  by_identifier text[] C
  by_patient text C
  by_patient_also text[] C
  by_status text C
  by_subject text C
  by_subject_also text[] C
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_identifier, by_patient_also, by_subject_also) WITH (gin_pending_list_limit='512')

table enrollmentresponse
  by__text tsvector
  by_identifier text[] C
  by_request text C
  by_request_also text[] C
  by_status text C
  index <table>_by_request btree (tenant, by_request) WHERE (by_request IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_identifier, by_request_also) WITH (gin_pending_list_limit='512')

table episodeofcare
  by__text tsvector
  by_care_manager text C
  by_care_manager_also text[] C
  by_condition text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_identifier text[] C
  by_incoming_referral text[] C
  by_organization text C
  by_organization_also text[] C
  by_patient text C
  by_patient_also text[] C
  by_status text C
  by_type text[] C
  index <table>_by_care_manager btree (tenant, by_care_manager) WHERE (by_care_manager IS NOT NULL)
  index <table>_by_date_end btree (tenant, by_date_end) WHERE (by_date_end IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_organization btree (tenant, by_organization) WHERE (by_organization IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_care_manager_also, by_condition, by_identifier, by_incoming_referral, by_organization_also, by_patient_also, by_type) WITH (gin_pending_list_limit='512')

table eventdefinition
  by__text tsvector
  by_composed_of text[] C
  by_context text[] C
  by_context_quantity_low numeric
  by_context_quantity_high numeric
  by_context_quantity_units text[] C
  by_context_quantity_all jsonb
  by_context_type text[] C
  by_context_type_quantity jsonb
  by_context_type_quantity_first text[] C
  by_context_type_value jsonb
  by_context_type_value_first text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_depends_on text[] C
  by_derived_from text[] C
  by_description text C
  by_effective_start timestamp with time zone
  by_effective_end timestamp with time zone
  by_identifier text[] C
  by_jurisdiction text[] C
  by_name text C
  by_predecessor text[] C
  by_publisher text C
  by_status text C
  by_successor text[] C
  by_title text C
  by_topic text[] C
  by_url text C
  by_version text[] C
  index <table>_by_context_quantity_low btree (tenant, by_context_quantity_low) WHERE (by_context_quantity_low IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_effective_end btree (tenant, by_effective_end) WHERE (by_effective_end IS NOT NULL)
  index <table>_by_effective_start btree (tenant, by_effective_start) WHERE (by_effective_start IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_url btree (tenant, by_url) WHERE (by_url IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_composed_of, by_context, by_context_quantity_units, by_context_type, by_context_type_quantity_first, by_context_type_value_first, by_depends_on, by_derived_from, by_description gin_trgm_ops, by_identifier, by_jurisdiction, by_name gin_trgm_ops, by_predecessor, by_publisher gin_trgm_ops, by_successor, by_title gin_trgm_ops, by_topic, by_version) WITH (gin_pending_list_limit='512')

table evidence
  by__text tsvector
  by_composed_of text[] C
  by_context text[] C
  by_context_quantity_low numeric
  by_context_quantity_high numeric
  by_context_quantity_units text[] C
  by_context_quantity_all jsonb
  by_context_type text[] C
  by_context_type_quantity jsonb
  by_context_type_quantity_first text[] C
  by_context_type_value jsonb
  by_context_type_value_first text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_depends_on text[] C
  by_derived_from text[] C
  by_description text C
  by_effective_start timestamp with time zone
  by_effective_end timestamp with time zone
  by_identifier text[] C
  by_jurisdiction text[] C
  by_name text C
  by_predecessor text[] C
  by_publisher text C
  by_status text C
  by_successor text[] C
  by_title text C
  by_topic text[] C
  by_url text C
  by_version text[] C
  index <table>_by_context_quantity_low btree (tenant, by_context_quantity_low) WHERE (by_context_quantity_low IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_effective_end btree (tenant, by_effective_end) WHERE (by_effective_end IS NOT NULL)
  index <table>_by_effective_start btree (tenant, by_effective_start) WHERE (by_effective_start IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_url btree (tenant, by_url) WHERE (by_url IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_composed_of, by_context, by_context_quantity_units, by_context_type, by_context_type_quantity_first, by_context_type_value_first, by_depends_on, by_derived_from, by_description gin_trgm_ops, by_identifier, by_jurisdiction, by_name gin_trgm_ops, by_predecessor, by_publisher gin_trgm_ops, by_successor, by_title gin_trgm_ops, by_topic, by_version) WITH (gin_pending_list_limit='512')

table evidencevariable
  by__text tsvector
  by_composed_of text[] C
  by_context text[] C
  by_context_quantity_low numeric
  by_context_quantity_high numeric
  by_context_quantity_units text[] C
  by_context_quantity_all jsonb
  by_context_type text[] C
  by_context_type_quantity jsonb
  by_context_type_quantity_first text[] C
  by_context_type_value jsonb
  by_context_type_value_first text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_depends_on text[] C
  by_derived_from text[] C
  by_description text C
  by_effective_start timestamp with time zone
  by_effective_end timestamp with time zone
  by_identifier text[] C
  by_jurisdiction text[] C
  by_name text C
  by_predecessor text[] C
  by_publisher text C
  by_status text C
  by_successor text[] C
  by_title text C
  by_topic text[] C
  by_url text C
  by_version text[] C
  index <table>_by_context_quantity_low btree (tenant, by_context_quantity_low) WHERE (by_context_quantity_low IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_effective_end btree (tenant, by_effective_end) WHERE (by_effective_end IS NOT NULL)
  index <table>_by_effective_start btree (tenant, by_effective_start) WHERE (by_effective_start IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_url btree (tenant, by_url) WHERE (by_url IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_composed_of, by_context, by_context_quantity_units, by_context_type, by_context_type_quantity_first, by_context_type_value_first, by_depends_on, by_derived_from, by_description gin_trgm_ops, by_identifier, by_jurisdiction, by_name gin_trgm_ops, by_predecessor, by_publisher gin_trgm_ops, by_successor, by_title gin_trgm_ops, by_topic, by_version) WITH (gin_pending_list_limit='512')

table examplescenario
  by__text tsvector
  by_context text[] C
  by_context_quantity_low numeric
  by_context_quantity_high numeric
  by_context_quantity_units text[] C
  by_context_quantity_all jsonb
  by_context_type text[] C
  by_context_type_quantity jsonb
  by_context_type_quantity_first text[] C
  by_context_type_value jsonb
  by_context_type_value_first text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_identifier text[] C
  by_jurisdiction text[] C
  by_name text C
  by_publisher text C
  by_status text C
  by_url text C
  by_version text[] C
  index <table>_by_context_quantity_low btree (tenant, by_context_quantity_low) WHERE (by_context_quantity_low IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_url btree (tenant, by_url) WHERE (by_url IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_context, by_context_quantity_units, by_context_type, by_context_type_quantity_first, by_context_type_value_first, by_identifier, by_jurisdiction, by_name gin_trgm_ops, by_publisher gin_trgm_ops, by_version) WITH (gin_pending_list_limit='512')

table explanationofbenefit
  by__text tsvector
  by_care_team text[] C
  by_claim text C
  by_claim_also text[] C
  by_coverage text[] C
  by_created_start timestamp with time zone
  by_created_end timestamp with time zone
  by_detail_udi text[] C
  by_disposition text C
  by_encounter text[] C
  by_enterer text C
  by_enterer_also text[] C
  by_facility text C
  by_facility_also text[] C
  by_identifier text[] C
  by_item_udi text[] C
  by_patient text C
  by_patient_also text[] C
  by_payee text C
  by_payee_also text[] C
  by_procedure_udi text[] C
  by_provider text C
  by_provider_also text[] C
  by_status text C
  by_subdetail_udi text[] C
  index <table>_by_claim btree (tenant, by_claim) WHERE (by_claim IS NOT NULL)
  index <table>_by_created_start btree (tenant, by_created_start) WHERE (by_created_start IS NOT NULL)
  index <table>_by_enterer btree (tenant, by_enterer) WHERE (by_enterer IS NOT NULL)
  index <table>_by_facility btree (tenant, by_facility) WHERE (by_facility IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_payee btree (tenant, by_payee) WHERE (by_payee IS NOT NULL)
  index <table>_by_provider btree (tenant, by_provider) WHERE (by_provider IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_care_team, by_claim_also, by_coverage, by_detail_udi, by_disposition gin_trgm_ops, by_encounter, by_enterer_also, by_facility_also, by_identifier, by_item_udi, by_patient_also, by_payee_also, by_procedure_udi, by_provider_also, by_subdetail_udi) WITH (gin_pending_list_limit='512')

table external_busy
  tenant text C not null
  calendar uuid not null
  begins timestamp with time zone not null
  ends timestamp with time zone not null
  index external_busy_pkey primary btree (tenant, calendar, begins)
  external_busy_check CHECK ((ends > begins))
  external_busy_tenant_calendar_fkey FOREIGN KEY (tenant, calendar) REFERENCES external_calendar(tenant, id) ON DELETE CASCADE
  row level security forced
  policy tenant to almanac_server using (tenant = current_setting('almanac.tenant'::text, true))
  policy upkeep to almanac_upkeep using true
  almanac_server may delete, insert, select

table external_calendar
  tenant text C not null
  id uuid not null
  actor text C not null
  kind text not null
  address text not null
  when_stale text not null
  stale_minutes integer not null
  due timestamp with time zone not null
  fetched timestamp with time zone
  failures integer not null default 0
  fault text
  index external_calendar_actor btree (tenant, actor)
  index external_calendar_due btree (due)
  index external_calendar_pkey primary btree (tenant, id)
  external_calendar_when_stale_check CHECK ((when_stale = ANY (ARRAY['keep'::text, 'busy'::text, 'free'::text])))
  row level security forced
  policy tenant to almanac_server using (tenant = current_setting('almanac.tenant'::text, true))
  policy upkeep to almanac_upkeep using true
  almanac_server may delete, insert, select, update
  almanac_upkeep may select the 3 search columns

table familymemberhistory
  by__text tsvector
  by_code text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_identifier text[] C
  by_instantiates_canonical text[] C
  by_instantiates_uri text[] C
  by_patient text C
  by_patient_also text[] C
  by_relationship text[] C
  by_sex text[] C
  by_status text C
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_code, by_identifier, by_instantiates_canonical, by_instantiates_uri, by_patient_also, by_relationship, by_sex) WITH (gin_pending_list_limit='512')

table flag
  by__text tsvector
  by_author text C
  by_author_also text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_encounter text C
  by_encounter_also text[] C
  by_identifier text[] C
  by_patient text C
  by_patient_also text[] C
  by_subject text C
  by_subject_also text[] C
  index <table>_by_author btree (tenant, by_author) WHERE (by_author IS NOT NULL)
  index <table>_by_date_end btree (tenant, by_date_end) WHERE (by_date_end IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_encounter btree (tenant, by_encounter) WHERE (by_encounter IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_author_also, by_encounter_also, by_identifier, by_patient_also, by_subject_also) WITH (gin_pending_list_limit='512')

table goal
  by__text tsvector
  by_achievement_status text[] C
  by_category text[] C
  by_identifier text[] C
  by_lifecycle_status text C
  by_patient text C
  by_patient_also text[] C
  by_start_date_start timestamp with time zone
  by_start_date_end timestamp with time zone
  by_subject text C
  by_subject_also text[] C
  by_target_date_start timestamp with time zone
  by_target_date_end timestamp with time zone
  by_target_date_all tstzrange[]
  index <table>_by_lifecycle_status btree (tenant, by_lifecycle_status) WHERE (by_lifecycle_status IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_start_date_start btree (tenant, by_start_date_start) WHERE (by_start_date_start IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_by_target_date_end btree (tenant, by_target_date_end) WHERE (by_target_date_end IS NOT NULL)
  index <table>_by_target_date_start btree (tenant, by_target_date_start) WHERE (by_target_date_start IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_achievement_status, by_category, by_identifier, by_patient_also, by_subject_also) WITH (gin_pending_list_limit='512')

table graphdefinition
  by__text tsvector
  by_context text[] C
  by_context_quantity_low numeric
  by_context_quantity_high numeric
  by_context_quantity_units text[] C
  by_context_quantity_all jsonb
  by_context_type text[] C
  by_context_type_quantity jsonb
  by_context_type_quantity_first text[] C
  by_context_type_value jsonb
  by_context_type_value_first text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_description text C
  by_jurisdiction text[] C
  by_name text C
  by_publisher text C
  by_start text C
  by_status text C
  by_url text C
  by_version text[] C
  index <table>_by_context_quantity_low btree (tenant, by_context_quantity_low) WHERE (by_context_quantity_low IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_start btree (tenant, by_start) WHERE (by_start IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_url btree (tenant, by_url) WHERE (by_url IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_context, by_context_quantity_units, by_context_type, by_context_type_quantity_first, by_context_type_value_first, by_description gin_trgm_ops, by_jurisdiction, by_name gin_trgm_ops, by_publisher gin_trgm_ops, by_version) WITH (gin_pending_list_limit='512')

table group
  by__text tsvector
  by_actual text C
  by_characteristic text[] C
  by_characteristic_value jsonb
  by_characteristic_value_first text[] C
  by_code text[] C
  by_exclude text[] C
  by_identifier text[] C
  by_managing_entity text C
  by_managing_entity_also text[] C
  by_member text[] C
  by_type text C
  by_value text[] C
  index <table>_by_actual btree (tenant, by_actual) WHERE (by_actual IS NOT NULL)
  index <table>_by_managing_entity btree (tenant, by_managing_entity) WHERE (by_managing_entity IS NOT NULL)
  index <table>_by_type btree (tenant, by_type) WHERE (by_type IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_characteristic, by_characteristic_value_first, by_code, by_exclude, by_identifier, by_managing_entity_also, by_member, by_value) WITH (gin_pending_list_limit='512')

table guidanceresponse
  by__text tsvector
  by_identifier text[] C
  by_patient text C
  by_patient_also text[] C
  by_request text[] C
  by_subject text C
  by_subject_also text[] C
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_identifier, by_patient_also, by_request, by_subject_also) WITH (gin_pending_list_limit='512')

table healthcareservice
  by__text tsvector
  by_active text C
  by_characteristic text[] C
  by_coverage_area text[] C
  by_endpoint text[] C
  by_identifier text[] C
  by_location text[] C
  by_name text C
  by_organization text C
  by_organization_also text[] C
  by_program text[] C
  by_service_category text[] C
  by_service_type text[] C
  by_specialty text[] C
  index <table>_by_active btree (tenant, by_active) WHERE (by_active IS NOT NULL)
  index <table>_by_organization btree (tenant, by_organization) WHERE (by_organization IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_characteristic, by_coverage_area, by_endpoint, by_identifier, by_location, by_name gin_trgm_ops, by_organization_also, by_program, by_service_category, by_service_type, by_specialty) WITH (gin_pending_list_limit='512')

table history
  tenant text C not null
  type text C not null
  id text C not null
  version integer not null
  updated timestamp with time zone not null
  deleted boolean not null
  method text not null
  text text
  index history_pkey primary btree (tenant, type, id, version)
  index history_updated btree (tenant, type, updated, id, version)
  row level security forced
  policy shipped to almanac_server using (tenant = '*'::text)
  policy tenant to almanac_server using (tenant = current_setting('almanac.tenant'::text, true))
  policy upkeep to almanac_upkeep using true
  almanac_server may insert, select
  almanac_upkeep may select

table imagingstudy
  by__text tsvector
  by_basedon text[] C
  by_bodysite text[] C
  by_dicom_class text[] C
  by_encounter text C
  by_encounter_also text[] C
  by_endpoint text[] C
  by_identifier text[] C
  by_instance text[] C
  by_interpreter text[] C
  by_modality text[] C
  by_patient text C
  by_patient_also text[] C
  by_performer text[] C
  by_reason text[] C
  by_referrer text C
  by_referrer_also text[] C
  by_series text[] C
  by_started_start timestamp with time zone
  by_started_end timestamp with time zone
  by_status text C
  by_subject text C
  by_subject_also text[] C
  index <table>_by_encounter btree (tenant, by_encounter) WHERE (by_encounter IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_referrer btree (tenant, by_referrer) WHERE (by_referrer IS NOT NULL)
  index <table>_by_started_start btree (tenant, by_started_start) WHERE (by_started_start IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_basedon, by_bodysite, by_dicom_class, by_encounter_also, by_endpoint, by_identifier, by_instance, by_interpreter, by_modality, by_patient_also, by_performer, by_reason, by_referrer_also, by_series, by_subject_also) WITH (gin_pending_list_limit='512')

table immunization
  by__text tsvector
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_identifier text[] C
  by_location text C
  by_location_also text[] C
  by_lot_number text C
  by_manufacturer text C
  by_manufacturer_also text[] C
  by_patient text C
  by_patient_also text[] C
  by_performer text[] C
  by_reaction text[] C
  by_reaction_date_start timestamp with time zone
  by_reaction_date_end timestamp with time zone
  by_reaction_date_all tstzrange[]
  by_reason_code text[] C
  by_reason_reference text[] C
  by_series text C
  by_status text C
  by_status_reason text[] C
  by_target_disease text[] C
  by_vaccine_code text[] C
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_location btree (tenant, by_location) WHERE (by_location IS NOT NULL)
  index <table>_by_manufacturer btree (tenant, by_manufacturer) WHERE (by_manufacturer IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_reaction_date_end btree (tenant, by_reaction_date_end) WHERE (by_reaction_date_end IS NOT NULL)
  index <table>_by_reaction_date_start btree (tenant, by_reaction_date_start) WHERE (by_reaction_date_start IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_identifier, by_location_also, by_lot_number gin_trgm_ops, by_manufacturer_also, by_patient_also, by_performer, by_reaction, by_reason_code, by_reason_reference, by_series gin_trgm_ops, by_status_reason, by_target_disease, by_vaccine_code) WITH (gin_pending_list_limit='512')

table immunizationevaluation
  by__text tsvector
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_dose_status text[] C
  by_identifier text[] C
  by_immunization_event text C
  by_immunization_event_also text[] C
  by_patient text C
  by_patient_also text[] C
  by_status text C
  by_target_disease text[] C
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_immunization_event btree (tenant, by_immunization_event) WHERE (by_immunization_event IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_dose_status, by_identifier, by_immunization_event_also, by_patient_also, by_target_disease) WITH (gin_pending_list_limit='512')

table immunizationrecommendation
  by__text tsvector
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_identifier text[] C
  by_information text[] C
  by_patient text C
  by_patient_also text[] C
  by_status text[] C
  by_support text[] C
  by_target_disease text[] C
  by_vaccine_type text[] C
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_identifier, by_information, by_patient_also, by_status, by_support, by_target_disease, by_vaccine_type) WITH (gin_pending_list_limit='512')

table implementationguide
  by__text tsvector
  by_context text[] C
  by_context_quantity_low numeric
  by_context_quantity_high numeric
  by_context_quantity_units text[] C
  by_context_quantity_all jsonb
  by_context_type text[] C
  by_context_type_quantity jsonb
  by_context_type_quantity_first text[] C
  by_context_type_value jsonb
  by_context_type_value_first text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_depends_on text[] C
  by_description text C
  by_experimental text C
  by_global text[] C
  by_jurisdiction text[] C
  by_name text C
  by_publisher text C
  by_resource text[] C
  by_status text C
  by_title text C
  by_url text C
  by_version text[] C
  index <table>_by_context_quantity_low btree (tenant, by_context_quantity_low) WHERE (by_context_quantity_low IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_experimental btree (tenant, by_experimental) WHERE (by_experimental IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_url btree (tenant, by_url) WHERE (by_url IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_context, by_context_quantity_units, by_context_type, by_context_type_quantity_first, by_context_type_value_first, by_depends_on, by_description gin_trgm_ops, by_global, by_jurisdiction, by_name gin_trgm_ops, by_publisher gin_trgm_ops, by_resource, by_title gin_trgm_ops, by_version) WITH (gin_pending_list_limit='512')

table insuranceplan
  by__text tsvector
  by_address text C
  by_address_city text C
  by_address_country text C
  by_address_postalcode text C
  by_address_state text C
  by_address_use text[] C
  by_administered_by text C
  by_administered_by_also text[] C
  by_endpoint text[] C
  by_identifier text[] C
  by_name text C
  by_owned_by text C
  by_owned_by_also text[] C
  by_phonetic text C
  by_status text C
  by_type text[] C
  index <table>_by_administered_by btree (tenant, by_administered_by) WHERE (by_administered_by IS NOT NULL)
  index <table>_by_owned_by btree (tenant, by_owned_by) WHERE (by_owned_by IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_address gin_trgm_ops, by_address_use, by_administered_by_also, by_endpoint, by_identifier, by_name gin_trgm_ops, by_owned_by_also, by_phonetic gin_trgm_ops, by_type) WITH (gin_pending_list_limit='512')

table invitation
  id text C not null
  secret bytea not null
  clinic text C not null
  email text C
  display_name text
  fhir_user text C
  patient text C
  birth_date date
  roles text[] not null
  invited_by text C
  created timestamp with time zone not null default now()
  expires timestamp with time zone not null
  accepted timestamp with time zone
  accepted_by text C
  index invitation_clinic btree (clinic, created)
  index invitation_pkey primary btree (id)
  index invitation_secret_key unique btree (secret)
  almanac_server may delete, insert, select, update

table invoice
  by__text tsvector
  by_account text C
  by_account_also text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_identifier text[] C
  by_issuer text C
  by_issuer_also text[] C
  by_participant text[] C
  by_participant_role text[] C
  by_patient text C
  by_patient_also text[] C
  by_recipient text C
  by_recipient_also text[] C
  by_status text C
  by_subject text C
  by_subject_also text[] C
  by_totalgross_low numeric
  by_totalgross_high numeric
  by_totalgross_units text[] C
  by_totalnet_low numeric
  by_totalnet_high numeric
  by_totalnet_units text[] C
  by_type text[] C
  index <table>_by_account btree (tenant, by_account) WHERE (by_account IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_issuer btree (tenant, by_issuer) WHERE (by_issuer IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_recipient btree (tenant, by_recipient) WHERE (by_recipient IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_by_totalgross_low btree (tenant, by_totalgross_low) WHERE (by_totalgross_low IS NOT NULL)
  index <table>_by_totalnet_low btree (tenant, by_totalnet_low) WHERE (by_totalnet_low IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_account_also, by_identifier, by_issuer_also, by_participant, by_participant_role, by_patient_also, by_recipient_also, by_subject_also, by_totalgross_units, by_totalnet_units, by_type) WITH (gin_pending_list_limit='512')

table library
  by__text tsvector
  by_composed_of text[] C
  by_content_type text[] C
  by_context text[] C
  by_context_quantity_low numeric
  by_context_quantity_high numeric
  by_context_quantity_units text[] C
  by_context_quantity_all jsonb
  by_context_type text[] C
  by_context_type_quantity jsonb
  by_context_type_quantity_first text[] C
  by_context_type_value jsonb
  by_context_type_value_first text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_depends_on text[] C
  by_derived_from text[] C
  by_description text C
  by_effective_start timestamp with time zone
  by_effective_end timestamp with time zone
  by_identifier text[] C
  by_jurisdiction text[] C
  by_name text C
  by_predecessor text[] C
  by_publisher text C
  by_status text C
  by_successor text[] C
  by_title text C
  by_topic text[] C
  by_type text[] C
  by_url text C
  by_version text[] C
  index <table>_by_context_quantity_low btree (tenant, by_context_quantity_low) WHERE (by_context_quantity_low IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_effective_end btree (tenant, by_effective_end) WHERE (by_effective_end IS NOT NULL)
  index <table>_by_effective_start btree (tenant, by_effective_start) WHERE (by_effective_start IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_url btree (tenant, by_url) WHERE (by_url IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_composed_of, by_content_type, by_context, by_context_quantity_units, by_context_type, by_context_type_quantity_first, by_context_type_value_first, by_depends_on, by_derived_from, by_description gin_trgm_ops, by_identifier, by_jurisdiction, by_name gin_trgm_ops, by_predecessor, by_publisher gin_trgm_ops, by_successor, by_title gin_trgm_ops, by_topic, by_type, by_version) WITH (gin_pending_list_limit='512')

table linkage
  by__text tsvector
  by_author text C
  by_author_also text[] C
  by_item text[] C
  by_source text[] C
  index <table>_by_author btree (tenant, by_author) WHERE (by_author IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_author_also, by_item, by_source) WITH (gin_pending_list_limit='512')

table list
  by__text tsvector
  by_code text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_empty_reason text[] C
  by_encounter text C
  by_encounter_also text[] C
  by_identifier text[] C
  by_item text[] C
  by_notes text C
  by_patient text C
  by_patient_also text[] C
  by_source text C
  by_source_also text[] C
  by_status text C
  by_subject text C
  by_subject_also text[] C
  by_title text C
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_encounter btree (tenant, by_encounter) WHERE (by_encounter IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_source btree (tenant, by_source) WHERE (by_source IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_code, by_empty_reason, by_encounter_also, by_identifier, by_item, by_notes gin_trgm_ops, by_patient_also, by_source_also, by_subject_also, by_title gin_trgm_ops) WITH (gin_pending_<table>_limit='512')

table location
  by__text tsvector
  by_address text C
  by_address_city text C
  by_address_country text C
  by_address_postalcode text C
  by_address_state text C
  by_address_use text C
  by_endpoint text[] C
  by_identifier text[] C
  by_name text C
  by_near_lat double precision
  by_near_lon double precision
  by_operational_status text[] C
  by_organization text C
  by_organization_also text[] C
  by_partof text C
  by_partof_also text[] C
  by_status text C
  by_type text[] C
  index <table>_by_address_use btree (tenant, by_address_use) WHERE (by_address_use IS NOT NULL)
  index <table>_by_near_lat btree (tenant, by_near_lat) WHERE (by_near_lat IS NOT NULL)
  index <table>_by_organization btree (tenant, by_organization) WHERE (by_organization IS NOT NULL)
  index <table>_by_partof btree (tenant, by_partof) WHERE (by_partof IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_address gin_trgm_ops, by_endpoint, by_identifier, by_name gin_trgm_ops, by_operational_status, by_organization_also, by_partof_also, by_type) WITH (gin_pending_list_limit='512')

table measure
  by__text tsvector
  by_composed_of text[] C
  by_context text[] C
  by_context_quantity_low numeric
  by_context_quantity_high numeric
  by_context_quantity_units text[] C
  by_context_quantity_all jsonb
  by_context_type text[] C
  by_context_type_quantity jsonb
  by_context_type_quantity_first text[] C
  by_context_type_value jsonb
  by_context_type_value_first text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_depends_on text[] C
  by_derived_from text[] C
  by_description text C
  by_effective_start timestamp with time zone
  by_effective_end timestamp with time zone
  by_identifier text[] C
  by_jurisdiction text[] C
  by_name text C
  by_predecessor text[] C
  by_publisher text C
  by_status text C
  by_successor text[] C
  by_title text C
  by_topic text[] C
  by_url text C
  by_version text[] C
  index <table>_by_context_quantity_low btree (tenant, by_context_quantity_low) WHERE (by_context_quantity_low IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_effective_end btree (tenant, by_effective_end) WHERE (by_effective_end IS NOT NULL)
  index <table>_by_effective_start btree (tenant, by_effective_start) WHERE (by_effective_start IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_url btree (tenant, by_url) WHERE (by_url IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_composed_of, by_context, by_context_quantity_units, by_context_type, by_context_type_quantity_first, by_context_type_value_first, by_depends_on, by_derived_from, by_description gin_trgm_ops, by_identifier, by_jurisdiction, by_name gin_trgm_ops, by_predecessor, by_publisher gin_trgm_ops, by_successor, by_title gin_trgm_ops, by_topic, by_version) WITH (gin_pending_list_limit='512')

table measurereport
  by__text tsvector
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_evaluated_resource text[] C
  by_identifier text[] C
  by_measure text C
  by_measure_also text[] C
  by_patient text C
  by_patient_also text[] C
  by_period_start timestamp with time zone
  by_period_end timestamp with time zone
  by_reporter text C
  by_reporter_also text[] C
  by_status text C
  by_subject text C
  by_subject_also text[] C
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_measure btree (tenant, by_measure) WHERE (by_measure IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_period_end btree (tenant, by_period_end) WHERE (by_period_end IS NOT NULL)
  index <table>_by_period_start btree (tenant, by_period_start) WHERE (by_period_start IS NOT NULL)
  index <table>_by_reporter btree (tenant, by_reporter) WHERE (by_reporter IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_evaluated_resource, by_identifier, by_measure_also, by_patient_also, by_reporter_also, by_subject_also) WITH (gin_pending_list_limit='512')

table media
  by__text tsvector
  by_based_on text[] C
  by_created_start timestamp with time zone
  by_created_end timestamp with time zone
  by_device text C
  by_device_also text[] C
  by_encounter text C
  by_encounter_also text[] C
  by_identifier text[] C
  by_modality text[] C
  by_operator text C
  by_operator_also text[] C
  by_patient text C
  by_patient_also text[] C
  by_site text[] C
  by_status text C
  by_subject text C
  by_subject_also text[] C
  by_type text[] C
  by_view text[] C
  index <table>_by_created_end btree (tenant, by_created_end) WHERE (by_created_end IS NOT NULL)
  index <table>_by_created_start btree (tenant, by_created_start) WHERE (by_created_start IS NOT NULL)
  index <table>_by_device btree (tenant, by_device) WHERE (by_device IS NOT NULL)
  index <table>_by_encounter btree (tenant, by_encounter) WHERE (by_encounter IS NOT NULL)
  index <table>_by_operator btree (tenant, by_operator) WHERE (by_operator IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_based_on, by_device_also, by_encounter_also, by_identifier, by_modality, by_operator_also, by_patient_also, by_site, by_subject_also, by_type, by_view) WITH (gin_pending_list_limit='512')

table medication
  by__text tsvector
  by_code text[] C
  by_expiration_date_start timestamp with time zone
  by_expiration_date_end timestamp with time zone
  by_form text[] C
  by_identifier text[] C
  by_ingredient text[] C
  by_ingredient_code text[] C
  by_lot_number text[] C
  by_manufacturer text C
  by_manufacturer_also text[] C
  by_status text C
  index <table>_by_expiration_date_start btree (tenant, by_expiration_date_start) WHERE (by_expiration_date_start IS NOT NULL)
  index <table>_by_manufacturer btree (tenant, by_manufacturer) WHERE (by_manufacturer IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_code, by_form, by_identifier, by_ingredient, by_ingredient_code, by_lot_number, by_manufacturer_also) WITH (gin_pending_list_limit='512')

table medicationadministration
  by__text tsvector
  by_code text[] C
  by_context text C
  by_context_also text[] C
  by_device text[] C
  by_effective_time_start timestamp with time zone
  by_effective_time_end timestamp with time zone
  by_identifier text[] C
  by_medication text C
  by_medication_also text[] C
  by_patient text C
  by_patient_also text[] C
  by_performer text[] C
  by_reason_given text[] C
  by_reason_not_given text[] C
  by_request text C
  by_request_also text[] C
  by_status text C
  by_subject text C
  by_subject_also text[] C
  index <table>_by_context btree (tenant, by_context) WHERE (by_context IS NOT NULL)
  index <table>_by_effective_time_end btree (tenant, by_effective_time_end) WHERE (by_effective_time_end IS NOT NULL)
  index <table>_by_effective_time_start btree (tenant, by_effective_time_start) WHERE (by_effective_time_start IS NOT NULL)
  index <table>_by_medication btree (tenant, by_medication) WHERE (by_medication IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_request btree (tenant, by_request) WHERE (by_request IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_code, by_context_also, by_device, by_identifier, by_medication_also, by_patient_also, by_performer, by_reason_given, by_reason_not_given, by_request_also, by_subject_also) WITH (gin_pending_list_limit='512')

table medicationdispense
  by__text tsvector
  by_code text[] C
  by_context text C
  by_context_also text[] C
  by_destination text C
  by_destination_also text[] C
  by_identifier text[] C
  by_medication text C
  by_medication_also text[] C
  by_patient text C
  by_patient_also text[] C
  by_performer text[] C
  by_prescription text[] C
  by_receiver text[] C
  by_responsibleparty text[] C
  by_status text C
  by_subject text C
  by_subject_also text[] C
  by_type text[] C
  by_whenhandedover_start timestamp with time zone
  by_whenhandedover_end timestamp with time zone
  by_whenprepared_start timestamp with time zone
  by_whenprepared_end timestamp with time zone
  index <table>_by_context btree (tenant, by_context) WHERE (by_context IS NOT NULL)
  index <table>_by_destination btree (tenant, by_destination) WHERE (by_destination IS NOT NULL)
  index <table>_by_medication btree (tenant, by_medication) WHERE (by_medication IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_by_whenhandedover_start btree (tenant, by_whenhandedover_start) WHERE (by_whenhandedover_start IS NOT NULL)
  index <table>_by_whenprepared_start btree (tenant, by_whenprepared_start) WHERE (by_whenprepared_start IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_code, by_context_also, by_destination_also, by_identifier, by_medication_also, by_patient_also, by_performer, by_prescription, by_receiver, by_responsibleparty, by_subject_also, by_type) WITH (gin_pending_list_limit='512')

table medicationknowledge
  by__text tsvector
  by_classification text[] C
  by_classification_type text[] C
  by_code text[] C
  by_doseform text[] C
  by_ingredient text[] C
  by_ingredient_code text[] C
  by_manufacturer text C
  by_manufacturer_also text[] C
  by_monitoring_program_name text[] C
  by_monitoring_program_type text[] C
  by_monograph text[] C
  by_monograph_type text[] C
  by_source_cost text[] C
  by_status text C
  index <table>_by_manufacturer btree (tenant, by_manufacturer) WHERE (by_manufacturer IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_classification, by_classification_type, by_code, by_doseform, by_ingredient, by_ingredient_code, by_manufacturer_also, by_monitoring_program_name, by_monitoring_program_type, by_monograph, by_monograph_type, by_source_cost) WITH (gin_pending_list_limit='512')

table medicationrequest
  by__text tsvector
  by_authoredon_start timestamp with time zone
  by_authoredon_end timestamp with time zone
  by_category text[] C
  by_code text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_date_all tstzrange[]
  by_encounter text C
  by_encounter_also text[] C
  by_identifier text[] C
  by_intended_dispenser text C
  by_intended_dispenser_also text[] C
  by_intended_performer text C
  by_intended_performer_also text[] C
  by_intended_performertype text[] C
  by_intent text C
  by_medication text C
  by_medication_also text[] C
  by_patient text C
  by_patient_also text[] C
  by_priority text C
  by_requester text C
  by_requester_also text[] C
  by_status text C
  by_subject text C
  by_subject_also text[] C
  index <table>_by_authoredon_start btree (tenant, by_authoredon_start) WHERE (by_authoredon_start IS NOT NULL)
  index <table>_by_date_end btree (tenant, by_date_end) WHERE (by_date_end IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_encounter btree (tenant, by_encounter) WHERE (by_encounter IS NOT NULL)
  index <table>_by_intended_dispenser btree (tenant, by_intended_dispenser) WHERE (by_intended_dispenser IS NOT NULL)
  index <table>_by_intended_performer btree (tenant, by_intended_performer) WHERE (by_intended_performer IS NOT NULL)
  index <table>_by_intent btree (tenant, by_intent) WHERE (by_intent IS NOT NULL)
  index <table>_by_medication btree (tenant, by_medication) WHERE (by_medication IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_priority btree (tenant, by_priority) WHERE (by_priority IS NOT NULL)
  index <table>_by_requester btree (tenant, by_requester) WHERE (by_requester IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_category, by_code, by_encounter_also, by_identifier, by_intended_dispenser_also, by_intended_performer_also, by_intended_performertype, by_medication_also, by_patient_also, by_requester_also, by_subject_also) WITH (gin_pending_list_limit='512')

table medicationstatement
  by__text tsvector
  by_category text[] C
  by_code text[] C
  by_context text C
  by_context_also text[] C
  by_effective_start timestamp with time zone
  by_effective_end timestamp with time zone
  by_identifier text[] C
  by_medication text C
  by_medication_also text[] C
  by_part_of text[] C
  by_patient text C
  by_patient_also text[] C
  by_source text C
  by_source_also text[] C
  by_status text C
  by_subject text C
  by_subject_also text[] C
  index <table>_by_context btree (tenant, by_context) WHERE (by_context IS NOT NULL)
  index <table>_by_effective_end btree (tenant, by_effective_end) WHERE (by_effective_end IS NOT NULL)
  index <table>_by_effective_start btree (tenant, by_effective_start) WHERE (by_effective_start IS NOT NULL)
  index <table>_by_medication btree (tenant, by_medication) WHERE (by_medication IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_source btree (tenant, by_source) WHERE (by_source IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_category, by_code, by_context_also, by_identifier, by_medication_also, by_part_of, by_patient_also, by_source_also, by_subject_also) WITH (gin_pending_list_limit='512')

table medicinalproduct
  by__text tsvector
  by_identifier text[] C
  by_name text C
  by_name_language text[] C
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_identifier, by_name gin_trgm_ops, by_name_language) WITH (gin_pending_list_limit='512')

table medicinalproductauthorization
  by__text tsvector
  by_country text[] C
  by_holder text C
  by_holder_also text[] C
  by_identifier text[] C
  by_status text[] C
  by_subject text C
  by_subject_also text[] C
  index <table>_by_holder btree (tenant, by_holder) WHERE (by_holder IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_country, by_holder_also, by_identifier, by_status, by_subject_also) WITH (gin_pending_list_limit='512')

table medicinalproductcontraindication
  by__text tsvector
  by_subject text[] C
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_subject) WITH (gin_pending_list_limit='512')

table medicinalproductindication
  by__text tsvector
  by_subject text[] C
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_subject) WITH (gin_pending_list_limit='512')

table medicinalproductingredient
  by__text tsvector
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text) WITH (gin_pending_list_limit='512')

table medicinalproductinteraction
  by__text tsvector
  by_subject text[] C
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_subject) WITH (gin_pending_list_limit='512')

table medicinalproductmanufactured
  by__text tsvector
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text) WITH (gin_pending_list_limit='512')

table medicinalproductpackaged
  by__text tsvector
  by_identifier text[] C
  by_subject text[] C
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_identifier, by_subject) WITH (gin_pending_list_limit='512')

table medicinalproductpharmaceutical
  by__text tsvector
  by_identifier text[] C
  by_route text[] C
  by_target_species text[] C
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_identifier, by_route, by_target_species) WITH (gin_pending_list_limit='512')

table medicinalproductundesirableeffect
  by__text tsvector
  by_subject text[] C
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_subject) WITH (gin_pending_list_limit='512')

table membership
  account text C not null
  clinic text C not null
  fhir_user text C
  roles text[] not null
  created timestamp with time zone not null default now()
  index membership_clinic btree (clinic)
  index membership_pkey primary btree (account, clinic)
  membership_account_fkey FOREIGN KEY (account) REFERENCES person_account(id) ON DELETE CASCADE
  almanac_server may delete, insert, select, update

table messagedefinition
  by__text tsvector
  by_category text C
  by_context text[] C
  by_context_quantity_low numeric
  by_context_quantity_high numeric
  by_context_quantity_units text[] C
  by_context_quantity_all jsonb
  by_context_type text[] C
  by_context_type_quantity jsonb
  by_context_type_quantity_first text[] C
  by_context_type_value jsonb
  by_context_type_value_first text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_description text C
  by_event text[] C
  by_focus text[] C
  by_identifier text[] C
  by_jurisdiction text[] C
  by_name text C
  by_parent text[] C
  by_publisher text C
  by_status text C
  by_title text C
  by_url text C
  by_version text[] C
  index <table>_by_category btree (tenant, by_category) WHERE (by_category IS NOT NULL)
  index <table>_by_context_quantity_low btree (tenant, by_context_quantity_low) WHERE (by_context_quantity_low IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_url btree (tenant, by_url) WHERE (by_url IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_context, by_context_quantity_units, by_context_type, by_context_type_quantity_first, by_context_type_value_first, by_description gin_trgm_ops, by_event, by_focus, by_identifier, by_jurisdiction, by_name gin_trgm_ops, by_parent, by_publisher gin_trgm_ops, by_title gin_trgm_ops, by_version) WITH (gin_pending_list_limit='512')

table messageheader
  by__text tsvector
  by_author text C
  by_author_also text[] C
  by_code text C
  by_destination text C
  by_destination_uri text[] C
  by_enterer text C
  by_enterer_also text[] C
  by_event text[] C
  by_focus text[] C
  by_receiver text[] C
  by_response_id text[] C
  by_responsible text C
  by_responsible_also text[] C
  by_sender text C
  by_sender_also text[] C
  by_source text C
  by_source_uri text C
  by_target text[] C
  index <table>_by_author btree (tenant, by_author) WHERE (by_author IS NOT NULL)
  index <table>_by_code btree (tenant, by_code) WHERE (by_code IS NOT NULL)
  index <table>_by_enterer btree (tenant, by_enterer) WHERE (by_enterer IS NOT NULL)
  index <table>_by_responsible btree (tenant, by_responsible) WHERE (by_responsible IS NOT NULL)
  index <table>_by_sender btree (tenant, by_sender) WHERE (by_sender IS NOT NULL)
  index <table>_by_source_uri btree (tenant, by_source_uri) WHERE (by_source_uri IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_author_also, by_destination gin_trgm_ops, by_destination_uri, by_enterer_also, by_event, by_focus, by_receiver, by_response_id, by_responsible_also, by_sender_also, by_source gin_trgm_ops, by_target) WITH (gin_pending_list_limit='512')

table migration
  number integer not null
  name text not null
  applied timestamp with time zone not null default now()
  index migration_pkey primary btree (number)

table molecularsequence
  by__text tsvector
  by_chromosome text[] C
  by_chromosome_variant_coordinate jsonb
  by_chromosome_variant_coordinate_first text[] C
  by_chromosome_window_coordinate jsonb
  by_chromosome_window_coordinate_first text[] C
  by_identifier text[] C
  by_patient text C
  by_patient_also text[] C
  by_referenceseqid text[] C
  by_referenceseqid_variant_coordinate jsonb
  by_referenceseqid_variant_coordinate_first text[] C
  by_referenceseqid_window_coordinate jsonb
  by_referenceseqid_window_coordinate_first text[] C
  by_type text C
  by_variant_end_low numeric
  by_variant_end_high numeric
  by_variant_end_all numrange[]
  by_variant_start_low numeric
  by_variant_start_high numeric
  by_variant_start_all numrange[]
  by_window_end_low numeric
  by_window_end_high numeric
  by_window_start_low numeric
  by_window_start_high numeric
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_type btree (tenant, by_type) WHERE (by_type IS NOT NULL)
  index <table>_by_variant_end_low btree (tenant, by_variant_end_low) WHERE (by_variant_end_low IS NOT NULL)
  index <table>_by_variant_start_low btree (tenant, by_variant_start_low) WHERE (by_variant_start_low IS NOT NULL)
  index <table>_by_window_end_low btree (tenant, by_window_end_low) WHERE (by_window_end_low IS NOT NULL)
  index <table>_by_window_start_low btree (tenant, by_window_start_low) WHERE (by_window_start_low IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_chromosome, by_chromosome_variant_coordinate_first, by_chromosome_window_coordinate_first, by_identifier, by_patient_also, by_referenceseqid, by_referenceseqid_variant_coordinate_first, by_referenceseqid_window_coordinate_first) WITH (gin_pending_list_limit='512')

table namingsystem
  by__text tsvector
  by_contact text C
  by_context text[] C
  by_context_quantity_low numeric
  by_context_quantity_high numeric
  by_context_quantity_units text[] C
  by_context_quantity_all jsonb
  by_context_type text[] C
  by_context_type_quantity jsonb
  by_context_type_quantity_first text[] C
  by_context_type_value jsonb
  by_context_type_value_first text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_description text C
  by_id_type text[] C
  by_jurisdiction text[] C
  by_kind text C
  by_name text C
  by_period_start timestamp with time zone
  by_period_end timestamp with time zone
  by_period_all tstzrange[]
  by_publisher text C
  by_responsible text C
  by_status text C
  by_telecom text[] C
  by_type text[] C
  by_value text C
  index <table>_by_context_quantity_low btree (tenant, by_context_quantity_low) WHERE (by_context_quantity_low IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_kind btree (tenant, by_kind) WHERE (by_kind IS NOT NULL)
  index <table>_by_period_end btree (tenant, by_period_end) WHERE (by_period_end IS NOT NULL)
  index <table>_by_period_start btree (tenant, by_period_start) WHERE (by_period_start IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_contact gin_trgm_ops, by_context, by_context_quantity_units, by_context_type, by_context_type_quantity_first, by_context_type_value_first, by_description gin_trgm_ops, by_id_type, by_jurisdiction, by_name gin_trgm_ops, by_publisher gin_trgm_ops, by_responsible gin_trgm_ops, by_telecom, by_type, by_value gin_trgm_ops) WITH (gin_pending_list_limit='512')

table nutritionorder
  by__text tsvector
  by_additive text[] C
  by_datetime_start timestamp with time zone
  by_datetime_end timestamp with time zone
  by_encounter text C
  by_encounter_also text[] C
  by_formula text[] C
  by_identifier text[] C
  by_instantiates_canonical text[] C
  by_instantiates_uri text[] C
  by_oraldiet text[] C
  by_patient text C
  by_patient_also text[] C
  by_provider text C
  by_provider_also text[] C
  by_status text C
  by_supplement text[] C
  index <table>_by_datetime_start btree (tenant, by_datetime_start) WHERE (by_datetime_start IS NOT NULL)
  index <table>_by_encounter btree (tenant, by_encounter) WHERE (by_encounter IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_provider btree (tenant, by_provider) WHERE (by_provider IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_additive, by_encounter_also, by_formula, by_identifier, by_instantiates_canonical, by_instantiates_uri, by_oraldiet, by_patient_also, by_provider_also, by_supplement) WITH (gin_pending_list_limit='512')

table oauth_agreement
  grant_id text C not null
  clinic text C not null
  account_id text C not null
  client_id text C not null
  session_uid text C not null
  offline boolean not null
  scopes text not null
  context jsonb not null
  created timestamp with time zone not null default now()
  expires timestamp with time zone not null
  index oauth_agreement_account btree (account_id)
  index oauth_agreement_expires btree (expires)
  index oauth_agreement_pkey primary btree (grant_id)
  index oauth_agreement_session btree (session_uid)
  almanac_server may delete, insert, select, update

table oauth_barred
  client_id text C not null
  clinic text C not null
  created timestamp with time zone not null default now()
  index oauth_barred_pkey primary btree (client_id, clinic)
  oauth_barred_client_id_fkey FOREIGN KEY (client_id) REFERENCES oauth_client(id) ON DELETE CASCADE
  almanac_server may delete, insert, select

table oauth_client
  id text C not null
  metadata jsonb not null
  created timestamp with time zone not null default now()
  disabled boolean not null default false
  index oauth_client_pkey primary btree (id)
  almanac_server may delete, insert, select, update

table oauth_entry
  model text C not null
  id text C not null
  payload jsonb not null
  grant_id text C
  account_id text C
  client_id text C
  uid text C
  consumed timestamp with time zone
  created timestamp with time zone not null default now()
  expires timestamp with time zone not null
  index oauth_entry_account btree (account_id) WHERE (account_id IS NOT NULL)
  index oauth_entry_expires btree (expires)
  index oauth_entry_grant btree (grant_id) WHERE (grant_id IS NOT NULL)
  index oauth_entry_pkey primary btree (model, id)
  index oauth_entry_uid btree (uid) WHERE (uid IS NOT NULL)
  almanac_server may delete, insert, select, update

table oauth_key
  kid text C not null
  jwk jsonb not null
  created timestamp with time zone not null default now()
  retired timestamp with time zone
  index oauth_key_pkey primary btree (kid)
  almanac_server may insert, select, update

table oauth_launch
  id text C not null
  clinic text C not null
  client_id text C not null
  account_id text C
  fhir_user text C
  context jsonb not null
  taken timestamp with time zone
  expires timestamp with time zone not null
  index oauth_launch_expires btree (expires)
  index oauth_launch_pkey primary btree (id)
  almanac_server may delete, insert, select, update

table observation
  by__text tsvector
  by_based_on text[] C
  by_category text[] C
  by_code text[] C
  by_code_value_concept jsonb
  by_code_value_concept_first text[] C
  by_code_value_date jsonb
  by_code_value_date_first text[] C
  by_code_value_quantity jsonb
  by_code_value_quantity_first text[] C
  by_code_value_string jsonb
  by_code_value_string_first text[] C
  by_combo_code text[] C
  by_combo_code_value_concept jsonb
  by_combo_code_value_concept_first text[] C
  by_combo_code_value_quantity jsonb
  by_combo_code_value_quantity_first text[] C
  by_combo_data_absent_reason text[] C
  by_combo_value_concept text[] C
  by_combo_value_quantity_low numeric
  by_combo_value_quantity_high numeric
  by_combo_value_quantity_units text[] C
  by_combo_value_quantity_all jsonb
  by_component_code text[] C
  by_component_code_value_concept jsonb
  by_component_code_value_concept_first text[] C
  by_component_code_value_quantity jsonb
  by_component_code_value_quantity_first text[] C
  by_component_data_absent_reason text[] C
  by_component_value_concept text[] C
  by_component_value_quantity_low numeric
  by_component_value_quantity_high numeric
  by_component_value_quantity_units text[] C
  by_component_value_quantity_all jsonb
  by_data_absent_reason text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_derived_from text[] C
  by_device text C
  by_device_also text[] C
  by_encounter text C
  by_encounter_also text[] C
  by_focus text[] C
  by_has_member text[] C
  by_identifier text[] C
  by_method text[] C
  by_part_of text[] C
  by_patient text C
  by_patient_also text[] C
  by_performer text[] C
  by_specimen text C
  by_specimen_also text[] C
  by_status text C
  by_subject text C
  by_subject_also text[] C
  by_value_concept text[] C
  by_value_date_start timestamp with time zone
  by_value_date_end timestamp with time zone
  by_value_quantity_low numeric
  by_value_quantity_high numeric
  by_value_quantity_units text[] C
  by_value_string text C
  index <table>_by_combo_value_quantity_low btree (tenant, by_combo_value_quantity_low) WHERE (by_combo_value_quantity_low IS NOT NULL)
  index <table>_by_component_value_quantity_low btree (tenant, by_component_value_quantity_low) WHERE (by_component_value_quantity_low IS NOT NULL)
  index <table>_by_date_end btree (tenant, by_date_end) WHERE (by_date_end IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_device btree (tenant, by_device) WHERE (by_device IS NOT NULL)
  index <table>_by_encounter btree (tenant, by_encounter) WHERE (by_encounter IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_specimen btree (tenant, by_specimen) WHERE (by_specimen IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_by_value_date_end btree (tenant, by_value_date_end) WHERE (by_value_date_end IS NOT NULL)
  index <table>_by_value_date_start btree (tenant, by_value_date_start) WHERE (by_value_date_start IS NOT NULL)
  index <table>_by_value_quantity_low btree (tenant, by_value_quantity_low) WHERE (by_value_quantity_low IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_based_on, by_category, by_code, by_code_value_concept_first, by_code_value_date_first, by_code_value_quantity_first, by_code_value_string_first, by_combo_code, by_combo_code_value_concept_first, by_combo_code_value_quantity_first, by_combo_data_absent_reason, by_combo_value_concept, by_combo_value_quantity_units, by_component_code, by_component_code_value_concept_first, by_component_code_value_quantity_first) WITH (gin_pending_list_limit='512')
  index <table>_terms_2 gin (by_component_data_absent_reason, by_component_value_concept, by_component_value_quantity_units, by_data_absent_reason, by_derived_from, by_device_also, by_encounter_also, by_focus, by_has_member, by_identifier, by_method, by_part_of, by_patient_also, by_performer, by_specimen_also, by_subject_also, by_value_concept, by_value_quantity_units, by_value_string gin_trgm_ops) WITH (gin_pending_list_limit='512')

table observationdefinition
  by__text tsvector
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text) WITH (gin_pending_list_limit='512')

table operationdefinition
  by__text tsvector
  by_base text C
  by_base_also text[] C
  by_code text C
  by_context text[] C
  by_context_quantity_low numeric
  by_context_quantity_high numeric
  by_context_quantity_units text[] C
  by_context_quantity_all jsonb
  by_context_type text[] C
  by_context_type_quantity jsonb
  by_context_type_quantity_first text[] C
  by_context_type_value jsonb
  by_context_type_value_first text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_description text C
  by_input_profile text C
  by_input_profile_also text[] C
  by_instance text C
  by_jurisdiction text[] C
  by_kind text C
  by_name text C
  by_output_profile text C
  by_output_profile_also text[] C
  by_publisher text C
  by_status text C
  by_system text C
  by_title text C
  by_type text C
  by_url text C
  by_version text[] C
  index <table>_by_base btree (tenant, by_base) WHERE (by_base IS NOT NULL)
  index <table>_by_code btree (tenant, by_code) WHERE (by_code IS NOT NULL)
  index <table>_by_context_quantity_low btree (tenant, by_context_quantity_low) WHERE (by_context_quantity_low IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_input_profile btree (tenant, by_input_profile) WHERE (by_input_profile IS NOT NULL)
  index <table>_by_instance btree (tenant, by_instance) WHERE (by_instance IS NOT NULL)
  index <table>_by_kind btree (tenant, by_kind) WHERE (by_kind IS NOT NULL)
  index <table>_by_output_profile btree (tenant, by_output_profile) WHERE (by_output_profile IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_system btree (tenant, by_system) WHERE (by_system IS NOT NULL)
  index <table>_by_type btree (tenant, by_type) WHERE (by_type IS NOT NULL)
  index <table>_by_url btree (tenant, by_url) WHERE (by_url IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_base_also, by_context, by_context_quantity_units, by_context_type, by_context_type_quantity_first, by_context_type_value_first, by_description gin_trgm_ops, by_input_profile_also, by_jurisdiction, by_name gin_trgm_ops, by_output_profile_also, by_publisher gin_trgm_ops, by_title gin_trgm_ops, by_version) WITH (gin_pending_list_limit='512')
  policy shipped to almanac_server using (tenant = '*'::text)

table operationoutcome
  by__text tsvector
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text) WITH (gin_pending_list_limit='512')

table organization
  by__text tsvector
  by_active text C
  by_address text C
  by_address_city text C
  by_address_country text C
  by_address_postalcode text C
  by_address_state text C
  by_address_use text[] C
  by_endpoint text[] C
  by_identifier text[] C
  by_name text C
  by_partof text C
  by_partof_also text[] C
  by_phonetic text C
  by_type text[] C
  index <table>_by_active btree (tenant, by_active) WHERE (by_active IS NOT NULL)
  index <table>_by_partof btree (tenant, by_partof) WHERE (by_partof IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_address gin_trgm_ops, by_address_use, by_endpoint, by_identifier, by_name gin_trgm_ops, by_partof_also, by_type) WITH (gin_pending_list_limit='512')

table organizationaffiliation
  by__text tsvector
  by_active text C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_email text[] C
  by_endpoint text[] C
  by_identifier text[] C
  by_location text[] C
  by_network text[] C
  by_participating_organization text C
  by_participating_organization_also text[] C
  by_phone text[] C
  by_primary_organization text C
  by_primary_organization_also text[] C
  by_role text[] C
  by_service text[] C
  by_specialty text[] C
  by_telecom text[] C
  index <table>_by_active btree (tenant, by_active) WHERE (by_active IS NOT NULL)
  index <table>_by_date_end btree (tenant, by_date_end) WHERE (by_date_end IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_participating_organization btree (tenant, by_participating_organization) WHERE (by_participating_organization IS NOT NULL)
  index <table>_by_primary_organization btree (tenant, by_primary_organization) WHERE (by_primary_organization IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_endpoint, by_identifier, by_location, by_network, by_participating_organization_also, by_primary_organization_also, by_role, by_service, by_specialty, by_telecom) WITH (gin_pending_list_limit='512')

table outbox
  number bigint not null identity
  tenant text C not null
  xid xid8 not null default pg_current_xact_id()
  type text C not null
  id text C not null
  version integer not null
  method text not null
  created timestamp with time zone not null default now()
  index outbox_pkey primary btree (number)
  row level security forced
  policy tenant to almanac_server using (tenant = current_setting('almanac.tenant'::text, true))
  policy upkeep to almanac_upkeep using true
  almanac_server may insert
  almanac_upkeep may delete, select

table parameters
  index <table>_terms_1 gin (by__profile, by__security, by__tag) WITH (gin_pending_list_limit='512')

table passkey
  id text C not null
  account text C not null
  public_key bytea not null
  counter bigint not null
  transports text[] not null
  name text not null
  created timestamp with time zone not null default now()
  used timestamp with time zone
  index passkey_account btree (account)
  index passkey_pkey primary btree (id)
  passkey_account_fkey FOREIGN KEY (account) REFERENCES person_account(id) ON DELETE CASCADE
  almanac_server may delete, insert, select, update

table patient
  by__text tsvector
  by_active text C
  by_address text C
  by_address_city text C
  by_address_country text C
  by_address_postalcode text C
  by_address_state text C
  by_address_use text[] C
  by_birthdate_start timestamp with time zone
  by_birthdate_end timestamp with time zone
  by_death_date_start timestamp with time zone
  by_death_date_end timestamp with time zone
  by_deceased text C
  by_email text[] C
  by_family text C
  by_gender text C
  by_general_practitioner text[] C
  by_given text C
  by_identifier text[] C
  by_language text[] C
  by_link text[] C
  by_name text C
  by_organization text C
  by_organization_also text[] C
  by_phone text[] C
  by_phonetic text C
  by_telecom text[] C
  index <table>_by_active btree (tenant, by_active) WHERE (by_active IS NOT NULL)
  index <table>_by_birthdate_start btree (tenant, by_birthdate_start) WHERE (by_birthdate_start IS NOT NULL)
  index <table>_by_death_date_start btree (tenant, by_death_date_start) WHERE (by_death_date_start IS NOT NULL)
  index <table>_by_deceased btree (tenant, by_deceased) WHERE (by_deceased IS NOT NULL)
  index <table>_by_gender btree (tenant, by_gender) WHERE (by_gender IS NOT NULL)
  index <table>_by_organization btree (tenant, by_organization) WHERE (by_organization IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_address gin_trgm_ops, by_address_use, by_general_practitioner, by_identifier, by_language, by_link, by_name gin_trgm_ops, by_organization_also, by_telecom) WITH (gin_pending_list_limit='512')

table paymentnotice
  by__text tsvector
  by_created_start timestamp with time zone
  by_created_end timestamp with time zone
  by_identifier text[] C
  by_payment_status text[] C
  by_provider text C
  by_provider_also text[] C
  by_request text C
  by_request_also text[] C
  by_response text C
  by_response_also text[] C
  by_status text C
  index <table>_by_created_start btree (tenant, by_created_start) WHERE (by_created_start IS NOT NULL)
  index <table>_by_provider btree (tenant, by_provider) WHERE (by_provider IS NOT NULL)
  index <table>_by_request btree (tenant, by_request) WHERE (by_request IS NOT NULL)
  index <table>_by_response btree (tenant, by_response) WHERE (by_response IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_identifier, by_payment_status, by_provider_also, by_request_also, by_response_also) WITH (gin_pending_list_limit='512')

table paymentreconciliation
  by__text tsvector
  by_created_start timestamp with time zone
  by_created_end timestamp with time zone
  by_disposition text C
  by_identifier text[] C
  by_outcome text C
  by_payment_issuer text C
  by_payment_issuer_also text[] C
  by_request text C
  by_request_also text[] C
  by_requestor text C
  by_requestor_also text[] C
  by_status text C
  index <table>_by_created_start btree (tenant, by_created_start) WHERE (by_created_start IS NOT NULL)
  index <table>_by_outcome btree (tenant, by_outcome) WHERE (by_outcome IS NOT NULL)
  index <table>_by_payment_issuer btree (tenant, by_payment_issuer) WHERE (by_payment_issuer IS NOT NULL)
  index <table>_by_request btree (tenant, by_request) WHERE (by_request IS NOT NULL)
  index <table>_by_requestor btree (tenant, by_requestor) WHERE (by_requestor IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_disposition gin_trgm_ops, by_identifier, by_payment_issuer_also, by_request_also, by_requestor_also) WITH (gin_pending_list_limit='512')

table person
  by__text tsvector
  by_address text C
  by_address_city text C
  by_address_country text C
  by_address_postalcode text C
  by_address_state text C
  by_address_use text[] C
  by_birthdate_start timestamp with time zone
  by_birthdate_end timestamp with time zone
  by_email text[] C
  by_gender text C
  by_identifier text[] C
  by_link text[] C
  by_name text C
  by_organization text C
  by_organization_also text[] C
  by_patient text[] C
  by_phone text[] C
  by_phonetic text C
  by_practitioner text[] C
  by_relatedperson text[] C
  by_telecom text[] C
  index <table>_by_birthdate_start btree (tenant, by_birthdate_start) WHERE (by_birthdate_start IS NOT NULL)
  index <table>_by_gender btree (tenant, by_gender) WHERE (by_gender IS NOT NULL)
  index <table>_by_organization btree (tenant, by_organization) WHERE (by_organization IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_address gin_trgm_ops, by_address_use, by_identifier, by_link, by_name gin_trgm_ops, by_organization_also, by_patient, by_practitioner, by_relatedperson, by_telecom) WITH (gin_pending_list_limit='512')

table person_account
  id text C not null
  email text C not null
  display_name text not null
  language text
  created timestamp with time zone not null default now()
  disabled timestamp with time zone
  password text
  totp_secret bytea
  totp_step bigint
  index person_account_email_key unique btree (email)
  index person_account_pkey primary btree (id)
  almanac_server may delete, insert, select, update

table plandefinition
  by__text tsvector
  by_composed_of text[] C
  by_context text[] C
  by_context_quantity_low numeric
  by_context_quantity_high numeric
  by_context_quantity_units text[] C
  by_context_quantity_all jsonb
  by_context_type text[] C
  by_context_type_quantity jsonb
  by_context_type_quantity_first text[] C
  by_context_type_value jsonb
  by_context_type_value_first text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_definition text[] C
  by_depends_on text[] C
  by_derived_from text[] C
  by_description text C
  by_effective_start timestamp with time zone
  by_effective_end timestamp with time zone
  by_identifier text[] C
  by_jurisdiction text[] C
  by_name text C
  by_predecessor text[] C
  by_publisher text C
  by_status text C
  by_successor text[] C
  by_title text C
  by_topic text[] C
  by_type text[] C
  by_url text C
  by_version text[] C
  index <table>_by_context_quantity_low btree (tenant, by_context_quantity_low) WHERE (by_context_quantity_low IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_effective_end btree (tenant, by_effective_end) WHERE (by_effective_end IS NOT NULL)
  index <table>_by_effective_start btree (tenant, by_effective_start) WHERE (by_effective_start IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_url btree (tenant, by_url) WHERE (by_url IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_composed_of, by_context, by_context_quantity_units, by_context_type, by_context_type_quantity_first, by_context_type_value_first, by_definition, by_depends_on, by_derived_from, by_description gin_trgm_ops, by_identifier, by_jurisdiction, by_name gin_trgm_ops, by_predecessor, by_publisher gin_trgm_ops, by_successor, by_title gin_trgm_ops, by_topic, by_type, by_version) WITH (gin_pending_list_limit='512')

table practitioner
  by__text tsvector
  by_active text C
  by_address text C
  by_address_city text C
  by_address_country text C
  by_address_postalcode text C
  by_address_state text C
  by_address_use text[] C
  by_communication text[] C
  by_email text[] C
  by_family text C
  by_gender text C
  by_given text C
  by_identifier text[] C
  by_name text C
  by_phone text[] C
  by_phonetic text C
  by_telecom text[] C
  index <table>_by_active btree (tenant, by_active) WHERE (by_active IS NOT NULL)
  index <table>_by_gender btree (tenant, by_gender) WHERE (by_gender IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_address gin_trgm_ops, by_address_use, by_communication, by_identifier, by_name gin_trgm_ops, by_telecom) WITH (gin_pending_list_limit='512')

table practitionerrole
  by__text tsvector
  by_active text C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_email text[] C
  by_endpoint text[] C
  by_identifier text[] C
  by_location text[] C
  by_organization text C
  by_organization_also text[] C
  by_phone text[] C
  by_practitioner text C
  by_practitioner_also text[] C
  by_role text[] C
  by_service text[] C
  by_specialty text[] C
  by_telecom text[] C
  index <table>_by_active btree (tenant, by_active) WHERE (by_active IS NOT NULL)
  index <table>_by_date_end btree (tenant, by_date_end) WHERE (by_date_end IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_organization btree (tenant, by_organization) WHERE (by_organization IS NOT NULL)
  index <table>_by_practitioner btree (tenant, by_practitioner) WHERE (by_practitioner IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_endpoint, by_identifier, by_location, by_organization_also, by_practitioner_also, by_role, by_service, by_specialty, by_telecom) WITH (gin_pending_list_limit='512')

table procedure
  by__text tsvector
  by_based_on text[] C
  by_category text[] C
  by_code text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_encounter text C
  by_encounter_also text[] C
  by_identifier text[] C
  by_instantiates_canonical text[] C
  by_instantiates_uri text[] C
  by_location text C
  by_location_also text[] C
  by_part_of text[] C
  by_patient text C
  by_patient_also text[] C
  by_performer text[] C
  by_reason_code text[] C
  by_reason_reference text[] C
  by_status text C
  by_subject text C
  by_subject_also text[] C
  index <table>_by_date_end btree (tenant, by_date_end) WHERE (by_date_end IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_encounter btree (tenant, by_encounter) WHERE (by_encounter IS NOT NULL)
  index <table>_by_location btree (tenant, by_location) WHERE (by_location IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_based_on, by_category, by_code, by_encounter_also, by_identifier, by_instantiates_canonical, by_instantiates_uri, by_location_also, by_part_of, by_patient_also, by_performer, by_reason_code, by_reason_reference, by_subject_also) WITH (gin_pending_list_limit='512')

table provenance
  by__text tsvector
  by_agent text[] C
  by_agent_role text[] C
  by_agent_type text[] C
  by_entity text[] C
  by_location text C
  by_location_also text[] C
  by_patient text[] C
  by_recorded_start timestamp with time zone
  by_recorded_end timestamp with time zone
  by_signature_type text[] C
  by_target text[] C
  by_when_start timestamp with time zone
  by_when_end timestamp with time zone
  index <table>_by_location btree (tenant, by_location) WHERE (by_location IS NOT NULL)
  index <table>_by_recorded_start btree (tenant, by_recorded_start) WHERE (by_recorded_start IS NOT NULL)
  index <table>_by_when_start btree (tenant, by_when_start) WHERE (by_when_start IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_agent, by_agent_role, by_agent_type, by_entity, by_location_also, by_patient, by_signature_type, by_target) WITH (gin_pending_list_limit='512')

table proxy
  account text C not null
  clinic text C not null
  patient text C not null
  related_person text C not null
  created timestamp with time zone not null default now()
  index proxy_pkey primary btree (account, clinic, patient)
  proxy_account_clinic_fkey FOREIGN KEY (account, clinic) REFERENCES membership(account, clinic) ON DELETE CASCADE
  almanac_server may delete, insert, select

table published_look
  tenant text C not null
  looked timestamp with time zone not null
  took double precision not null default 0
  index published_look_pkey primary btree (tenant)
  row level security forced
  policy tenant to almanac_server using (tenant = current_setting('almanac.tenant'::text, true))
  policy upkeep to almanac_upkeep using true
  almanac_server may insert, select, update
  almanac_upkeep may select

table published_part
  tenant text C not null
  file text C not null
  part text C not null
  digest text C not null
  changed timestamp with time zone not null
  text text not null
  index published_part_pkey primary btree (tenant, file, part)
  row level security forced
  policy tenant to almanac_server using (tenant = current_setting('almanac.tenant'::text, true))
  policy upkeep to almanac_upkeep using true
  almanac_server may delete, insert, select, update
  almanac_upkeep may select

table questionnaire
  by__text tsvector
  by_code text[] C
  by_context text[] C
  by_context_quantity_low numeric
  by_context_quantity_high numeric
  by_context_quantity_units text[] C
  by_context_quantity_all jsonb
  by_context_type text[] C
  by_context_type_quantity jsonb
  by_context_type_quantity_first text[] C
  by_context_type_value jsonb
  by_context_type_value_first text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_definition text[] C
  by_description text C
  by_effective_start timestamp with time zone
  by_effective_end timestamp with time zone
  by_identifier text[] C
  by_jurisdiction text[] C
  by_name text C
  by_publisher text C
  by_status text C
  by_subject_type text[] C
  by_title text C
  by_url text C
  by_version text[] C
  index <table>_by_context_quantity_low btree (tenant, by_context_quantity_low) WHERE (by_context_quantity_low IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_effective_end btree (tenant, by_effective_end) WHERE (by_effective_end IS NOT NULL)
  index <table>_by_effective_start btree (tenant, by_effective_start) WHERE (by_effective_start IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_url btree (tenant, by_url) WHERE (by_url IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_code, by_context, by_context_quantity_units, by_context_type, by_context_type_quantity_first, by_context_type_value_first, by_definition, by_description gin_trgm_ops, by_identifier, by_jurisdiction, by_name gin_trgm_ops, by_publisher gin_trgm_ops, by_subject_type, by_title gin_trgm_ops, by_version) WITH (gin_pending_list_limit='512')

table questionnaireresponse
  by__text tsvector
  by_author text C
  by_author_also text[] C
  by_authored_start timestamp with time zone
  by_authored_end timestamp with time zone
  by_based_on text[] C
  by_encounter text C
  by_encounter_also text[] C
  by_identifier text[] C
  by_part_of text[] C
  by_patient text C
  by_patient_also text[] C
  by_questionnaire text C
  by_questionnaire_also text[] C
  by_source text C
  by_source_also text[] C
  by_status text C
  by_subject text C
  by_subject_also text[] C
  index <table>_by_author btree (tenant, by_author) WHERE (by_author IS NOT NULL)
  index <table>_by_authored_start btree (tenant, by_authored_start) WHERE (by_authored_start IS NOT NULL)
  index <table>_by_encounter btree (tenant, by_encounter) WHERE (by_encounter IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_questionnaire btree (tenant, by_questionnaire) WHERE (by_questionnaire IS NOT NULL)
  index <table>_by_source btree (tenant, by_source) WHERE (by_source IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_author_also, by_based_on, by_encounter_also, by_identifier, by_part_of, by_patient_also, by_questionnaire_also, by_source_also, by_subject_also) WITH (gin_pending_list_limit='512')

table record_claim
  id text C not null
  clinic text C not null
  account text C not null
  identifier text not null
  family_name text not null
  birth_date date not null
  created timestamp with time zone not null default now()
  decided timestamp with time zone
  decided_by text C
  patient text C
  index record_claim_open unique btree (clinic, account) WHERE (decided IS NULL)
  index record_claim_pkey primary btree (id)
  record_claim_account_fkey FOREIGN KEY (account) REFERENCES person_account(id) ON DELETE CASCADE
  almanac_server may delete, insert, select, update

table reindex
  type text C not null
  parameter text C not null
  after_tenant text C
  after_id text C
  requested timestamp with time zone not null default now()
  index reindex_pkey primary btree (type, parameter)
  almanac_server may select
  almanac_upkeep may delete, insert, select, update

table relatedperson
  by__text tsvector
  by_active text C
  by_address text C
  by_address_city text C
  by_address_country text C
  by_address_postalcode text C
  by_address_state text C
  by_address_use text[] C
  by_birthdate_start timestamp with time zone
  by_birthdate_end timestamp with time zone
  by_email text[] C
  by_gender text C
  by_identifier text[] C
  by_name text C
  by_patient text C
  by_patient_also text[] C
  by_phone text[] C
  by_phonetic text C
  by_relationship text[] C
  by_telecom text[] C
  index <table>_by_active btree (tenant, by_active) WHERE (by_active IS NOT NULL)
  index <table>_by_birthdate_start btree (tenant, by_birthdate_start) WHERE (by_birthdate_start IS NOT NULL)
  index <table>_by_gender btree (tenant, by_gender) WHERE (by_gender IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_address gin_trgm_ops, by_address_use, by_identifier, by_name gin_trgm_ops, by_patient_also, by_relationship, by_telecom) WITH (gin_pending_list_limit='512')

table requestgroup
  by__text tsvector
  by_author text C
  by_author_also text[] C
  by_authored_start timestamp with time zone
  by_authored_end timestamp with time zone
  by_code text[] C
  by_encounter text C
  by_encounter_also text[] C
  by_group_identifier text[] C
  by_identifier text[] C
  by_instantiates_canonical text[] C
  by_instantiates_uri text[] C
  by_intent text C
  by_participant text[] C
  by_patient text C
  by_patient_also text[] C
  by_priority text C
  by_status text C
  by_subject text C
  by_subject_also text[] C
  index <table>_by_author btree (tenant, by_author) WHERE (by_author IS NOT NULL)
  index <table>_by_authored_start btree (tenant, by_authored_start) WHERE (by_authored_start IS NOT NULL)
  index <table>_by_encounter btree (tenant, by_encounter) WHERE (by_encounter IS NOT NULL)
  index <table>_by_intent btree (tenant, by_intent) WHERE (by_intent IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_priority btree (tenant, by_priority) WHERE (by_priority IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_author_also, by_code, by_encounter_also, by_group_identifier, by_identifier, by_instantiates_canonical, by_instantiates_uri, by_participant, by_patient_also, by_subject_also) WITH (gin_pending_list_limit='512')

table researchdefinition
  by__text tsvector
  by_composed_of text[] C
  by_context text[] C
  by_context_quantity_low numeric
  by_context_quantity_high numeric
  by_context_quantity_units text[] C
  by_context_quantity_all jsonb
  by_context_type text[] C
  by_context_type_quantity jsonb
  by_context_type_quantity_first text[] C
  by_context_type_value jsonb
  by_context_type_value_first text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_depends_on text[] C
  by_derived_from text[] C
  by_description text C
  by_effective_start timestamp with time zone
  by_effective_end timestamp with time zone
  by_identifier text[] C
  by_jurisdiction text[] C
  by_name text C
  by_predecessor text[] C
  by_publisher text C
  by_status text C
  by_successor text[] C
  by_title text C
  by_topic text[] C
  by_url text C
  by_version text[] C
  index <table>_by_context_quantity_low btree (tenant, by_context_quantity_low) WHERE (by_context_quantity_low IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_effective_end btree (tenant, by_effective_end) WHERE (by_effective_end IS NOT NULL)
  index <table>_by_effective_start btree (tenant, by_effective_start) WHERE (by_effective_start IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_url btree (tenant, by_url) WHERE (by_url IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_composed_of, by_context, by_context_quantity_units, by_context_type, by_context_type_quantity_first, by_context_type_value_first, by_depends_on, by_derived_from, by_description gin_trgm_ops, by_identifier, by_jurisdiction, by_name gin_trgm_ops, by_predecessor, by_publisher gin_trgm_ops, by_successor, by_title gin_trgm_ops, by_topic, by_version) WITH (gin_pending_list_limit='512')

table researchelementdefinition
  by__text tsvector
  by_composed_of text[] C
  by_context text[] C
  by_context_quantity_low numeric
  by_context_quantity_high numeric
  by_context_quantity_units text[] C
  by_context_quantity_all jsonb
  by_context_type text[] C
  by_context_type_quantity jsonb
  by_context_type_quantity_first text[] C
  by_context_type_value jsonb
  by_context_type_value_first text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_depends_on text[] C
  by_derived_from text[] C
  by_description text C
  by_effective_start timestamp with time zone
  by_effective_end timestamp with time zone
  by_identifier text[] C
  by_jurisdiction text[] C
  by_name text C
  by_predecessor text[] C
  by_publisher text C
  by_status text C
  by_successor text[] C
  by_title text C
  by_topic text[] C
  by_url text C
  by_version text[] C
  index <table>_by_context_quantity_low btree (tenant, by_context_quantity_low) WHERE (by_context_quantity_low IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_effective_end btree (tenant, by_effective_end) WHERE (by_effective_end IS NOT NULL)
  index <table>_by_effective_start btree (tenant, by_effective_start) WHERE (by_effective_start IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_url btree (tenant, by_url) WHERE (by_url IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_composed_of, by_context, by_context_quantity_units, by_context_type, by_context_type_quantity_first, by_context_type_value_first, by_depends_on, by_derived_from, by_description gin_trgm_ops, by_identifier, by_jurisdiction, by_name gin_trgm_ops, by_predecessor, by_publisher gin_trgm_ops, by_successor, by_title gin_trgm_ops, by_topic, by_version) WITH (gin_pending_list_limit='512')

table researchstudy
  by__text tsvector
  by_category text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_focus text[] C
  by_identifier text[] C
  by_keyword text[] C
  by_location text[] C
  by_partof text[] C
  by_principalinvestigator text C
  by_principalinvestigator_also text[] C
  by_protocol text[] C
  by_site text[] C
  by_sponsor text C
  by_sponsor_also text[] C
  by_status text C
  by_title text C
  index <table>_by_date_end btree (tenant, by_date_end) WHERE (by_date_end IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_principalinvestigator btree (tenant, by_principalinvestigator) WHERE (by_principalinvestigator IS NOT NULL)
  index <table>_by_sponsor btree (tenant, by_sponsor) WHERE (by_sponsor IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_category, by_focus, by_identifier, by_keyword, by_location, by_partof, by_principalinvestigator_also, by_protocol, by_site, by_sponsor_also, by_title gin_trgm_ops) WITH (gin_pending_list_limit='512')

table researchsubject
  by__text tsvector
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_identifier text[] C
  by_individual text C
  by_individual_also text[] C
  by_patient text C
  by_patient_also text[] C
  by_status text C
  by_study text C
  by_study_also text[] C
  index <table>_by_date_end btree (tenant, by_date_end) WHERE (by_date_end IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_individual btree (tenant, by_individual) WHERE (by_individual IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_study btree (tenant, by_study) WHERE (by_study IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_identifier, by_individual_also, by_patient_also, by_study_also) WITH (gin_pending_list_limit='512')

table riskassessment
  by__text tsvector
  by_condition text C
  by_condition_also text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_encounter text C
  by_encounter_also text[] C
  by_identifier text[] C
  by_method text[] C
  by_patient text C
  by_patient_also text[] C
  by_performer text C
  by_performer_also text[] C
  by_probability_low numeric
  by_probability_high numeric
  by_probability_all numrange[]
  by_risk text[] C
  by_subject text C
  by_subject_also text[] C
  index <table>_by_condition btree (tenant, by_condition) WHERE (by_condition IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_encounter btree (tenant, by_encounter) WHERE (by_encounter IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_performer btree (tenant, by_performer) WHERE (by_performer IS NOT NULL)
  index <table>_by_probability_low btree (tenant, by_probability_low) WHERE (by_probability_low IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_condition_also, by_encounter_also, by_identifier, by_method, by_patient_also, by_performer_also, by_risk, by_subject_also) WITH (gin_pending_list_limit='512')

table riskevidencesynthesis
  by__text tsvector
  by_context text[] C
  by_context_quantity_low numeric
  by_context_quantity_high numeric
  by_context_quantity_units text[] C
  by_context_quantity_all jsonb
  by_context_type text[] C
  by_context_type_quantity jsonb
  by_context_type_quantity_first text[] C
  by_context_type_value jsonb
  by_context_type_value_first text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_description text C
  by_effective_start timestamp with time zone
  by_effective_end timestamp with time zone
  by_identifier text[] C
  by_jurisdiction text[] C
  by_name text C
  by_publisher text C
  by_status text C
  by_title text C
  by_url text C
  by_version text[] C
  index <table>_by_context_quantity_low btree (tenant, by_context_quantity_low) WHERE (by_context_quantity_low IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_effective_end btree (tenant, by_effective_end) WHERE (by_effective_end IS NOT NULL)
  index <table>_by_effective_start btree (tenant, by_effective_start) WHERE (by_effective_start IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_url btree (tenant, by_url) WHERE (by_url IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_context, by_context_quantity_units, by_context_type, by_context_type_quantity_first, by_context_type_value_first, by_description gin_trgm_ops, by_identifier, by_jurisdiction, by_name gin_trgm_ops, by_publisher gin_trgm_ops, by_title gin_trgm_ops, by_version) WITH (gin_pending_list_limit='512')

table roster_state
  tenant text C not null
  schedule text C not null
  fingerprint text not null
  until timestamp with time zone not null
  index roster_state_pkey primary btree (tenant, schedule)
  row level security forced
  policy tenant to almanac_server using (tenant = current_setting('almanac.tenant'::text, true))
  policy upkeep to almanac_upkeep using true
  almanac_server may delete, insert, select, update
  almanac_upkeep may select

table schedule
  by__text tsvector
  by_active text C
  by_actor text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_identifier text[] C
  by_service_category text[] C
  by_service_type text[] C
  by_specialty text[] C
  index <table>_by_active btree (tenant, by_active) WHERE (by_active IS NOT NULL)
  index <table>_by_date_end btree (tenant, by_date_end) WHERE (by_date_end IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_actor, by_identifier, by_service_category, by_service_type, by_specialty) WITH (gin_pending_list_limit='512')

table searchparameter
  by__text tsvector
  by_base text[] C
  by_code text C
  by_component text[] C
  by_context text[] C
  by_context_quantity_low numeric
  by_context_quantity_high numeric
  by_context_quantity_units text[] C
  by_context_quantity_all jsonb
  by_context_type text[] C
  by_context_type_quantity jsonb
  by_context_type_quantity_first text[] C
  by_context_type_value jsonb
  by_context_type_value_first text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_derived_from text C
  by_derived_from_also text[] C
  by_description text C
  by_jurisdiction text[] C
  by_name text C
  by_publisher text C
  by_status text C
  by_target text[] C
  by_type text C
  by_url text C
  by_version text[] C
  index <table>_by_code btree (tenant, by_code) WHERE (by_code IS NOT NULL)
  index <table>_by_context_quantity_low btree (tenant, by_context_quantity_low) WHERE (by_context_quantity_low IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_derived_from btree (tenant, by_derived_from) WHERE (by_derived_from IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_type btree (tenant, by_type) WHERE (by_type IS NOT NULL)
  index <table>_by_url btree (tenant, by_url) WHERE (by_url IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_base, by_component, by_context, by_context_quantity_units, by_context_type, by_context_type_quantity_first, by_context_type_value_first, by_derived_from_also, by_description gin_trgm_ops, by_jurisdiction, by_name gin_trgm_ops, by_publisher gin_trgm_ops, by_target, by_version) WITH (gin_pending_list_limit='512')
  policy shipped to almanac_server using (tenant = '*'::text)

table secret
  name text C not null
  value bytea not null
  index secret_pkey primary btree (name)
  almanac_server may insert, select
  almanac_upkeep may insert, select

table servicerequest
  by__text tsvector
  by_authored_start timestamp with time zone
  by_authored_end timestamp with time zone
  by_based_on text[] C
  by_body_site text[] C
  by_category text[] C
  by_code text[] C
  by_encounter text C
  by_encounter_also text[] C
  by_identifier text[] C
  by_instantiates_canonical text[] C
  by_instantiates_uri text[] C
  by_intent text C
  by_occurrence_start timestamp with time zone
  by_occurrence_end timestamp with time zone
  by_patient text C
  by_patient_also text[] C
  by_performer text[] C
  by_performer_type text[] C
  by_priority text C
  by_replaces text[] C
  by_requester text C
  by_requester_also text[] C
  by_requisition text[] C
  by_specimen text[] C
  by_status text C
  by_subject text C
  by_subject_also text[] C
  index <table>_by_authored_start btree (tenant, by_authored_start) WHERE (by_authored_start IS NOT NULL)
  index <table>_by_encounter btree (tenant, by_encounter) WHERE (by_encounter IS NOT NULL)
  index <table>_by_intent btree (tenant, by_intent) WHERE (by_intent IS NOT NULL)
  index <table>_by_occurrence_end btree (tenant, by_occurrence_end) WHERE (by_occurrence_end IS NOT NULL)
  index <table>_by_occurrence_start btree (tenant, by_occurrence_start) WHERE (by_occurrence_start IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_priority btree (tenant, by_priority) WHERE (by_priority IS NOT NULL)
  index <table>_by_requester btree (tenant, by_requester) WHERE (by_requester IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_based_on, by_body_site, by_category, by_code, by_encounter_also, by_identifier, by_instantiates_canonical, by_instantiates_uri, by_patient_also, by_performer, by_performer_type, by_replaces, by_requester_also, by_requisition, by_specimen, by_subject_also) WITH (gin_pending_list_limit='512')

table setting
  name text C not null
  value jsonb not null
  updated timestamp with time zone not null default now()
  index setting_pkey primary btree (name)
  almanac_server may insert, select, update
  almanac_upkeep may insert, select, update

table sign_in_failure
  key bytea not null
  failures integer not null
  last timestamp with time zone not null
  index sign_in_failure_pkey primary btree (key)
  almanac_server may delete, insert, select, update

table sign_in_visit
  id bytea not null
  email text C
  clinic text C
  continues text not null
  factors text[] not null default '{}'::text[]
  account text C
  link bytea
  code bytea
  tries integer not null default 0
  challenge text
  pending_secret bytea
  finished boolean not null default false
  created timestamp with time zone not null default now()
  expires timestamp with time zone not null
  index sign_in_visit_email btree (email, created) WHERE (email IS NOT NULL)
  index sign_in_visit_expires btree (expires)
  index sign_in_visit_pkey primary btree (id)
  almanac_server may delete, insert, select, update

table signing_key
  kid text C not null
  jwk jsonb not null
  created timestamp with time zone not null default now()
  retired timestamp with time zone
  index signing_key_pkey primary btree (kid)
  almanac_server may insert, select, update
  almanac_upkeep may insert, select, update

table slot
  by__text tsvector
  by_appointment_type text[] C
  by_end_start timestamp with time zone
  by_end_end timestamp with time zone
  by_identifier text[] C
  by_schedule text C
  by_schedule_also text[] C
  by_service_category text[] C
  by_service_type text[] C
  by_specialty text[] C
  by_start_start timestamp with time zone
  by_start_end timestamp with time zone
  by_status text C
  index <table>_by_schedule btree (tenant, by_schedule) WHERE (by_schedule IS NOT NULL)
  index <table>_by_schedule_by_start_start_id_by_status_by_end_start btree (tenant, by_schedule, by_start_start, id, by_status, by_end_start)
  index <table>_by_start_start btree (tenant, by_start_start) WHERE (by_start_start IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_appointment_type, by_identifier, by_schedule_also, by_service_category, by_service_type, by_specialty) WITH (gin_pending_list_limit='512')

table specimen
  by__text tsvector
  by_accession text[] C
  by_bodysite text[] C
  by_collected_start timestamp with time zone
  by_collected_end timestamp with time zone
  by_collector text C
  by_collector_also text[] C
  by_container text[] C
  by_container_id text[] C
  by_identifier text[] C
  by_parent text[] C
  by_patient text C
  by_patient_also text[] C
  by_status text C
  by_subject text C
  by_subject_also text[] C
  by_type text[] C
  index <table>_by_collected_end btree (tenant, by_collected_end) WHERE (by_collected_end IS NOT NULL)
  index <table>_by_collected_start btree (tenant, by_collected_start) WHERE (by_collected_start IS NOT NULL)
  index <table>_by_collector btree (tenant, by_collector) WHERE (by_collector IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_accession, by_bodysite, by_collector_also, by_container, by_container_id, by_identifier, by_parent, by_patient_also, by_subject_also, by_type) WITH (gin_pending_list_limit='512')

table specimendefinition
  by__text tsvector
  by_container text[] C
  by_identifier text[] C
  by_type text[] C
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_container, by_identifier, by_type) WITH (gin_pending_list_limit='512')

table structuredefinition
  by__text tsvector
  by_abstract text C
  by_base text C
  by_base_also text[] C
  by_base_path text[] C
  by_context text[] C
  by_context_quantity_low numeric
  by_context_quantity_high numeric
  by_context_quantity_units text[] C
  by_context_quantity_all jsonb
  by_context_type text[] C
  by_context_type_quantity jsonb
  by_context_type_quantity_first text[] C
  by_context_type_value jsonb
  by_context_type_value_first text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_derivation text C
  by_description text C
  by_experimental text C
  by_ext_context text[] C
  by_identifier text[] C
  by_jurisdiction text[] C
  by_keyword text[] C
  by_kind text C
  by_name text C
  by_path text[] C
  by_publisher text C
  by_status text C
  by_title text C
  by_type text C
  by_url text C
  by_valueset text[] C
  by_version text[] C
  index <table>_by_abstract btree (tenant, by_abstract) WHERE (by_abstract IS NOT NULL)
  index <table>_by_base btree (tenant, by_base) WHERE (by_base IS NOT NULL)
  index <table>_by_context_quantity_low btree (tenant, by_context_quantity_low) WHERE (by_context_quantity_low IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_derivation btree (tenant, by_derivation) WHERE (by_derivation IS NOT NULL)
  index <table>_by_experimental btree (tenant, by_experimental) WHERE (by_experimental IS NOT NULL)
  index <table>_by_kind btree (tenant, by_kind) WHERE (by_kind IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_type btree (tenant, by_type) WHERE (by_type IS NOT NULL)
  index <table>_by_url btree (tenant, by_url) WHERE (by_url IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_base_also, by_base_path, by_context, by_context_quantity_units, by_context_type, by_context_type_quantity_first, by_context_type_value_first, by_description gin_trgm_ops, by_ext_context, by_identifier, by_jurisdiction, by_keyword, by_name gin_trgm_ops, by_path, by_publisher gin_trgm_ops, by_title gin_trgm_ops, by_valueset, by_version) WITH (gin_pending_list_limit='512')
  policy shipped to almanac_server using (tenant = '*'::text)

table structuremap
  by__text tsvector
  by_context text[] C
  by_context_quantity_low numeric
  by_context_quantity_high numeric
  by_context_quantity_units text[] C
  by_context_quantity_all jsonb
  by_context_type text[] C
  by_context_type_quantity jsonb
  by_context_type_quantity_first text[] C
  by_context_type_value jsonb
  by_context_type_value_first text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_description text C
  by_identifier text[] C
  by_jurisdiction text[] C
  by_name text C
  by_publisher text C
  by_status text C
  by_title text C
  by_url text C
  by_version text[] C
  index <table>_by_context_quantity_low btree (tenant, by_context_quantity_low) WHERE (by_context_quantity_low IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_url btree (tenant, by_url) WHERE (by_url IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_context, by_context_quantity_units, by_context_type, by_context_type_quantity_first, by_context_type_value_first, by_description gin_trgm_ops, by_identifier, by_jurisdiction, by_name gin_trgm_ops, by_publisher gin_trgm_ops, by_title gin_trgm_ops, by_version) WITH (gin_pending_list_limit='512')

table subscription
  by__text tsvector
  by_contact text[] C
  by_criteria text C
  by_payload text C
  by_status text C
  by_type text C
  by_url text C
  index <table>_by_payload btree (tenant, by_payload) WHERE (by_payload IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_type btree (tenant, by_type) WHERE (by_type IS NOT NULL)
  index <table>_by_url btree (tenant, by_url) WHERE (by_url IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_contact, by_criteria gin_trgm_ops) WITH (gin_pending_list_limit='512')

table substance
  by__text tsvector
  by_category text[] C
  by_code text[] C
  by_container_identifier text[] C
  by_expiry_start timestamp with time zone
  by_expiry_end timestamp with time zone
  by_expiry_all tstzrange[]
  by_identifier text[] C
  by_quantity_low numeric
  by_quantity_high numeric
  by_quantity_units text[] C
  by_quantity_all jsonb
  by_status text C
  by_<table>_reference text[] C
  index <table>_by_expiry_end btree (tenant, by_expiry_end) WHERE (by_expiry_end IS NOT NULL)
  index <table>_by_expiry_start btree (tenant, by_expiry_start) WHERE (by_expiry_start IS NOT NULL)
  index <table>_by_quantity_low btree (tenant, by_quantity_low) WHERE (by_quantity_low IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_category, by_code, by_container_identifier, by_identifier, by_quantity_units, by_<table>_reference) WITH (gin_pending_list_limit='512')

table substancenucleicacid
  by__text tsvector
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text) WITH (gin_pending_list_limit='512')

table substancepolymer
  by__text tsvector
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text) WITH (gin_pending_list_limit='512')

table substanceprotein
  by__text tsvector
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text) WITH (gin_pending_list_limit='512')

table substancereferenceinformation
  by__text tsvector
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text) WITH (gin_pending_list_limit='512')

table substancesourcematerial
  by__text tsvector
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text) WITH (gin_pending_list_limit='512')

table substancespecification
  by__text tsvector
  by_code text[] C
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_code) WITH (gin_pending_list_limit='512')

table supplydelivery
  by__text tsvector
  by_identifier text[] C
  by_patient text C
  by_patient_also text[] C
  by_receiver text[] C
  by_status text C
  by_supplier text C
  by_supplier_also text[] C
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_supplier btree (tenant, by_supplier) WHERE (by_supplier IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_identifier, by_patient_also, by_receiver, by_supplier_also) WITH (gin_pending_list_limit='512')

table supplyrequest
  by__text tsvector
  by_category text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_identifier text[] C
  by_requester text C
  by_requester_also text[] C
  by_status text C
  by_subject text C
  by_subject_also text[] C
  by_supplier text[] C
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_requester btree (tenant, by_requester) WHERE (by_requester IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_category, by_identifier, by_requester_also, by_subject_also, by_supplier) WITH (gin_pending_list_limit='512')

table task
  by__text tsvector
  by_authored_on_start timestamp with time zone
  by_authored_on_end timestamp with time zone
  by_based_on text[] C
  by_business_status text[] C
  by_code text[] C
  by_encounter text C
  by_encounter_also text[] C
  by_focus text C
  by_focus_also text[] C
  by_group_identifier text[] C
  by_identifier text[] C
  by_intent text C
  by_modified_start timestamp with time zone
  by_modified_end timestamp with time zone
  by_owner text C
  by_owner_also text[] C
  by_part_of text[] C
  by_patient text C
  by_patient_also text[] C
  by_performer text[] C
  by_period_start timestamp with time zone
  by_period_end timestamp with time zone
  by_priority text C
  by_requester text C
  by_requester_also text[] C
  by_status text C
  by_subject text C
  by_subject_also text[] C
  index <table>_by_authored_on_start btree (tenant, by_authored_on_start) WHERE (by_authored_on_start IS NOT NULL)
  index <table>_by_encounter btree (tenant, by_encounter) WHERE (by_encounter IS NOT NULL)
  index <table>_by_focus btree (tenant, by_focus) WHERE (by_focus IS NOT NULL)
  index <table>_by_intent btree (tenant, by_intent) WHERE (by_intent IS NOT NULL)
  index <table>_by_modified_start btree (tenant, by_modified_start) WHERE (by_modified_start IS NOT NULL)
  index <table>_by_owner btree (tenant, by_owner) WHERE (by_owner IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_period_end btree (tenant, by_period_end) WHERE (by_period_end IS NOT NULL)
  index <table>_by_period_start btree (tenant, by_period_start) WHERE (by_period_start IS NOT NULL)
  index <table>_by_priority btree (tenant, by_priority) WHERE (by_priority IS NOT NULL)
  index <table>_by_requester btree (tenant, by_requester) WHERE (by_requester IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_subject btree (tenant, by_subject) WHERE (by_subject IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_based_on, by_business_status, by_code, by_encounter_also, by_focus_also, by_group_identifier, by_identifier, by_owner_also, by_part_of, by_patient_also, by_performer, by_requester_also, by_subject_also) WITH (gin_pending_list_limit='512')

table terminologycapabilities
  by__text tsvector
  by_context text[] C
  by_context_quantity_low numeric
  by_context_quantity_high numeric
  by_context_quantity_units text[] C
  by_context_quantity_all jsonb
  by_context_type text[] C
  by_context_type_quantity jsonb
  by_context_type_quantity_first text[] C
  by_context_type_value jsonb
  by_context_type_value_first text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_description text C
  by_jurisdiction text[] C
  by_name text C
  by_publisher text C
  by_status text C
  by_title text C
  by_url text C
  by_version text[] C
  index <table>_by_context_quantity_low btree (tenant, by_context_quantity_low) WHERE (by_context_quantity_low IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_url btree (tenant, by_url) WHERE (by_url IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_context, by_context_quantity_units, by_context_type, by_context_type_quantity_first, by_context_type_value_first, by_description gin_trgm_ops, by_jurisdiction, by_name gin_trgm_ops, by_publisher gin_trgm_ops, by_title gin_trgm_ops, by_version) WITH (gin_pending_list_limit='512')

table testreport
  by__text tsvector
  by_identifier text[] C
  by_issued_start timestamp with time zone
  by_issued_end timestamp with time zone
  by_participant text[] C
  by_result text C
  by_tester text C
  by_testscript text C
  by_testscript_also text[] C
  index <table>_by_issued_start btree (tenant, by_issued_start) WHERE (by_issued_start IS NOT NULL)
  index <table>_by_result btree (tenant, by_result) WHERE (by_result IS NOT NULL)
  index <table>_by_testscript btree (tenant, by_testscript) WHERE (by_testscript IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_identifier, by_participant, by_tester gin_trgm_ops, by_testscript_also) WITH (gin_pending_list_limit='512')

table testscript
  by__text tsvector
  by_context text[] C
  by_context_quantity_low numeric
  by_context_quantity_high numeric
  by_context_quantity_units text[] C
  by_context_quantity_all jsonb
  by_context_type text[] C
  by_context_type_quantity jsonb
  by_context_type_quantity_first text[] C
  by_context_type_value jsonb
  by_context_type_value_first text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_description text C
  by_identifier text[] C
  by_jurisdiction text[] C
  by_name text C
  by_publisher text C
  by_status text C
  by_<table>_capability text C
  by_title text C
  by_url text C
  by_version text[] C
  index <table>_by_context_quantity_low btree (tenant, by_context_quantity_low) WHERE (by_context_quantity_low IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_url btree (tenant, by_url) WHERE (by_url IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_context, by_context_quantity_units, by_context_type, by_context_type_quantity_first, by_context_type_value_first, by_description gin_trgm_ops, by_identifier, by_jurisdiction, by_name gin_trgm_ops, by_publisher gin_trgm_ops, by_<table>_capability gin_trgm_ops, by_title gin_trgm_ops, by_version) WITH (gin_pending_list_limit='512')

table valueset
  by__text tsvector
  by_code text[] C
  by_context text[] C
  by_context_quantity_low numeric
  by_context_quantity_high numeric
  by_context_quantity_units text[] C
  by_context_quantity_all jsonb
  by_context_type text[] C
  by_context_type_quantity jsonb
  by_context_type_quantity_first text[] C
  by_context_type_value jsonb
  by_context_type_value_first text[] C
  by_date_start timestamp with time zone
  by_date_end timestamp with time zone
  by_description text C
  by_expansion text C
  by_identifier text[] C
  by_jurisdiction text[] C
  by_name text C
  by_publisher text C
  by_reference text[] C
  by_status text C
  by_title text C
  by_url text C
  by_version text[] C
  index <table>_by_context_quantity_low btree (tenant, by_context_quantity_low) WHERE (by_context_quantity_low IS NOT NULL)
  index <table>_by_date_start btree (tenant, by_date_start) WHERE (by_date_start IS NOT NULL)
  index <table>_by_expansion btree (tenant, by_expansion) WHERE (by_expansion IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_by_url btree (tenant, by_url) WHERE (by_url IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_code, by_context, by_context_quantity_units, by_context_type, by_context_type_quantity_first, by_context_type_value_first, by_description gin_trgm_ops, by_identifier, by_jurisdiction, by_name gin_trgm_ops, by_publisher gin_trgm_ops, by_reference, by_title gin_trgm_ops, by_version) WITH (gin_pending_list_limit='512')
  policy shipped to almanac_server using (tenant = '*'::text)

table verificationresult
  by__text tsvector
  by_target text[] C
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_target) WITH (gin_pending_list_limit='512')

table visionprescription
  by__text tsvector
  by_datewritten_start timestamp with time zone
  by_datewritten_end timestamp with time zone
  by_encounter text C
  by_encounter_also text[] C
  by_identifier text[] C
  by_patient text C
  by_patient_also text[] C
  by_prescriber text C
  by_prescriber_also text[] C
  by_status text C
  index <table>_by_datewritten_start btree (tenant, by_datewritten_start) WHERE (by_datewritten_start IS NOT NULL)
  index <table>_by_encounter btree (tenant, by_encounter) WHERE (by_encounter IS NOT NULL)
  index <table>_by_patient btree (tenant, by_patient) WHERE (by_patient IS NOT NULL)
  index <table>_by_prescriber btree (tenant, by_prescriber) WHERE (by_prescriber IS NOT NULL)
  index <table>_by_status btree (tenant, by_status) WHERE (by_status IS NOT NULL)
  index <table>_terms_1 gin (by__profile, by__security, by__tag, by__text, by_encounter_also, by_identifier, by_patient_also, by_prescriber_also) WITH (gin_pending_list_limit='512')

table visit_message
  tenant text C not null
  id uuid not null
  appointment text C not null
  patient text C not null
  kind text not null
  was timestamp with time zone
  made timestamp with time zone not null default clock_timestamp()
  due timestamp with time zone not null
  attempts integer not null default 0
  fault text
  ended timestamp with time zone
  outcome text
  index visit_message_due btree (due) WHERE (ended IS NULL)
  index visit_message_ended btree (ended) WHERE (ended IS NOT NULL)
  index visit_message_open btree (tenant, appointment) WHERE (ended IS NULL)
  index visit_message_pkey primary btree (tenant, id)
  visit_message_kind_check CHECK ((kind = ANY (ARRAY['moved'::text, 'changed'::text, 'cancelled'::text, 'offered'::text])))
  visit_message_outcome_check CHECK ((outcome = ANY (ARRAY['sent'::text, 'overtaken'::text, 'no-address'::text, 'failed'::text])))
  row level security forced
  policy tenant to almanac_server using (tenant = current_setting('almanac.tenant'::text, true))
  policy upkeep to almanac_upkeep using true
  almanac_server may delete, insert, select, update
  almanac_upkeep may delete
  almanac_upkeep may select the 4 search columns

table visit_offer
  tenant text C not null
  page uuid not null
  expires timestamp with time zone not null
  appointments jsonb not null
  index visit_offer_expires btree (tenant, expires)
  index visit_offer_pkey primary btree (tenant, page)
  row level security forced
  policy tenant to almanac_server using (tenant = current_setting('almanac.tenant'::text, true))
  policy upkeep to almanac_upkeep using true
  almanac_server may delete, insert, select
  almanac_upkeep may select

table waitlist_entry
  tenant text C not null
  appointment text C not null
  since timestamp with time zone not null
  version integer not null
  index waitlist_entry_pkey primary btree (tenant, appointment)
  row level security forced
  policy tenant to almanac_server using (tenant = current_setting('almanac.tenant'::text, true))
  policy upkeep to almanac_upkeep using true
  almanac_server may delete, insert, select, update
  almanac_upkeep may select

table waitlist_look
  tenant text C not null
  turn_ends timestamp with time zone not null
  looked timestamp with time zone not null
  index waitlist_look_pkey primary btree (tenant)
  row level security forced
  policy tenant to almanac_server using (tenant = current_setting('almanac.tenant'::text, true))
  policy upkeep to almanac_upkeep using true
  almanac_server may insert, select, update
  almanac_upkeep may select

table waitlist_offer
  tenant text C not null
  appointment text C not null
  made timestamp with time zone not null
  begins timestamp with time zone not null
  ends timestamp with time zone not null
  deadline timestamp with time zone not null
  outcome text
  ended timestamp with time zone
  index waitlist_offer_open unique btree (tenant, appointment) WHERE (outcome IS NULL)
  index waitlist_offer_pkey primary btree (tenant, appointment, made)
  waitlist_offer_outcome_check CHECK ((outcome = ANY (ARRAY['accepted'::text, 'declined'::text, 'expired'::text, 'withdrawn'::text])))
  row level security forced
  policy tenant to almanac_server using (tenant = current_setting('almanac.tenant'::text, true))
  policy upkeep to almanac_upkeep using true
  almanac_server may insert, select, update
  almanac_upkeep may select
