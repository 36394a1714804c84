// A stopped installation or build must not go on by itself: the next start would work in the same folder.

const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])

/**
 * Ends `child` when we are told to end, and us with it.
 * @param {import('node:child_process').ChildProcess} child
 */
export function endWith(child) {
  const stop = (/** @type {NodeJS.Signals} */ signal) => {
    child.kill(signal)
    process.exit(1)
  }
  for (const name of SIGNALS) process.on(name, stop)
  child.once('close', () => {
    for (const name of SIGNALS) process.off(name, stop)
  })
}
