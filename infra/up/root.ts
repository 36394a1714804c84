import { fileURLToPath } from 'node:url'

/** The checkout: where package.json lies, whatever the current directory is. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
