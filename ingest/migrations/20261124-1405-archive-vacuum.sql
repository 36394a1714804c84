-- Not breaking; waits for nobody: only what the daemon reads before it vacuums.
-- Until it is vacuumed a form takes its place twice. Measured at 20,000 forms: 87 bytes each when that is a twentieth of them.
alter table ingest.forms set (autovacuum_vacuum_scale_factor = 0.02, toast.autovacuum_vacuum_scale_factor = 0.02);
alter table ingest.form_attachments set (
  autovacuum_vacuum_scale_factor = 0.02, toast.autovacuum_vacuum_scale_factor = 0.02);
