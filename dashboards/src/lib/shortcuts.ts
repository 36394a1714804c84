/** Keys that work anywhere on a page, but never while someone is typing. */

export const SHORTCUTS = [
  { keys: ['g', 'o'], does: 'Go to the overview', place: '' },
  { keys: ['g', 'w'], does: 'Go to worker activity', place: 'reports/worker_activity/' },
  { keys: ['g', 's'], does: 'Go to submit history', place: 'reports/submit_history/' },
  { keys: ['g', 'c'], does: 'Go to the case list', place: 'reports/case_list/' },
  { keys: ['g', 'p'], does: 'Go to the data pipeline', place: 'feed/' },
] as const

export interface ShortcutTargets {
  go(place: string): void
  search(): void
  pause(): void
  help(): void
}

type Press = Pick<KeyboardEvent, 'key' | 'altKey' | 'ctrlKey' | 'metaKey' | 'target' | 'timeStamp'>

/** How long a first key waits for the second. */
const PAIR_MS = 1_500

function isTyping(target: EventTarget | null): boolean {
  const tag = (target as { tagName?: unknown } | null)?.tagName
  return tag === 'INPUT' || tag === 'TEXTAREA' || tag === 'SELECT'
}

/** @returns what to give each pressed key to; true when it was one of ours */
export function createShortcuts(targets: ShortcutTargets): (press: Press) => boolean {
  let pairUntil = 0
  return (press) => {
    if (press.altKey || press.ctrlKey || press.metaKey || isTyping(press.target)) return false
    const second = press.timeStamp < pairUntil
    pairUntil = 0
    if (second) {
      const found = SHORTCUTS.find((shortcut) => shortcut.keys[1] === press.key)
      if (found) targets.go(found.place)
      return found !== undefined
    }
    switch (press.key) {
      case 'g':
        pairUntil = press.timeStamp + PAIR_MS
        return true
      case '/':
        targets.search()
        return true
      case 'p':
        targets.pause()
        return true
      case '?':
        targets.help()
        return true
      default:
        return false
    }
  }
}
