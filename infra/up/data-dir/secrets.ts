/** The secrets that the parts of one platform share. They never leave the data directory. */
import { chmodSync } from 'node:fs'
import { z } from 'zod'
import { Secret } from '#infra/platform/index.ts'
import type { DataDir } from './data-dir.ts'
import { readJsonFile, writeJsonFile } from './json-file.ts'

const SecretsFile = z.object({
  operator_token: z.string().min(32),
  engine_owner_password: z.string().min(16),
  engine_reader_password: z.string().min(16),
})

export interface PlatformSecrets {
  /** Lets the command line act as the operator over HTTP. */
  readonly operatorToken: Secret
  readonly engineOwnerPassword: Secret
  /** For BI tools: may only select. */
  readonly engineReaderPassword: Secret
}

/** Reads them, or makes them on the first start. `random` gives a fresh text of at least 32 characters. */
export function ensureSecrets(dataDir: DataDir, random: () => string): PlatformSecrets {
  const found = findSecrets(dataDir)
  if (found) return found
  writeJsonFile(dataDir.secretsFile, {
    operator_token: random(),
    engine_owner_password: random(),
    engine_reader_password: random(),
  })
  return ensureSecrets(dataDir, random)
}

/** @throws UP_DATA_FILE_UNREADABLE */
export function findSecrets(dataDir: DataDir): PlatformSecrets | undefined {
  const file = readJsonFile(dataDir.secretsFile, SecretsFile)
  if (!file) return undefined
  chmodSync(dataDir.secretsFile, 0o600)
  return {
    operatorToken: new Secret(file.operator_token),
    engineOwnerPassword: new Secret(file.engine_owner_password),
    engineReaderPassword: new Secret(file.engine_reader_password),
  }
}
