/** Columns of a form that only somebody who reads the whole form asks for: once it is archived they are with its XML, and null in its row. */
import { z } from 'zod'

const text = z.string().nullable()

export const FormColumnsKept = z.object({
  app_id: text,
  build_id: text,
  username: text,
  device_id: text,
  time_start: text,
  time_end: text,
  commcare_version: text,
  app_version: text,
  app_build_version: z.number().nullable(),
  auth_context: z.unknown(),
  openrosa_headers: z.unknown(),
  submit_ip: text,
  last_sync_token: text,
  date_header: text,
})
export type FormColumnsKept = z.infer<typeof FormColumnsKept>

/** Names are ours: they may stand in a statement. */
export const KEPT_COLUMNS = FormColumnsKept.keyof().options
