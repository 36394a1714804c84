-- Not breaking; creates new tables only, takes no lock on existing ones.
create schema feed;

create table feed.outbox (
  seq bigint generated always as identity,
  xid xid8 not null default pg_current_xact_id(),
  topic text not null,
  domain text not null,
  event_key text not null,
  payload text not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (xid, seq)
);
comment on table feed.outbox is 'Events written by the transaction that changed the state they describe; read in (xid, seq) order behind the fence xid < pg_snapshot_xmin(pg_current_snapshot()).';
comment on column feed.outbox.event_key is 'The id whose order matters: form id, case id, user id.';
comment on column feed.outbox.payload is 'One JSON document, the shape of which the producing room''s contract.ts gives for the topic.';

create table feed.consumers (
  name text primary key,
  topics text[] not null,
  done_xid xid8 not null default '0',
  done_seq bigint not null default 0,
  planned_xid xid8,
  planned_seq bigint,
  done_at timestamptz,
  done_through_at timestamptz,
  delivered_events bigint not null default 0,
  updated_at timestamptz not null default now(),
  check ((planned_xid is null) = (planned_seq is null))
);
comment on table feed.consumers is 'One row per named consumer: everything up to (done_xid, done_seq) is delivered; (planned_xid, planned_seq) is the end of the range being delivered, kept so that a crash delivers the same range again.';
comment on column feed.consumers.done_through_at is 'Every event created before this instant has been delivered: the "as of" of what the consumer feeds.';

create table feed.parked (
  parked_id bigint generated always as identity primary key,
  consumer text not null,
  topic text not null,
  domain text not null,
  event_key text not null,
  xid xid8 not null,
  seq bigint not null,
  payload text not null,
  code text not null,
  reason text not null,
  attempts integer not null default 1,
  parked_at timestamptz not null default now(),
  replayed_at timestamptz,
  unique (consumer, xid, seq)
);
comment on table feed.parked is 'Events that a consumer could not use: kept whole, shown to people, sent again by feed replay.';
create index parked_open on feed.parked (domain, parked_at) where replayed_at is null;
