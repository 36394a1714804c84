/** Texts that stand for what people type and for secrets, so that one search finds them wherever they leak to. */
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** In every canary of a run, whatever it stands for; a search needs no other word. */
export const MARK = `zq${randomBytes(4).toString('hex')}`
export const canary = (kind: string): string => `${MARK}${kind}`

export interface CanaryForm {
  readonly id: string
  readonly domain: string
  readonly userId: string
  /** Put in front of the root's end: more blocks, or what breaks the form. */
  readonly extra?: string
}

/** A form whose every value is a canary, with a case and a photo. */
export function toCanaryXml({ id, userId, extra = '' }: CanaryForm): string {
  const at = '2024-03-01T10:00:00.000Z'
  return `<data xmlns="http://openrosa.org/formdesigner/${canary('xmlns')}" name="${canary('formname')}">
  <${canary('question')}>${canary('answer')}</${canary('question')}><phone>${canary('phone')}</phone><photo>${canary('photo')}.jpg</photo>
  <c:case xmlns:c="http://commcarehq.org/case/transaction/v2" case_id="case-${id}" user_id="${userId}" date_modified="${at}">
    <c:create><c:case_type>patient</c:case_type><c:case_name>${canary('casename')}</c:case_name><c:owner_id>${userId}</c:owner_id></c:create>
    <c:update><c:${canary('property')}>${canary('value')}</c:${canary('property')}><c:external_id>${canary('external')}</c:external_id></c:update>
  </c:case>${extra}
  <m:meta xmlns:m="http://openrosa.org/jr/xforms"><m:deviceID>${canary('device')}</m:deviceID><m:timeStart>${at}</m:timeStart><m:timeEnd>${at}</m:timeEnd>
    <m:username>${canary('user')}</m:username><m:userID>${userId}</m:userID><m:instanceID>${id}</m:instanceID></m:meta></data>`
}

/** The form and one file, as a phone sends them. */
export function toMultipart(xml: string, file: { readonly name: string; readonly type: string }): Buffer {
  return Buffer.from(
    [
      ['xml_submission_file', 'form.xml', 'text/xml', xml],
      [file.name, file.name, file.type, `\xff\xd8 ${canary('photobytes')}`],
    ]
      .map(
        ([name, filename, type, content]) =>
          `--b\r\nContent-Disposition: form-data; name="${name}"; filename="${filename}"\r\nContent-Type: ${type}\r\n\r\n${content}\r\n`,
      )
      .join('') + '--b--\r\n',
  )
}

/** Every file below a directory that holds one of the words, in any case, with the line of the first. */
export function findWords(
  files: readonly string[],
  words: readonly string[],
): readonly { file: string; line: string }[] {
  return files.flatMap((file) =>
    readFileSync(file, 'latin1')
      .split('\n')
      .filter((line) => words.some((word) => line.toLowerCase().includes(word.toLowerCase())))
      .slice(0, 3)
      .map((line) => ({ file, line: line.slice(0, 2_000) })),
  )
}

/** Log files of a data directory: of every role, and of Postgres. */
export function listLogs(data: string): readonly string[] {
  const logs = readdirSync(join(data, 'logs')).map((name) => join(data, 'logs', name))
  return [...logs, join(data, 'postgres', 'postgres.log')]
}
