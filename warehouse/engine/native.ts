/**
 * The ClickHouse library inside this process, typed. We use the addon below `chdb` itself: its own `Session` cannot say
 * what a statement is (read or write), and ties each connection to hooks that a connection per request would pile up.
 */
import { createRequire } from 'node:module'
import { engineException } from './exception.ts'

/** Opaque: points into the library. */
export type NativeConnection = { readonly __brand: 'NativeConnection' }

interface NativeResult {
  readonly bytes: Uint8Array
  readonly elapsed: number
  readonly rowsRead: number
  readonly bytesRead: number
}

interface Addon {
  CreateConnection(path: string, args?: readonly string[]): NativeConnection
  CloseConnection(connection: NativeConnection): void
  QueryAsyncConnection(connection: NativeConnection, sql: string, format: string): Promise<NativeResult>
  DurableClassifyAsync(
    connection: NativeConnection,
    sql: string,
  ): Promise<{ readonly statementCount: number; readonly queryClass: number }>
}

/** What ClickHouse's parser says of a text. */
export interface StatementClass {
  readonly statementCount: number
  /** SELECT, SHOW, DESCRIBE, EXPLAIN, EXISTS: nothing is changed, no file written. */
  readonly readsOnly: boolean
}

export interface NativeAnswer {
  readonly bytes: Buffer
  /** Rows read by a select; rows written by an `insert … from infile`. */
  readonly rows: number
  readonly rowBytes: number
}

export interface Connection {
  /** @throws EngineException */
  query(sql: string, format: string): Promise<NativeAnswer>
  classify(sql: string): Promise<StatementClass>
  /** Only when nothing runs on it: closing under a running query takes the whole engine down. */
  close(): void
}

let loaded: Addon | undefined

function loadAddon(): Addon {
  const require = createRequire(createRequire(import.meta.url).resolve('chdb'))
  // The loader finds the addon of this platform; its shape is fixed by the pinned version of `chdb`.
  loaded ??= (require('./dist/loader.js') as { loadNative(): Addon }).loadNative()
  return loaded
}

/** About 0.2 ms; settings, roles, parameters and temporary tables live and die with it. */
export function openConnection(path: string, args: readonly string[] = []): Connection {
  const addon = loadAddon()
  const native = asEngineException(() => addon.CreateConnection(path, args))
  return {
    query: async (sql, format) => {
      try {
        const { bytes, rowsRead, bytesRead } = await addon.QueryAsyncConnection(native, sql, format)
        return {
          bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
          rows: rowsRead,
          rowBytes: bytesRead,
        }
      } catch (error) {
        throw engineException(error)
      }
    },
    classify: async (sql) => {
      const { statementCount, queryClass } = await addon.DurableClassifyAsync(native, sql)
      return { statementCount, readsOnly: queryClass === 0 }
    },
    close: () => addon.CloseConnection(native),
  }
}

function asEngineException<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw engineException(error)
  }
}
