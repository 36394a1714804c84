import pc from 'picocolors'

/** What `up --json` prints once everything serves; `password` only when it was made by this start. */
export interface UpResult {
  readonly url: string
  readonly email: string | null
  readonly password: string | null
  readonly engine_url: string
  readonly engine_reader: string
  readonly secrets_file: string
  readonly demo: boolean
  readonly seconds: number
}

/** The same for people. */
export function toBanner(result: UpResult): string {
  const login =
    result.email === null
      ? `  Login      as before; a new password: casehouse user password EMAIL`
      : `  Login      ${result.email}\n  Password   ${pc.bold(result.password ?? '')} (shown only now)`
  return [
    '',
    `${pc.green('ready')} in ${result.seconds} s`,
    '',
    `  Address    ${pc.bold(result.url)}${result.demo ? `\n  Demo       ${result.url}/a/demo` : ''}`,
    login,
    `  BI tools   ${result.engine_url} (ClickHouse), user ${result.engine_reader}, read only;`,
    `             its password is engine_reader_password in ${result.secrets_file}`,
    '  Stop       Ctrl-C',
    '',
    '',
  ].join('\n')
}

/** Not the same machine alone: everything but `127.…`, `::1` and `localhost`. */
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|::1|localhost)$/i

/** What to say when other machines can reach the API in plain HTTP; undefined when they cannot, or a proxy speaks TLS. */
export function toExposure(host: string, publicUrl: string | undefined): string | undefined {
  if (LOOPBACK.test(host) || publicUrl?.startsWith('https://')) return undefined
  return (
    `Warning: ${host} can be reached from other machines, in plain HTTP: passwords and health records can be read on the ` +
    'way. Put a proxy with TLS before it and set CASEHOUSE_PUBLIC_URL to its https:// address.'
  )
}
