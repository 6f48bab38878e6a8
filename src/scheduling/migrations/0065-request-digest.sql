-- A digest of what was asked with the key: another request by the same key is a mistake, and told so.
alter table booking_request add column asked text collate "C";
