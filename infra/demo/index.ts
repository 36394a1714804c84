/** The demo programme; see README.md. */
export { createProgramme, FULL_SIZE } from './programme.ts'
export type { Programme, ProgrammeSize } from './programme.ts'
export { loadDemo } from './load-demo.ts'
export type { DemoOptions, DemoRequest, DemoResponse, DemoSummary } from './load-demo.ts'
export { renderForm } from './render-form.ts'
