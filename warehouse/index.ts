export { applyWarehouseDdl } from './schema/apply-ddl.ts'
export { ensureEntryTables } from './schema/entry-tables.ts'
export { createLoader } from './loader/loader.ts'
export type { Loader, LoaderOptions } from './loader/loader.ts'
