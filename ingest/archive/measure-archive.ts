import type { Metrics, Postgres } from '#infra/platform/index.ts'
import { readArchiveStatus } from './status.ts'

export interface ArchiveMeter {
  archived(batch: { readonly forms: number; readonly attachments: number; readonly bytes: number }): void
  failed(): void
}

/** Counts what this process archives, and shows how far the archive as a whole is. */
export function measureArchive(metrics: Metrics, postgres: Postgres): ArchiveMeter {
  const forms = metrics.counter('ingest_archive_forms_total', 'Forms whose bytes have left Postgres.')
  const attachments = metrics.counter(
    'ingest_archive_attachments_total',
    'Files of forms whose bytes have left Postgres.',
  )
  const bytes = metrics.counter('ingest_archive_bytes_total', 'Bytes of the objects that were stored.')
  const failures = metrics.counter('ingest_archive_failures_total', 'Runs of the archiver that failed.')
  const waiting = metrics.gauge(
    'ingest_archive_waiting',
    'Forms whose bytes are in Postgres; counted up to a million.',
  )
  const oldest = metrics.gauge(
    'ingest_archive_oldest_seconds',
    'Age of the oldest form whose bytes are in Postgres.',
  )
  const objects = metrics.gauge('ingest_archive_objects', 'Objects of the archive.')
  metrics.beforeRead(async () => {
    const status = await readArchiveStatus(postgres)
    waiting.set(status.waiting_forms)
    objects.set(status.objects)
    const since = status.oldest_waiting_at
    oldest.set(since === null ? 0 : Math.max(0, (Date.now() - Date.parse(since)) / 1_000))
  })
  return {
    archived(batch) {
      forms.inc(batch.forms)
      attachments.inc(batch.attachments)
      bytes.inc(batch.bytes)
    },
    failed: () => failures.inc(),
  }
}
