/** What can go wrong, as the suite knows it: one entry for each row of its table. Pure. */
import type { FailPoint } from '#infra/platform/index.ts'
import type { RoleName } from '../../up/roles/role.ts'

/** Roles that the suite harms; `backend` is one session of Postgres, `engine` the way to the warehouse. */
export type Role = Exclude<RoleName, 'dashboards'>
export type Target = Role | 'postgres' | 'backend' | 'broker' | 'engine' | 'disk'

/**
 * `kill`, `stop`: SIGKILL, or SIGSTOP until `holdMs` later, at a random moment. `…-at`: the same, or ENOSPC, at a fail point.
 * `replace`: stopped until another instance has taken its turn, and woken beside it. `cut`: connections broken, new ones refused.
 * `fill`: not a byte left on the disk.
 */
export type FaultKind = 'kill' | 'stop' | 'kill-at' | 'stop-at' | 'fail-at' | 'replace' | 'cut' | 'fill'

export interface FaultType {
  readonly kind: FaultKind
  readonly target: Target
  readonly point: FailPoint | null
}

export interface Fault extends FaultType {
  /** From 1 on, in the order of injection. */
  readonly number: number
  /** Quiet time before it. */
  readonly gapMs: number
  /** How long what is stopped, cut or full stays so. */
  readonly holdMs: number
  /** At which passing of the point. */
  readonly time: number
  /** Whether the next fault comes before this one is seen to be overcome. */
  readonly isOverlapped: boolean
}

export interface Place {
  readonly hasKafka: boolean
  /** Whether a disk of its own can be mounted, and so filled. */
  readonly hasOwnDisk: boolean
  /** Points that are worth arming, by the role that reaches them. */
  readonly points: Readonly<Partial<Record<Role, readonly FailPoint[]>>>
}

const POINT_KINDS = ['kill-at', 'stop-at', 'fail-at'] as const
/** Where nothing is left to be written, no disk can be full. */
const CANNOT_FAIL: readonly FailPoint[] = ['ingest.batch.committed']

/** By the role whose process reaches them. */
export const POINTS_OF: Place['points'] = {
  api: [
    'ingest.batch.prepared',
    'ingest.batch.committed',
    'ingest.rebuild.middle',
    // Reached in the API when an operator asks for a run, as the suite does all the time; the keeper runs once a minute.
    'archive.object.stored',
    'archive.index.committed',
  ],
  loader: ['feed.range.planned', 'feed.range.delivered', 'loader.batch.inserted'],
  feed: ['feed.range.planned', 'feed.range.delivered', 'relay.range.published'],
}

const plain = (kind: FaultKind, target: Target): FaultType => ({ kind, target, point: null })

/** Every kind of fault on every target that this place has, those at named points first. */
export function listFaultTypes({ hasKafka, hasOwnDisk, points }: Place): readonly FaultType[] {
  const roles: readonly Role[] = [
    'api',
    'loader',
    'warehouse',
    'keeper',
    ...(hasKafka ? ['feed' as const] : []),
  ]
  const processes: readonly Target[] = [
    ...roles,
    'postgres',
    'backend',
    ...(hasKafka ? ['broker' as const] : []),
  ]
  const atPoints = roles.flatMap((target) =>
    (points[target] ?? []).flatMap((point) =>
      POINT_KINDS.filter((kind) => kind !== 'fail-at' || !CANNOT_FAIL.includes(point)).map((kind) => ({
        kind,
        target,
        point,
      })),
    ),
  )
  return [
    ...atPoints,
    ...processes.map((target) => plain('kill', target)),
    ...processes.map((target) => plain('stop', target)),
    // A member of a consumer group is replaced after its session's 30 s, which a run of many faults has no time for.
    plain('replace', hasKafka ? 'feed' : 'loader'),
    plain('cut', 'postgres'),
    plain('cut', 'engine'),
    ...(hasOwnDisk ? [plain('fill', 'disk')] : []),
  ]
}

/** As a row of the table, and in what `--only` is matched against: `kill-at api ingest.batch.committed`. */
export function nameOf({ kind, target, point }: FaultType): string {
  return [kind, target, point ?? ''].join(' ').trimEnd()
}
