/**
 * Documents a second: our parser beside saxes (xmlns on, building the same tree), interleaved in one run.
 * `node ingest/test/xml-bench.ts` prints one JSON line per size: median of 5 rounds, and the ratio.
 */
import { performance } from 'node:perf_hooks'
import { SaxesParser } from 'saxes'

import { parseXml } from '../xml/parse-xml.ts'

const ROUND_MS = 400
const ROUNDS = 5

interface Open {
  readonly name: string
  readonly ns: string
  readonly attrs: { name: string; ns: string; value: string }[]
  readonly children: Open[]
  text: string
}

/** A form of about `bytes` bytes: answers, groups, a case block, a meta block. */
function formOf(bytes: number): Buffer {
  const group = Array.from(
    { length: 8 },
    (_, n) => `<question_${n}>an answer &amp; its words ${n}</question_${n}>`,
  ).join('')
  const head =
    `<?xml version='1.0' ?><data xmlns="http://openrosa.org/formdesigner/A" name="Visit" version="4">` +
    `<n0:case xmlns:n0="http://commcarehq.org/case/transaction/v2" case_id="c1" user_id="u1" date_modified="2024-03-01T10:00:00.000+02:00"><n0:update><n0:age>31</n0:age></n0:update></n0:case>`
  const groups: string[] = []
  for (let size = head.length; size < bytes; size += group.length + 40) {
    groups.push(`<group id="${groups.length}">${group}</group>`)
  }
  const meta = `<n1:meta xmlns:n1="http://openrosa.org/jr/xforms"><n1:instanceID>f1</n1:instanceID></n1:meta>`
  return Buffer.from(`${head}${groups.join('')}${meta}</data>`)
}

function bySaxes(bytes: Buffer): Open | null {
  const parser = new SaxesParser({ xmlns: true })
  const open: Open[] = []
  let root: Open | null = null
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ local, uri, attributes }) => {
    const attrs = Object.values(attributes)
      .filter(({ prefix, name }) => prefix !== 'xmlns' && name !== 'xmlns')
      .map((one) => ({ name: one.local, ns: one.uri, value: one.value }))
    open.push({ name: local, ns: uri, attrs, children: [], text: '' })
  })
  parser.on('text', (text) => {
    const current = open.at(-1)
    if (current !== undefined) current.text += text
  })
  parser.on('closetag', () => {
    const done = open.pop()
    if (done === undefined) return
    const parent = open.at(-1)
    if (parent === undefined) root = done
    else parent.children.push(done)
  })
  parser.write(bytes.toString('utf8')).close()
  return root
}

function documentsPerSecond(work: () => unknown): number {
  const from = performance.now()
  let done = 0
  while (performance.now() - from < ROUND_MS) {
    for (let n = 0; n < 5; n++) work()
    done += 5
  }
  return (done * 1_000) / (performance.now() - from)
}

const median = (all: readonly number[]): number =>
  all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0

for (const bytes of [3_600, 15_000, 200_000]) {
  const form = formOf(bytes)
  const rates = { ours: [] as number[], saxes: [] as number[] }
  documentsPerSecond(() => parseXml(form))
  documentsPerSecond(() => bySaxes(form))
  for (let round = 0; round < ROUNDS; round++) {
    rates.ours.push(documentsPerSecond(() => parseXml(form)))
    rates.saxes.push(documentsPerSecond(() => bySaxes(form)))
  }
  const [ours, saxes] = [median(rates.ours), median(rates.saxes)]
  const line = {
    bench: 'xml',
    bytes: form.length,
    unit: 'documents/s',
    ours: Math.round(ours),
    saxes: Math.round(saxes),
  }
  process.stdout.write(`${JSON.stringify({ ...line, ratio: Number((ours / saxes).toFixed(2)) })}\n`)
}
