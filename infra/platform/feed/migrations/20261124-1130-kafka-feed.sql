-- Not breaking; creates a new table only, takes no lock on existing ones.
create table feed.partitions (
  consumer text not null references feed.consumers (name) on delete cascade,
  topic text not null,
  partition integer not null,
  done_offset bigint not null default -1,
  planned_offset bigint,
  source text not null default '',
  done_xid xid8 not null default '0',
  done_seq bigint not null default 0,
  updated_at timestamptz not null default now(),
  primary key (consumer, topic, partition),
  check (planned_offset is null or planned_offset > done_offset)
);
comment on table feed.partitions is 'How far a consumer is in each partition of Kafka: everything up to done_offset is delivered; planned_offset is the end of the range being delivered, kept so that a crash delivers the same range again, whoever has the partition then.';
comment on column feed.partitions.done_xid is 'With done_seq: the outbox position of the last event delivered from this partition. What stands at or below it was published again by the relay, and is dropped.';
comment on column feed.partitions.source is 'The database that done_xid and done_seq belong to; events of another one are compared with nothing.';
