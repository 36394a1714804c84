import { readFile } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { callJson } from '../caller/caller.ts'
import { fileUnreadable, formRefused } from '../problems.ts'
import type { ActionContext } from './actions.ts'
import type { Actions, GlobalOptions } from './options.ts'
import { print, toLines } from './output.ts'
import { toMultipart, type FilePart } from './multipart.ts'

const NO_ENGINE = { engine: false } as const

const TYPES: Readonly<Record<string, string>> = {
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
  '.mp3': 'audio/mpeg',
  '.mp4': 'video/mp4',
  '.3gp': 'video/3gpp',
  '.pdf': 'application/pdf',
  '.txt': 'text/plain',
}

export type FormActions = Pick<Actions, 'formSubmit' | 'formArchive' | 'formUnarchive'>

export function createFormActions({ withCaller, toOutput }: ActionContext): FormActions {
  const change = async (
    global: GlobalOptions,
    verb: 'archive' | 'unarchive',
    options: { domain: string; formId: string },
  ): Promise<void> => {
    const path = `/a/${encodeURIComponent(options.domain)}/api/v1/forms/${encodeURIComponent(options.formId)}/${verb}`
    // Archiving answers with the form's page, whose cases and names come from the warehouse.
    const answer = await withCaller(global, { engine: true }, (caller) => callJson(caller, 'POST', path, {}))
    print(toOutput(global), answer, () => `Form ${options.formId} is ${String(answer.state ?? `${verb}d`)}.`)
  }
  return {
    formArchive: (global, options) => change(global, 'archive', options),
    formUnarchive: (global, options) => change(global, 'unarchive', options),
    async formSubmit(global, { domain, file, attachments }) {
      const xml = await readPart('xml_submission_file', file, 'text/xml')
      const parts = [xml, ...(await Promise.all(attachments.map(toAttachment)))]
      const { body, contentType } = toMultipart(parts)
      const answer = await withCaller(global, NO_ENGINE, (caller) =>
        caller.send({
          method: 'POST',
          path: `/a/${encodeURIComponent(domain)}/receiver/`,
          headers: { 'content-type': contentType, 'x-openrosa-version': '3.0', accept: 'text/xml' },
          body,
        }),
      )
      const said = readReceiverAnswer(answer.text)
      if (answer.status >= 400) throw formRefused({ status: answer.status, ...said })
      const formId = findFormId(xml.content.toString('utf8'))
      const result = { status: answer.status, form_id: formId, ...said }
      print(toOutput(global), result, () => toLines(result))
    },
  }
}

async function readPart(name: string, path: string, contentType: string): Promise<FilePart> {
  try {
    return { name, fileName: basename(path), contentType, content: await readFile(path) }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw fileUnreadable({ path, code }, error)
  }
}

/** Devices send an attachment under its own name. */
function toAttachment(path: string): Promise<FilePart> {
  const type = TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream'
  return readPart(basename(path), path, type)
}

/** For the command's answer only: the platform parses the form itself. */
export function findFormId(xml: string): string | null {
  return /<(?:[\w.-]+:)?instanceID(?:\s[^>]*)?>\s*([^<\s]+)\s*</.exec(xml)?.[1] ?? null
}

/** Nature and message of an OpenRosa answer, or the sentence of a refusal in JSON or plain text. */
export function readReceiverAnswer(text: string): {
  readonly nature: string | null
  readonly message: string
} {
  const nature = /<message[^>]*\bnature=["']([^"']*)["']/.exec(text)?.[1] ?? null
  const inner = /<message[^>]*>([\s\S]*?)<\/message>/.exec(text)?.[1]
  if (inner !== undefined) return { nature, message: unescapeXml(inner.trim()) }
  const sentence = /^\s*\{[\s\S]*"error"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(text)?.[1]
  return { nature, message: sentence === undefined ? text.trim() : String(JSON.parse(sentence)) }
}

function unescapeXml(text: string): string {
  const names: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }
  return text.replaceAll(/&(lt|gt|quot|apos|amp);/g, (whole, name: string) => names[name] ?? whole)
}
