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
