/** One form of the demo, before it is XML. */
import type { Worker } from './world.ts'

export interface CaseBlock {
  readonly caseId: string
  readonly create: { readonly type: string; readonly name: string } | null
  readonly update: Readonly<Record<string, string>>
  readonly parent: { readonly caseId: string; readonly type: string } | null
  readonly close: boolean
}

/** A question's answer, or a group of them. */
export interface Answers {
  readonly [question: string]: string | Answers
}

/** What a visit brings; who, when and on which phone is added when the worker's days are put in order. */
export interface Visit {
  readonly form: FormKind
  readonly startedAt: number
  readonly completedAt: number
  readonly answers: Answers
  readonly cases: readonly CaseBlock[]
  /** Name of the photo among the answers, null without one. */
  readonly photo: string | null
}

/** Instants are milliseconds since the epoch. */
export interface Submission extends Visit {
  readonly formId: string
  readonly worker: Worker
  readonly receivedAt: number
}

export const FORMS = {
  registerMother: {
    xmlns: 'http://openrosa.org/formdesigner/5A1D7E00-0001-4A52-9E6F-1B0C3D5E7F01',
    name: 'Register Mother',
  },
  antenatal: {
    xmlns: 'http://openrosa.org/formdesigner/5A1D7E00-0002-4A52-9E6F-1B0C3D5E7F02',
    name: 'Antenatal Visit',
  },
  delivery: {
    xmlns: 'http://openrosa.org/formdesigner/5A1D7E00-0003-4A52-9E6F-1B0C3D5E7F03',
    name: 'Delivery',
  },
  postnatal: {
    xmlns: 'http://openrosa.org/formdesigner/5A1D7E00-0004-4A52-9E6F-1B0C3D5E7F04',
    name: 'Postnatal Visit',
  },
  childVisit: {
    xmlns: 'http://openrosa.org/formdesigner/5A1D7E00-0005-4A52-9E6F-1B0C3D5E7F05',
    name: 'Child Visit',
  },
  closeFamily: {
    xmlns: 'http://openrosa.org/formdesigner/5A1D7E00-0006-4A52-9E6F-1B0C3D5E7F06',
    name: 'Close Family',
  },
} as const
export type FormKind = keyof typeof FORMS

export const APP_ID = '7c0ffee0a1b24c3d9e5f60718293a4b5'
