/**
 * What one project space (or the whole platform) has used of a limiter, as this process knows it: exact for what it let in
 * itself, a moment old for what the other processes did. Pure; `share-counts.ts` brings the two together.
 */
import { openWindow, rollWindow, usedIn, waitForRoom, type WindowCount } from '#infra/platform/index.ts'
import { WINDOW_SECONDS, WINDOWS, type WindowName } from './limit-keys.ts'

/** Windows that the processes share through the database; a second is over before the database has heard of it. */
export const SHARED_WINDOWS = ['minute', 'hour', 'day', 'week'] as const satisfies readonly WindowName[]

export interface SharedCounts {
  /** Of all time. */
  readonly total: number
  /** In the order of SHARED_WINDOWS; beginnings in milliseconds since 1970. */
  readonly windows: readonly WindowCount[]
}

export interface Usage {
  readonly windows: Record<WindowName, WindowCount>
  /** Let in since the counts were last sent. */
  unsent: number
  /** On their way to the database. */
  sending: number
  wasAsked: boolean
  /** What the others let in a second lately. */
  othersPerSecond: number
  seen: { readonly total: number; readonly at: number } | null
}

/** For each window how many may come in it; null or absent: any number. */
export type Rates = Readonly<Partial<Record<WindowName, number | null>>>

const lengthOf = (window: WindowName): number => WINDOW_SECONDS[window] * 1_000

export function createUsage(at: number): Usage {
  const open = (window: WindowName) => [window, openWindow(lengthOf(window), at)] as const
  return {
    // Every window is opened.
    windows: Object.fromEntries(WINDOWS.map(open)) as Record<WindowName, WindowCount>,
    unsent: 0,
    sending: 0,
    wasAsked: false,
    othersPerSecond: 0,
    seen: null,
  }
}

/** Counts one more. */
export function addHit(usage: Usage, at: number): void {
  for (const name of WINDOWS) {
    const rolled = rollWindow(usage.windows[name], lengthOf(name), at)
    usage.windows[name] = { ...rolled, count: rolled.count + 1 }
  }
  usage.unsent += 1
}

export interface Room {
  /** Until every window has room; 0 when all have it now. */
  readonly waitMs: number
  /** Whether no window longer than a minute is full, so that waiting is worth it. */
  readonly isSoon: boolean
}

/** Whether one more may come. */
export function roomIn(usage: Usage, rates: Rates, at: number): Room {
  let waitMs = 0
  let isSoon = true
  for (const name of WINDOWS) {
    const limit = rates[name]
    if (limit === null || limit === undefined) continue
    const others = name === 'second' ? usage.othersPerSecond : 0
    const windowMs = waitForRoom(usage.windows[name], lengthOf(name), limit - others, at)
    // The others' rate is an estimate of the moment: it is looked at again soon, whatever it says.
    waitMs = Math.max(waitMs, others > 0 ? Math.min(windowMs, lengthOf(name)) : windowMs)
    if (windowMs > 0 && name !== 'second' && name !== 'minute') isSoon = false
  }
  return { waitMs, isSoon }
}

/** Takes over what all processes have counted together; what is not sent yet comes on top. */
export function takeShared(usage: Usage, shared: SharedCounts, sent: number, at: number): void {
  for (const [index, name] of SHARED_WINDOWS.entries()) {
    const window = shared.windows[index]
    if (!window) continue
    const rolled = rollWindow(window, lengthOf(name), at)
    usage.windows[name] = { ...rolled, count: rolled.count + usage.unsent }
  }
  if (usage.seen && at > usage.seen.at) {
    const ofOthers = Math.max(0, shared.total - usage.seen.total - sent)
    usage.othersPerSecond = (ofOthers * 1_000) / (at - usage.seen.at)
  }
  usage.seen = { total: shared.total, at }
}

/** How much of the tightest window is used, 0 to 1 and beyond; for people who look. */
export function usedOf(
  usage: Usage,
  rates: Rates,
  at: number,
): Readonly<Partial<Record<WindowName, number>>> {
  return Object.fromEntries(
    WINDOWS.filter((name) => typeof rates[name] === 'number').map((name) => [
      name,
      usedIn(usage.windows[name], lengthOf(name), at),
    ]),
  )
}
