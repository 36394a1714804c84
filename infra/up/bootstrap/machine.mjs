// Which machines the embedded engines run on. ClickHouse and PostgreSQL come as prebuilt glibc and macOS binaries.

const OLDEST_NODE = 20
const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']

/**
 * Why this machine cannot run casehouse, in one sentence with what to do; undefined when it can.
 * @param {{ versions: { node: string }, platform: string, arch: string, report?: { getReport(): object } }} host
 * @returns {string | undefined}
 */
export function findFault(host) {
  const major = Number(host.versions.node.split('.')[0])
  if (!(major >= OLDEST_NODE)) {
    return `needs Node ${OLDEST_NODE} or newer, and this is ${host.versions.node}. Install one from https://nodejs.org and try again.`
  }
  if (host.platform === 'win32') {
    return 'does not run on Windows itself. Install WSL 2 (`wsl --install`) and run it inside Ubuntu.'
  }
  const name = `${host.platform}-${host.arch}`
  if (!PLATFORMS.includes(name)) {
    return `has no database engines for ${name}. It runs on ${PLATFORMS.join(', ')}.`
  }
  if (host.platform === 'linux' && isMusl(host)) {
    return 'needs a Linux with glibc, and this one has musl (Alpine). Use Debian, Ubuntu or Fedora, or an image such as node:24-slim.'
  }
  return undefined
}

/** @param {{ report?: { getReport(): object } }} host */
function isMusl(host) {
  const report = /** @type {{ header?: { glibcVersionRuntime?: string } } | undefined} */ (
    host.report?.getReport()
  )
  return report !== undefined && report.header?.glibcVersionRuntime === undefined
}
