// All of the bootstrap's words go to stderr: stdout belongs to the command.

/** @param {string} line */
export function say(line) {
  process.stderr.write(`${line}\n`)
}

/**
 * @param {string} sentence
 * @returns {never}
 */
export function fail(sentence) {
  say(`casehouse: ${sentence}`)
  process.exit(1)
}
