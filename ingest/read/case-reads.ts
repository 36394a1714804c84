/** One case, read back: its state, how it came to it, its stock, and the cases around it. */
import type { Postgres } from '#infra/platform/contract.ts'
import type { ReadMember } from '../archive/read-member.ts'
import type { CaseSnapshot } from '../contract.ts'
import { actionWords, historyOf, stateAfter } from '../cases/replay.ts'
import type { CaseTransaction, PropertyChange } from '../cases/replay.ts'
import { CASE_COLUMNS, toStoredCase } from '../store/read-existing.ts'
import type { CaseRow, StoredCase } from '../store/read-existing.ts'
import { readFormNames } from './form-names.ts'

/** What a form did to a case, in words and by property. */
export interface CaseStep {
  readonly form_id: string
  readonly form_name: string
  readonly actions: readonly string[]
  readonly user_id: string | null
  readonly client_date: string | null
  readonly server_date: string
  readonly revoked: boolean
  readonly changes: readonly PropertyChange[]
}

/** A case that a form touched. */
export interface TouchedCase {
  readonly case_id: string
  readonly case_type: string
  readonly case_name: string
  readonly actions: readonly string[]
  readonly changes: readonly PropertyChange[]
}

export interface LedgerValue {
  readonly section_id: string
  readonly entry_id: string
  /** Decimal text. */
  readonly balance: string
  readonly last_modified_at: string
}

export interface CaseReads {
  /** Null when the domain has no such case; a deleted one is found. */
  findCase(domain: string, caseId: string): Promise<Pick<StoredCase, 'snapshot' | 'version'> | null>
  /** Every form that touched the case, oldest first. */
  caseHistory(domain: string, caseId: string): Promise<readonly CaseStep[]>
  /** The case as it stood after this form; null when the form did not touch it or no longer counts. */
  caseStateAfter(domain: string, caseId: string, formId: string): Promise<CaseSnapshot | null>
  /** The cases that a form touched, in the order in which it did. */
  formCases(domain: string, formId: string): Promise<readonly TouchedCase[]>
  ledgers(domain: string, caseId: string): Promise<readonly LedgerValue[]>
}

interface TransactionRow extends CaseTransaction {
  readonly case_id: string
  readonly user_id: string | null
  readonly client_at: string | null
  readonly xmlns: string
}

const TRANSACTIONS = `
select t.case_id, t.form_id, t.type, t.rebuild, t.revoked, t.server_at, t.seq, t.blocks, t.user_id, t.client_at,
  f.edited_at, coalesce(f.xmlns, '') as xmlns
from ingest.case_transactions t
left join ingest.forms f on f.domain = t.domain and f.form_id = t.form_id
where t.domain = $1 and t.case_id = any($2::text[]) and t.rebuild = 0`

const TOUCHED = `
select t.case_id, coalesce(c.type, '') as case_type, coalesce(c.name, '') as case_name
from ingest.case_transactions t left join ingest.cases c on c.domain = t.domain and c.case_id = t.case_id
where t.domain = $1 and t.form_id = $2 and t.rebuild = 0 order by t.seq`

export function createCaseReads({
  postgres,
  readMember,
}: {
  readonly postgres: Postgres
  readonly readMember: ReadMember
}): CaseReads {
  const { pool } = postgres

  async function readTransactions(domain: string, caseIds: readonly string[]) {
    const { rows } = await pool.query<TransactionRow>(TRANSACTIONS, [domain, caseIds])
    return Map.groupBy(rows, (row) => row.case_id)
  }

  return {
    async findCase(domain, caseId) {
      const { rows } = await pool.query<CaseRow>(
        `select ${CASE_COLUMNS} from ingest.cases c where c.domain = $1 and c.case_id = $2`,
        [domain, caseId],
      )
      const [row] = rows
      if (row === undefined) return null
      const { snapshot, version } = toStoredCase(row)
      return { snapshot, version }
    },

    async caseHistory(domain, caseId) {
      const rows = (await readTransactions(domain, [caseId])).get(caseId) ?? []
      const names = await readFormNames({ postgres, readMember }, domain, {
        xmlns: [...new Set(rows.map((row) => row.xmlns))],
        formIds: rows.map((row) => row.form_id),
      })
      const byForm = new Map(rows.map((row) => [row.form_id, row]))
      return historyOf(rows).map(({ transaction, changes }) => {
        const row = byForm.get(transaction.form_id)
        const xmlns = row?.xmlns ?? ''
        return {
          form_id: transaction.form_id,
          form_name: names.get(xmlns) ?? xmlns,
          actions: actionWords(transaction.type),
          user_id: row?.user_id ?? null,
          client_date: row?.client_at ?? null,
          server_date: transaction.server_at,
          revoked: transaction.revoked,
          changes,
        }
      })
    },

    async caseStateAfter(domain, caseId, formId) {
      return stateAfter((await readTransactions(domain, [caseId])).get(caseId) ?? [], formId)
    },

    async formCases(domain, formId) {
      const { rows: touched } = await pool.query<Pick<TouchedCase, 'case_id' | 'case_type' | 'case_name'>>(
        TOUCHED,
        [domain, formId],
      )
      if (touched.length === 0) return []
      const transactions = await readTransactions(
        domain,
        touched.map((one) => one.case_id),
      )
      return touched.map((one) => {
        const steps = historyOf(transactions.get(one.case_id) ?? [])
        const step = steps.find(({ transaction }) => transaction.form_id === formId)
        return { ...one, actions: actionWords(step?.transaction.type ?? 0), changes: step?.changes ?? [] }
      })
    },

    async ledgers(domain, caseId) {
      const { rows } = await pool.query<LedgerValue>(
        `select section_id, entry_id, balance, last_modified_at from ingest.ledger_values
         where domain = $1 and case_id = $2 order by section_id, entry_id`,
        [domain, caseId],
      )
      return rows
    },
  }
}
