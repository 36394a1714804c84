/** The pages as people have them: a real browser on a whole platform, wide and narrow, by mouse, keyboard and without JavaScript. */
import { mkdirSync, mkdtempSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page, Response } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FilterChoices } from '#api/contract.ts'
import { launchBrowser } from './browser.ts'
import { fillDemo, type RunningPlatform, startPlatform, submitVisit } from './platform.ts'

const WIDE = { viewport: { width: 1280, height: 900 } }
const NARROW = { viewport: { width: 360, height: 740 } }
const WIDTHS = [
  { name: '1280', options: WIDE },
  { name: '360', options: NARROW },
] as const

/** `CASEHOUSE_SCREENSHOTS=1` renews the pictures of the README; else they are taken, weighed and forgotten. */
const SHOTS =
  process.env['CASEHOUSE_SCREENSHOTS'] === '1'
    ? join(import.meta.dirname, '../docs/screenshots')
    : mkdtempSync(join(tmpdir(), 'casehouse-shots-'))
const WIDE_PICTURES = ['overview', 'worker-activity', 'form', 'case', 'pipeline']
const PICTURES = [...WIDE_PICTURES, 'overview-narrow', 'worker-activity-narrow', 'pipeline-narrow']
const ROWS = '[aria-label="Worker activity table"] tbody tr'
const MAX_SHOT_BYTES = 300_000
/** Of one script, before compression. */
const MAX_SCRIPT_BYTES = 600_000
const WITH_NUMBERS = '.as-of >> text=/as of [0-9]/'

let platform: RunningPlatform
let browser: Browser
let session: Awaited<ReturnType<BrowserContext['storageState']>>
let worker: { userId: string; username: string }

beforeAll(async () => {
  mkdirSync(SHOTS, { recursive: true })
  browser = await launchBrowser()
  platform = await startPlatform()
  await fillDemo(platform.caller, { days: 30, workers: 24, familiesPerWorker: 14 })
  const filters = await platform.caller.send({ method: 'GET', path: '/a/demo/api/v1/filters' })
  const first = FilterChoices.parse(JSON.parse(filters.text)).workers.find((choice) => choice.is_active)
  worker = { userId: first?.user_id ?? '', username: first?.username ?? '' }
  const page = await signIn(WIDE)
  session = await page.context().storageState()
  await page.context().close()
})
afterAll(async () => {
  await browser?.close()
  await platform?.stop()
})

const PLAIN: BrowserContextOptions = { locale: 'en-GB', reducedMotion: 'reduce' }

/** By the form, as people do. */
async function signIn(options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext({ ...PLAIN, ...options })
  const page = await context.newPage()
  await page.goto(`${platform.url}/a/demo/`)
  await page.fill('#email', platform.email)
  await page.fill('#password', platform.password)
  await page.click('main button[type=submit]')
  await page.waitForSelector('text=Sign out', { state: 'attached' })
  return page
}

/** A new window of somebody who has signed in before. */
async function enter(options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext({ ...PLAIN, ...options, storageState: session })
  return context.newPage()
}

async function open(page: Page, path: string): Promise<void> {
  await page.goto(new URL(path, `${platform.url}/a/demo/`).href)
  await page.waitForSelector('h1')
  // A chart is drawn a moment after its page; what still loads says so.
  await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' })
  for (const chart of await page.locator('[role=img]').all()) await chart.locator('canvas').first().waitFor()
}

/** What would keep somebody out: findings of axe, and a page wider than its screen. */
async function findFaults(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
  return [
    ...serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`),
    ...(overflow > 0 ? [`wider than the screen by ${overflow} px`] : []),
  ]
}

async function firstLink(page: Page): Promise<string> {
  return (await page.locator('tbody th a').first().getAttribute('href')) ?? ''
}

async function shoot(page: Page, name: string): Promise<void> {
  if (!PICTURES.includes(name)) return
  const path = join(SHOTS, `${name}.png`)
  await page.screenshot({ path })
  expect(statSync(path).size).toBeLessThan(MAX_SHOT_BYTES)
}

describe.each(WIDTHS)('at $name pixels', ({ name, options }) => {
  test('every page can be read by everyone', async () => {
    const page = await enter(options)
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
    await open(page, 'reports/submit_history/?range=last30')
    const form = await firstLink(page)
    await open(page, 'reports/case_list/?case_type=child')
    const child = await firstLink(page)
    const pages = {
      overview: '',
      'worker-activity': 'reports/worker_activity/?range=last30',
      'worker-activity-groups': 'reports/worker_activity/?view_by=groups',
      'submit-history': 'reports/submit_history/?range=last30',
      'case-list': 'reports/case_list/',
      form,
      case: child,
      pipeline: 'feed/',
    }
    for (const [shot, path] of Object.entries(pages)) {
      await open(page, path)
      await page.locator(WITH_NUMBERS).first().waitFor()
      expect(await findFaults(page), `${shot} at ${name}`).toEqual([])
      expect(await page.title()).toContain('casehouse')
      await shoot(page, name === '1280' ? shot : `${shot}-narrow`)
    }
    expect(errors).toEqual([])
    await page.context().close()
  })
})

test('sends scripts small, compressed, and once', async () => {
  const page = await enter(WIDE)
  const scripts: Response[] = []
  page.on('response', (response) => response.url().includes('/immutable/') && scripts.push(response))
  await page.goto(`${platform.url}/a/demo/reports/worker_activity/`)
  await page.locator('[role=img] canvas').first().waitFor()
  expect(scripts.length).toBeGreaterThan(5)
  for (const script of scripts) {
    expect(await script.headerValue('cache-control')).toContain('immutable')
    expect((await script.body()).length).toBeLessThan(MAX_SCRIPT_BYTES)
  }
  const isCompressed = await Promise.all(scripts.map((script) => script.headerValue('content-encoding')))
  expect(isCompressed).toContain('br')
  await page.context().close()
})

test('describes the API on a page that everyone can read', async () => {
  for (const { options } of WIDTHS) {
    const page = await (await browser.newContext(options)).newPage()
    await page.goto(`${platform.url}/api/docs`)
    await page.locator('summary').first().click()
    await page.locator('summary >> text=List forms').first().click()
    expect(await findFaults(page)).toEqual([])
    await page.context().close()
  }
})

describe('signing in', () => {
  test('says in words that a password is wrong, and forgets no address', async () => {
    const page = await (await browser.newContext(WIDE)).newPage()
    await page.goto(`${platform.url}/`)
    expect(new URL(page.url()).pathname).toBe('/login')
    expect(await findFaults(page)).toEqual([])
    await page.fill('#email', platform.email)
    await page.fill('#password', 'not the password')
    await page.click('main button[type=submit]')
    expect(await page.locator('[role=alert]').textContent()).toContain('do not belong together')
    expect(await page.inputValue('#email')).toBe(platform.email)
    await page.context().close()
  })

  test('keeps the session where no script can read it, until signing out', async () => {
    const page = await signIn(WIDE)
    const [cookie] = await page.context().cookies()
    expect(cookie).toMatchObject({ name: 'casehouse_session', httpOnly: true, sameSite: 'Lax' })
    await page.click('text=Sign out')
    await page.waitForURL('**/login', { waitUntil: 'commit' })
    await page.goto(`${platform.url}/a/demo/`)
    expect(new URL(page.url()).pathname).toBe('/login')
    await page.context().close()
  })

  test('refuses a form that another site sends', async () => {
    const answer = await fetch(`${platform.url}/login?/signout`, {
      method: 'POST',
      headers: { origin: 'https://elsewhere.example', 'content-type': 'application/x-www-form-urlencoded' },
    })
    expect(answer.status).toBe(403)
  })

  test('names the problem where there is nothing', async () => {
    const page = await enter(WIDE)
    await page.goto(`${platform.url}/a/demo/reports/form_data/nowhere/`)
    expect(await page.textContent('main')).toMatch(/Problem [A-Z]+(_[A-Z]+)+/)
    await page.goto(`${platform.url}/nowhere`)
    expect(await page.textContent('main')).toContain('DASHBOARDS_PAGE_MISSING')
    await page.context().close()
  })
})

describe('worker activity', () => {
  const countForms = async (page: Page): Promise<number> =>
    Number((await page.locator('tfoot td').first().textContent())?.replaceAll(/\D/g, ''))

  test('shows a new form on an open page within a second or two, without reload', async () => {
    const page = await enter(WIDE)
    await open(page, 'reports/worker_activity/?range=today')
    await page.waitForSelector('button[aria-label$=": live"]')
    await page.evaluate('window.isSamePage = true')
    const before = await countForms(page)
    const sentAt = performance.now()
    expect(await submitVisit(platform.caller, worker)).toBe(201)
    const total = new Intl.NumberFormat('en-GB').format(before + 1)
    await page.locator('tfoot td').first().filter({ hasText: total }).waitFor({ timeout: 10_000 })
    expect(performance.now() - sentAt).toBeLessThan(5_000)
    expect(await page.evaluate('window.isSamePage')).toBe(true)
    await page.context().close()
  })

  test('keeps what somebody is choosing while numbers come in', async () => {
    const page = await enter(WIDE)
    await open(page, 'reports/worker_activity/?range=today')
    await page.waitForSelector('button[aria-label$=": live"]')
    await page.fill('input[name=startdate]', '2026-0')
    await page.click('summary >> text=All workers')
    await page.locator('.pop input[type=checkbox]').first().check()
    const before = await countForms(page)
    expect(await submitVisit(platform.caller, worker)).toBe(201)
    const total = new Intl.NumberFormat('en-GB').format(before + 1)
    await page.locator('tfoot td').first().filter({ hasText: total }).waitFor({ timeout: 10_000 })
    expect(await page.inputValue('input[name=startdate]')).toBe('2026-0')
    expect(await page.locator('.pop input:checked').count()).toBe(1)
    await page.context().close()
  })

  test('can be asked for other kinds of users', async () => {
    const page = await enter(WIDE)
    await open(page, 'reports/worker_activity/?range=last30')
    await page.click('summary >> text=Mobile workers')
    await page.getByLabel('Web users').check()
    await page.click('form[aria-label=Filters] button[type=submit]')
    await page.waitForURL(/emw=t__6/, { waitUntil: 'commit' })
    await page.locator(ROWS).first().waitFor({ state: 'detached' })
    expect(await page.textContent('main')).toContain('No worker matches these filters')
    expect(await page.locator('summary >> text=Web users').count()).toBe(1)
    await page.context().close()
  })

  test('prints whole: nothing to click, every column, charts and sums', async () => {
    const page = await enter(WIDE)
    await open(page, 'reports/worker_activity/?range=last30')
    await page.emulateMedia({ media: 'print' })
    await page.setViewportSize({ width: 720, height: 1020 })
    expect(await page.locator('form:visible, button:visible, nav:visible').count()).toBe(0)
    for (const column of await page.locator('tfoot > tr > *').all()) {
      const box = await column.boundingBox()
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(720)
    }
    await page.context().close()
  })

  test('keeps sorting and searching in its address', async () => {
    const page = await enter(WIDE)
    await open(page, 'reports/worker_activity/?range=last30')
    await page.focus('thead a >> text=Worker')
    await page.keyboard.press('Enter')
    await page.waitForSelector('th[aria-sort=ascending] >> text=Worker')
    const names = await page.locator('tbody th a').allTextContents()
    expect(names).toEqual(names.toSorted(new Intl.Collator('en').compare))
    await page.fill('[data-search]', worker.username)
    await page.locator(ROWS).nth(1).waitFor({ state: 'detached' })
    const copy = await page.context().newPage()
    await copy.goto(page.url())
    expect(await copy.locator(ROWS).allTextContents()).toEqual([expect.stringContaining(worker.username)])
    await page.context().close()
  })

  test('leads from a worker to their forms of the same days', async () => {
    const page = await enter(WIDE)
    await open(page, 'reports/worker_activity/?range=last30')
    const row = page.locator(ROWS).first()
    const forms = (await row.locator('td').first().textContent())?.replaceAll(/\D/g, '')
    await row.locator('th a').click()
    await page.waitForSelector('h1 >> text=Submit history')
    expect(await page.locator('nav[aria-label=Pages] p').textContent()).toContain(`${forms} forms`)
    await page.context().close()
  })
})

test('works by keyboard alone', async () => {
  const page = await enter(WIDE)
  await open(page, 'reports/case_list/')
  await page.waitForSelector('button[aria-label$=": live"]')
  await page.keyboard.press('Tab')
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content')
  await page.keyboard.press('Enter')
  expect(await page.evaluate('document.activeElement.id')).toBe('main')
  await page.keyboard.type('gw')
  await page.waitForSelector('h1 >> text=Worker activity')
  await page.keyboard.press('?')
  await page.waitForSelector('dialog[open]')
  await page.keyboard.press('Escape')
  await page.focus('summary >> nth=0')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await page.keyboard.type(worker.username)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Space')
  await page.keyboard.press('Enter')
  await page.waitForURL(/emw=u__/, { waitUntil: 'commit' })
  await page.locator(ROWS).nth(1).waitFor({ state: 'detached' })
  await page.context().close()
})

test('pages through the forms and back, none twice', async () => {
  const page = await enter(WIDE)
  await open(page, 'reports/submit_history/?range=last30')
  const first = await readIds(page)
  await page.click('a[rel=next]')
  await page.waitForURL(/cursor=/, { waitUntil: 'commit' })
  await firstRow(page, first[0]).waitFor({ state: 'detached' })
  const second = await readIds(page)
  expect(new Set([...first, ...second]).size).toBe(first.length + second.length)
  await page.click('a[rel=prev]')
  await firstRow(page, first[0]).waitFor()
  expect(await readIds(page)).toEqual(first)
  await page.context().close()
})

const firstRow = (page: Page, id = ''): Locator => page.locator(`tbody tr:first-child a[href*="${id}"]`)

async function readIds(page: Page): Promise<string[]> {
  const links = await page.locator('tbody th a').all()
  const hrefs = await Promise.all(links.map((link) => link.getAttribute('href')))
  return hrefs.map((href) => href?.split('/').at(-2) ?? '')
}

test('works without JavaScript: filters, archive, restore', async () => {
  const page = await enter({ ...WIDE, javaScriptEnabled: false })
  await page.goto(`${platform.url}/a/demo/reports/submit_history/`)
  await page.selectOption('select[name=range]', 'last30')
  await page.click('form[aria-label=Filters] button[type=submit]')
  expect(new URL(page.url()).searchParams.get('range')).toBe('last30')
  await page.locator('tbody th a').first().click()
  const form = page.url()
  expect(form).toContain('/form_data/')
  for (const [fold, button, state] of [
    ['Archive…', 'Archive this form', 'archived'],
    ['Restore…', 'Restore this form', 'normal'],
  ] as const) {
    await page.goto(form)
    await page.click(`summary >> text=${fold}`)
    await page.click(`button >> text=${button}`)
    expect(await page.locator('section[aria-label=Summary]').textContent()).toContain(state)
  }
  await page.context().close()
})
