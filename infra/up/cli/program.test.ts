import { expect, test } from 'vitest'
import { createProgram } from './program.ts'
import type { Actions } from './options.ts'

/** Every action only writes down what it was called with. */
function record(): { readonly actions: Actions; readonly calls: unknown[][] } {
  const calls: unknown[][] = []
  const note =
    (name: string) =>
    async (...parameters: unknown[]): Promise<void> => {
      calls.push([name, ...parameters])
    }
  const names =
    'up serve restart domainCreate domainList userCreate userPassword workerCreate workerPassword formSubmit formArchive ' +
    'formUnarchive keyCreate demoLoad feedStatus feedReplay audit doctor dev limits'
  return {
    actions: Object.fromEntries(names.split(' ').map((name) => [name, note(name)])) as unknown as Actions,
    calls,
  }
}

async function parse(...words: string[]): Promise<{ readonly calls: unknown[][]; readonly said: string }> {
  const { actions, calls } = record()
  let said = ''
  const program = createProgram({ actions, version: '1.2.3', defaultData: '/data' })
  const quiet = (command: typeof program): void => {
    command
      .exitOverride()
      .configureOutput({ writeErr: (text) => (said += text), writeOut: (text) => (said += text) })
    command.commands.forEach(quiet)
  }
  quiet(program)
  await program.parseAsync(words, { from: 'user' }).catch(() => undefined)
  return { calls, said }
}

test('the options that all commands know stand before or after', async () => {
  const global = { json: true, data: '/srv/x y', url: 'https://example.org', key: 'bi:abc:d' }
  const options = ['--json', '--data', '/srv/x y', '--url', 'https://example.org/', '--key', 'bi:abc:d']
  expect((await parse(...options, 'domain', 'list')).calls).toEqual([['domainList', global]])
  expect((await parse('domain', 'list', ...options)).calls).toEqual([['domainList', global]])
})

test('up has defaults, and takes every port', async () => {
  const { calls } = await parse('up')
  expect(calls[0]?.[1]).toEqual({ json: false, data: '/data' })
  expect(calls[0]?.[2]).toEqual({ host: '127.0.0.1', demo: true, dashboards: true })
  const other = await parse('up', '--no-demo', '--port', '0', '--engine-port', '9001', '--host', '0.0.0.0')
  expect(other.calls[0]?.[2]).toEqual({
    host: '0.0.0.0',
    port: 0,
    enginePort: 9001,
    demo: false,
    dashboards: true,
  })
})

test.each(['65536', '-1', '80a', ''])('%s is no port', async (port) => {
  const { calls, said } = await parse('up', `--port=${port}`)
  expect(calls).toEqual([])
  expect(said).toContain('port')
})

test('words reach the commands', async () => {
  const worker = await parse('worker', 'create', 'clinic', 'asha', '--password', 's', '--first-name', 'Asha')
  expect(worker.calls[0]?.[2]).toEqual({
    domain: 'clinic',
    username: 'asha',
    password: 's',
    firstName: 'Asha',
    lastName: undefined,
  })
  const form = await parse('form', 'submit', 'clinic', 'a.xml', '--attachment', 'b.jpg', 'c.jpg')
  expect(form.calls[0]?.[2]).toEqual({ domain: 'clinic', file: 'a.xml', attachments: ['b.jpg', 'c.jpg'] })
  const archive = await parse('form', 'archive', 'clinic', 'f1')
  expect(archive.calls[0]?.slice(0, 1)).toEqual(['formArchive'])
  const unarchive = await parse('form', 'unarchive', 'clinic', 'f1')
  expect(unarchive.calls[0]?.slice(0, 1)).toEqual(['formUnarchive'])
  expect((await parse('key', 'create', 'clinic', 'bi')).calls[0]?.[2]).toMatchObject({
    name: 'bi',
    role: 'reader',
  })
  expect((await parse('serve', 'api', 'loader')).calls[0]?.[2]).toEqual(['api', 'loader'])
  expect((await parse('restart')).calls[0]?.[2]).toEqual([])
  expect((await parse('restart', 'api')).calls[0]?.[2]).toEqual(['api'])
  const [call] = (await parse('dev', 'bench', 'intake', '--json', '--seconds', '2')).calls
  expect(call?.[2]).toBe('bench')
  expect(call?.[3]).toEqual(expect.arrayContaining(['--json', '--seconds', '2', 'intake']))
})

test.each([
  [['worker', 'creat'], 'Did you mean create?'],
  [['user', 'create', 'a@b.c', '--domain', 'd', '--role', 'boss'], 'Allowed choices are admin, reader'],
  [['user', 'create', 'a@b.c', '--role', 'admin'], '--domain'],
  [['serve', 'kitchen'], 'Allowed choices are'],
  [['restart', 'postgres'], 'Allowed choices are'],
  [['domain', 'list', '--url', 'example.org'], 'whole http'],
  [['domain', 'list', '--key', 'nocolon'], 'USER:KEY'],
])('%j is refused with advice', async (words, advice) => {
  const { calls, said } = await parse(...words)
  expect(calls).toEqual([])
  expect(said).toContain(advice)
})

test.each([
  'up',
  'serve',
  'restart',
  'domain create',
  'domain list',
  'user create',
  'user password',
  'worker create',
  'worker password',
  'key create',
  'form submit',
  'form archive',
  'form unarchive',
  'demo load',
  'feed status',
  'feed replay',
  'audit',
  'doctor',
])('%s --help shows an example and the options of all commands', async (words) => {
  const { said } = await parse(...words.split(' '), '--help')
  expect(said).toMatch(/Examples?:\n {2}\$ /)
  expect(said).toContain('--json')
})

test('limits are shown, or changed one by one', async () => {
  const said = async (...words: string[]) => (await parse(...words)).calls[0]?.[2]
  expect(await said('limits')).toEqual({ domain: undefined, set: {} })
  const words = ['--set', 'lane.forms=10', '--set', 'submission.baseline.day=off', '--set', 'x.y=default']
  expect(await said('domain', 'limits', 'clinic', ...words)).toEqual({
    domain: 'clinic',
    set: { 'lane.forms': 10, 'submission.baseline.day': 'off', 'x.y': 'default' },
  })
  expect(await said('limits')).toEqual({ domain: undefined, set: {} })
})

test.each(['lane.forms', '=3', 'lane.forms=-1', 'lane.forms=many', 'lane.forms='])(
  '%s is no limit',
  async (text) => {
    const { calls, said } = await parse('limits', '--set', text)
    expect(calls).toEqual([])
    expect(said).toMatch(/NAME=VALUE|A value is a number/)
  },
)
