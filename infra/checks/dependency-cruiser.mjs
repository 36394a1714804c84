// Imports point left: infra/platform ← tenants ← ingest ← warehouse ← ucr ← api ← dashboards. What crosses a room's
// wall is its contract.ts (types, schemas) or its index.ts (functions).
const ROOMS = ['tenants', 'ingest', 'warehouse', 'ucr', 'api', 'dashboards']
/** The parts of infra that compose, fill, measure and test the rooms, and so may know them all. */
const COMPOSERS = '^infra/(up|harness|e2e|load|kill|demo|checks)/'

const arrowsToTheRight = ROOMS.map((room, index) => ({
  name: `no-arrow-to-the-right-of-${room}`,
  comment: 'A room knows only the rooms to its left.',
  severity: 'error',
  from: { path: `^${room}/`, pathNot: '/test/|\\.test\\.ts$' },
  to: {
    path: `^(${[...ROOMS.slice(index + 1), 'infra/(up|harness|e2e|load|kill|demo|checks)'].join('|')})/`,
  },
}))

const deepImports = ROOMS.map((room) => ({
  name: `no-deep-import-into-${room}`,
  comment: `Of ${room} only contract.ts and index.ts may be imported from elsewhere.`,
  severity: 'error',
  from: { pathNot: `^${room}/|/test/|\\.test\\.ts$` },
  to: { path: `^${room}/`, pathNot: `^${room}/(contract|index)\\.ts$` },
}))

export default {
  forbidden: [
    ...arrowsToTheRight,
    ...deepImports,
    {
      name: 'platform-knows-no-room',
      severity: 'error',
      from: { path: '^infra/(platform|embedded)/', pathNot: '/test/|\\.test\\.ts$' },
      to: { path: `^(${ROOMS.join('|')})/|${COMPOSERS}` },
    },
    {
      name: 'no-deep-import-into-platform',
      severity: 'error',
      from: { pathNot: `^infra/platform/|/test/|/problems\\.ts$|\\.test\\.ts$|${COMPOSERS}` },
      to: { path: '^infra/platform/', pathNot: '^infra/platform/(contract|index)\\.ts$' },
    },
    {
      name: 'dashboards-talk-http',
      comment: 'Of the platform the dashboards know only the HTTP contract.',
      severity: 'error',
      from: { path: '^dashboards/' },
      to: { path: '^(infra|tenants|ingest|warehouse|ucr|api)/', pathNot: '^api/contract\\.ts$' },
    },
    {
      name: 'no-cycle',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      from: { pathNot: '^dashboards/' },
      to: {
        couldNotResolve: true,
        pathNot: 'vitest/(node|config)|@platformatic/kafka|@sparticuz/chromium|dist/loader|^k6(/|$)',
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(node_modules|build|\\.svelte-kit|data)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs', '.json'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
