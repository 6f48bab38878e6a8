-- In seconds: what takes long is not done often.
alter table published_look add column took double precision not null default 0;
