/** A submission as the XML that a phone sends: generated prefixes, single-quoted declaration and all. */
import { phoneTime } from './calendar.ts'
import { FORMS } from './submission.ts'
import type { Answers, CaseBlock, Submission } from './submission.ts'

const CASE_XMLNS = 'http://commcarehq.org/case/transaction/v2'
const META_XMLNS = 'http://openrosa.org/jr/xforms'
const APP_VERSION =
  'CommCare Android, version "2.57.1"(473442). App v12. CommCare Version 2.57. Build 473442, built on: 2026-05-12'

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

function element(name: string, text: string): string {
  return text === '' ? `<${name} />` : `<${name}>${escape(text)}</${name}>`
}

function answersXml(answers: Answers): string {
  return Object.entries(answers)
    .map(([question, answer]) =>
      typeof answer === 'string'
        ? element(question, answer)
        : `<${question}>${answersXml(answer)}</${question}>`,
    )
    .join('')
}

function caseXml(caseBlock: CaseBlock, userId: string, at: string): string {
  const { create, parent } = caseBlock
  const parts = [
    create === null
      ? ''
      : `<n0:create>${element('n0:case_type', create.type)}${element('n0:case_name', create.name)}${element('n0:owner_id', userId)}</n0:create>`,
    `<n0:update>${Object.entries(caseBlock.update)
      .map(([property, value]) => element(`n0:${property}`, value))
      .join('')}</n0:update>`,
    parent === null
      ? ''
      : `<n0:index><n0:parent case_type="${parent.type}">${parent.caseId}</n0:parent></n0:index>`,
    caseBlock.close ? '<n0:close />' : '',
  ]
  const attributes = `case_id="${caseBlock.caseId}" user_id="${userId}" date_modified="${at}"`
  return `<n0:case ${attributes} xmlns:n0="${CASE_XMLNS}">${parts.join('')}</n0:case>`
}

function metaXml(submission: Submission, userId: string, at: string): string {
  const { worker } = submission
  const { latitude, longitude } = worker.village
  const meta = {
    deviceID: worker.deviceId,
    timeStart: phoneTime(submission.startedAt),
    timeEnd: at,
    username: worker.username,
    userID: userId,
    instanceID: submission.formId,
    appVersion: APP_VERSION,
    drift: '0',
    location: `${latitude.toFixed(6)} ${longitude.toFixed(6)} 412.0 12.0`,
  }
  const children = Object.entries(meta).map(([name, value]) => element(`n1:${name}`, value))
  return `<n1:meta xmlns:n1="${META_XMLNS}">${children.join('')}</n1:meta>`
}

/** @param userId the id of the submitting worker's account. */
export function renderForm(submission: Submission, userId: string): string {
  const form = FORMS[submission.form]
  const at = phoneTime(submission.completedAt)
  const cases = submission.cases.map(
    (caseBlock) => `<case_change>${caseXml(caseBlock, userId, at)}</case_change>`,
  )
  return [
    `<?xml version='1.0' ?>`,
    `<data uiVersion="1" version="12" name="${form.name}" xmlns:jrm="http://dev.commcarehq.org/jr/xforms" xmlns="${form.xmlns}">`,
    answersXml(submission.answers),
    ...cases,
    metaXml(submission, userId, at),
    '</data>',
  ].join('')
}
