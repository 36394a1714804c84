/** The journey of one family through the programme: who is visited when, and what is found. */
import { DAY_MS, localDay, nextWorkTime } from './calendar.ts'
import type { Random } from './random.ts'
import type { Answers, CaseBlock, FormKind, Visit } from './submission.ts'
import { CHILD_NAMES, GIVEN_NAMES, familyName } from './world.ts'

/** From when to when the programme runs, and until when this worker does. Milliseconds since the epoch. */
export interface Span {
  readonly from: number
  readonly until: number
}

const VISIT_EVERY_DAYS = 9
const PREGNANCY_DAYS = 280
const VACCINES = [
  { name: 'penta_1', afterDays: 42 },
  { name: 'penta_2', afterDays: 70 },
  { name: 'penta_3', afterDays: 98 },
  { name: 'measles_1', afterDays: 270 },
] as const

interface Child {
  readonly caseId: string
  readonly name: string
  readonly bornAt: number
  readonly vaccines: Set<string>
  weightGrams: number
}

class Family {
  readonly visits: Visit[] = []
  readonly children: Child[] = []
  readonly #random: Random
  readonly #until: number
  readonly motherId: string
  readonly motherName: string
  readonly surname: string
  /** The end of the latest visit: the next begins after it. */
  #now: number

  constructor(random: Random, span: Span) {
    this.#random = random
    this.#until = span.until
    this.motherId = random.uuid()
    this.surname = familyName(random)
    this.motherName = `${random.pick(GIVEN_NAMES)} ${this.surname}`
    this.#now = span.from
  }

  /** Adds a visit at the first time of work from `due` on; false when that lies past the end. */
  visit(
    form: FormKind,
    due: number,
    write: (completedAt: number) => Omit<Visit, 'form' | 'startedAt' | 'completedAt'>,
  ): boolean {
    let startedAt = nextWorkTime(this.#random, Math.max(due, this.#now))
    while (startedAt < this.#now) startedAt = nextWorkTime(this.#random, startedAt + DAY_MS)
    const completedAt = startedAt + this.#random.int(150, 1_300) * 1_000
    if (completedAt >= this.#until) return false
    this.visits.push({ form, startedAt, completedAt, ...write(completedAt) })
    this.#now = completedAt + 60_000
    return true
  }

  /** When the next visit happens: mostly on time, sometimes days late, sometimes left out. */
  dueAfter(at: number): number {
    const missed = this.#random.chance(0.08) ? VISIT_EVERY_DAYS : 0
    const late = this.#random.chance(0.18) ? this.#random.int(3, 9) : 0
    return at + (VISIT_EVERY_DAYS + missed + late + this.#random.int(-1, 1)) * DAY_MS
  }

  get now(): number {
    return this.#now
  }
}

function block(
  caseId: string,
  update: Readonly<Record<string, string>>,
  more: Partial<CaseBlock> = {},
): CaseBlock {
  return { caseId, create: null, update, parent: null, close: false, ...more }
}

function register(random: Random, family: Family, due: number, expectedAt: number | null): boolean {
  const age = Math.max(15, Math.min(46, Math.round(random.normal(26, 5.5))))
  const parity = Math.max(0, Math.min(8, Math.round((age - 20) / 4 + random.normal(0, 1))))
  const photo = random.chance(0.02) ? 'health_card.png' : null
  return family.visit('registerMother', due, () => {
    const profile = {
      age: String(age),
      parity: String(parity),
      pregnancy_status: expectedAt === null ? 'delivered' : 'pregnant',
      edd: expectedAt === null ? '' : localDay(expectedAt),
      phone_number: random.chance(0.7) ? `+2547${random.int(10_000_000, 99_999_999)}` : '',
      risk: age < 18 || age > 38 || parity > 5 ? 'high' : 'normal',
    }
    const answers: Answers = {
      mother: { full_name: family.motherName, ...profile },
      household: {
        members: String(random.int(2, 11)),
        water_source: random.pick(['piped', 'borehole', 'river', 'rain']),
        mosquito_net: random.chance(0.62) ? 'yes' : 'no',
      },
      consent: 'yes',
      ...(photo === null ? {} : { health_card_photo: photo }),
    }
    const created = block(family.motherId, profile, { create: { type: 'mother', name: family.motherName } })
    return { answers, cases: [created], photo }
  })
}

function antenatal(random: Random, family: Family, due: number, expectedAt: number, number: number): boolean {
  return family.visit('antenatal', due, (at) => {
    const systolic = Math.round(random.normal(114, 12))
    const danger = systolic >= 140 || random.chance(0.03)
    const week = Math.max(4, Math.round((PREGNANCY_DAYS - (expectedAt - at) / DAY_MS) / 7))
    const found = {
      weight_kg: random.normal(62, 8).toFixed(1),
      blood_pressure: `${systolic}/${Math.round(random.normal(73, 8))}`,
      iron_tablets: String(random.pick([0, 15, 30, 30, 30])),
      danger_signs: danger ? random.pick(['headache', 'bleeding', 'swelling', 'fever']) : 'none',
    }
    const update = {
      last_visit_date: localDay(at),
      anc_visits: String(number),
      last_weight_kg: found.weight_kg,
      risk: danger ? 'high' : 'normal',
      next_visit_date: localDay(at + VISIT_EVERY_DAYS * DAY_MS),
    }
    const late = at - due > 2 * DAY_MS
    return {
      answers: {
        visit: { gestation_weeks: String(week), visit_number: String(number), late: late ? 'yes' : 'no' },
        findings: found,
      },
      cases: [block(family.motherId, update)],
      photo: null,
    }
  })
}

function bear(random: Random, family: Family, bornAt: number): Child {
  const child: Child = {
    caseId: random.uuid(),
    name: `${random.pick(CHILD_NAMES)} ${family.surname}`,
    bornAt,
    vaccines: new Set(),
    weightGrams: Math.max(1_500, Math.round(random.normal(3_150, 420))),
  }
  family.children.push(child)
  return child
}

function childBlock(random: Random, family: Family, child: Child): CaseBlock {
  return block(
    child.caseId,
    {
      dob: localDay(child.bornAt),
      sex: random.pick(['female', 'male']),
      birth_weight_g: String(child.weightGrams),
      low_birth_weight: child.weightGrams < 2_500 ? 'yes' : 'no',
    },
    { create: { type: 'child', name: child.name }, parent: { caseId: family.motherId, type: 'mother' } },
  )
}

function deliver(random: Random, family: Family, due: number, bornAt: number): boolean {
  return family.visit('delivery', due, (at) => {
    const children = Array.from({ length: random.chance(0.02) ? 2 : 1 }, () => bear(random, family, bornAt))
    const place = random.pick(['clinic', 'clinic', 'hospital', 'home'])
    const mother = block(family.motherId, {
      pregnancy_status: 'delivered',
      delivery_date: localDay(bornAt),
      delivery_place: place,
      last_visit_date: localDay(at),
    })
    return {
      answers: {
        delivery: {
          date: localDay(bornAt),
          place,
          attendant: random.pick(['midwife', 'nurse', 'relative']),
          births: String(children.length),
        },
      },
      cases: [mother, ...children.map((child) => childBlock(random, family, child))],
      photo: null,
    }
  })
}

function vaccinate(child: Child, at: number): string[] {
  const given = VACCINES.filter(
    (v) => at - child.bornAt >= v.afterDays * DAY_MS && !child.vaccines.has(v.name),
  )
  for (const vaccine of given) child.vaccines.add(vaccine.name)
  return given.map((vaccine) => vaccine.name)
}

function visitChild(random: Random, family: Family, child: Child, due: number): boolean {
  return family.visit('childVisit', due, (at) => {
    const ageDays = Math.floor((at - child.bornAt) / DAY_MS)
    child.weightGrams += Math.round(random.normal(230, 70))
    const vaccines = random.chance(0.85) ? vaccinate(child, at) : []
    const muac = Math.round(random.normal(138, 11))
    const given = Object.fromEntries(vaccines.map((name) => [name, localDay(at)]))
    return {
      answers: {
        child: { age_days: String(ageDays), weight_g: String(child.weightGrams), muac_mm: String(muac) },
        vaccines: vaccines.length > 0 ? vaccines.join(' ') : 'none',
        feeding:
          ageDays < 180
            ? random.pick(['exclusive_breastfeeding', 'exclusive_breastfeeding', 'mixed'])
            : 'complementary',
      },
      cases: [
        block(child.caseId, {
          weight_g: String(child.weightGrams),
          muac_mm: String(muac),
          nutrition: muac < 115 ? 'severe' : muac < 125 ? 'moderate' : 'normal',
          last_visit_date: localDay(at),
          ...given,
        }),
      ],
      photo: null,
    }
  })
}

function postnatal(random: Random, family: Family, due: number, bornAt: number): boolean {
  return family.visit('postnatal', due, (at) => {
    const days = Math.floor((at - bornAt) / DAY_MS)
    const last = days >= 42
    return {
      answers: {
        days_since_delivery: String(days),
        fever: random.chance(0.04) ? 'yes' : 'no',
        breastfeeding: random.chance(0.93) ? 'yes' : 'no',
        outcome: last ? 'programme_completed' : 'continue',
      },
      cases: [
        block(family.motherId, { last_visit_date: localDay(at), pnc_day: String(days) }, { close: last }),
      ],
      photo: null,
    }
  })
}

function leave(random: Random, family: Family, due: number): void {
  const reason = random.pick(['moved_away', 'moved_away', 'declined'])
  family.visit('closeFamily', due, () => ({
    answers: { reason, confirmed: 'yes' },
    cases: [family.motherId, ...family.children.map((child) => child.caseId)].map((caseId) =>
      block(caseId, { closure_reason: reason }, { close: true }),
    ),
    photo: null,
  }))
}

/** Visits of the mother until 42 days after the birth, and of the children until the end. */
function followChildren(random: Random, family: Family, bornAt: number): void {
  let due = Math.max(family.now, bornAt + random.int(2, 4) * DAY_MS)
  let motherOpen = true
  for (;;) {
    if (motherOpen) {
      if (!postnatal(random, family, due, bornAt)) return
      motherOpen = family.now - bornAt < 42 * DAY_MS
    }
    for (const child of family.children) if (!visitChild(random, family, child, due)) return
    if (random.chance(0.008)) return leave(random, family, family.now + 3 * DAY_MS)
    due = family.dueAfter(family.now)
  }
}

/** All visits of one family, oldest first. `span.until` is when the worker stops, or the programme's end. */
export function createJourney(random: Random, span: Span, registeredFrom: number): Visit[] {
  const family = new Family(random, span)
  const pregnant = random.chance(0.47)
  const daysToBirth = random.int(5, 215)
  const bornAt = pregnant
    ? registeredFrom + daysToBirth * DAY_MS
    : registeredFrom - random.int(3, 230) * DAY_MS
  if (!register(random, family, registeredFrom, pregnant ? bornAt + random.int(-9, 9) * DAY_MS : null))
    return []
  if (!pregnant) {
    if (deliver(random, family, family.now, bornAt)) followChildren(random, family, bornAt)
    return family.visits
  }
  let due = family.dueAfter(family.now)
  for (let number = 1; due < bornAt; number += 1) {
    if (!antenatal(random, family, due, bornAt, number)) return family.visits
    if (random.chance(0.008)) {
      leave(random, family, family.now + 2 * DAY_MS)
      return family.visits
    }
    due = family.dueAfter(family.now)
  }
  if (deliver(random, family, bornAt + random.int(0, 3) * DAY_MS, bornAt))
    followChildren(random, family, bornAt)
  return family.visits
}
