/** The demo programme; see README.md. */
export { createProgramme, FULL_SIZE } from './programme.ts'
export type { Programme, ProgrammeSize } from './programme.ts'
export { loadDemo } from './load-demo.ts'
export type { DemoOptions, DemoSummary } from './load-demo.ts'
export type { DemoRequest, DemoResponse } from './request.ts'
export { renderForm } from './render-form.ts'
