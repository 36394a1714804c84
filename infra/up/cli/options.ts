/** What every command understands, and the words of each command line after parsing. */
import { z } from 'zod'

export const GlobalOptions = z.object({
  json: z.boolean().default(false),
  data: z.string(),
  url: z
    .string()
    .transform((url) => url.replace(/\/+$/, ''))
    .pipe(z.url({ protocol: /^https?$/ }))
    .optional(),
  key: z
    .string()
    .regex(/^[^:]+:.+$/)
    .optional(),
})
export type GlobalOptions = z.infer<typeof GlobalOptions>

export interface UpOptions {
  readonly host: string
  /** undefined: 8400. 0: any free one. */
  readonly port: number | undefined
  readonly enginePort: number | undefined
  readonly dashboardsPort: number | undefined
  readonly demo: boolean
  readonly dashboards: boolean
}

export interface DomainCreate {
  readonly domain: string
  readonly title: string | undefined
  readonly timezone: string | undefined
}
export interface UserCreate {
  readonly email: string
  readonly domain: string
  readonly role: 'admin' | 'reader'
  readonly password: string | undefined
}
export interface WorkerCreate {
  readonly domain: string
  readonly username: string
  readonly password: string | undefined
  readonly firstName: string | undefined
  readonly lastName: string | undefined
}
export interface FormSubmit {
  readonly domain: string
  readonly file: string
  readonly attachments: readonly string[]
}

/** `off`: no limit; `default`: what holds where nothing is set. */
export type LimitChange = number | 'off' | 'default'

/** One function a command; the parser knows nothing of what they do. */
export interface Actions {
  up(global: GlobalOptions, options: UpOptions): Promise<void>
  serve(global: GlobalOptions, roles: readonly string[]): Promise<void>
  /** @param roles none: every role */
  restart(global: GlobalOptions, roles: readonly string[]): Promise<void>
  domainCreate(global: GlobalOptions, options: DomainCreate): Promise<void>
  domainList(global: GlobalOptions): Promise<void>
  /** Of the platform without a domain; shows them all when nothing is set. */
  limits(
    global: GlobalOptions,
    options: { domain: string | undefined; set: Readonly<Record<string, LimitChange>> },
  ): Promise<void>
  userCreate(global: GlobalOptions, options: UserCreate): Promise<void>
  userPassword(global: GlobalOptions, options: { email: string; password: string | undefined }): Promise<void>
  workerCreate(global: GlobalOptions, options: WorkerCreate): Promise<void>
  workerPassword(
    global: GlobalOptions,
    options: { domain: string; username: string; password: string | undefined },
  ): Promise<void>
  formSubmit(global: GlobalOptions, options: FormSubmit): Promise<void>
  formArchive(global: GlobalOptions, options: { domain: string; formId: string }): Promise<void>
  formUnarchive(global: GlobalOptions, options: { domain: string; formId: string }): Promise<void>
  keyCreate(
    global: GlobalOptions,
    options: { domain: string; name: string; role: 'admin' | 'reader' },
  ): Promise<void>
  demoLoad(global: GlobalOptions, options: { seed: number }): Promise<void>
  feedStatus(global: GlobalOptions): Promise<void>
  feedReplay(global: GlobalOptions, options: { parkedId: number | undefined }): Promise<void>
  audit(
    global: GlobalOptions,
    options: { domain: string | undefined; repair: boolean; history: boolean },
  ): Promise<void>
  archiveStatus(global: GlobalOptions): Promise<void>
  archiveRun(global: GlobalOptions, options: { now: boolean }): Promise<void>
  archiveVerify(global: GlobalOptions): Promise<void>
  doctor(global: GlobalOptions): Promise<void>
  dev(global: GlobalOptions, task: string, rest: readonly string[]): Promise<void>
}
