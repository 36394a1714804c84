/** Whether the caller's own rule lets a form in, such as the one for forms without credentials. Source: reference §1.2. */
import { readCases } from '../store/read-existing.ts'
import type { ExistingForm } from '../store/read-existing.ts'
import type { Alone } from './edit-form.ts'
import type { Member } from './keep-form.ts'
import { touchedCaseIds } from './parse-submission.ts'
import type { Workspace } from './workspace.ts'

/** By what the form says of itself; one that could not be read is kept for people to look at. */
export function isAccepted({ form, request }: Member): boolean {
  if (form === null || request.accept === undefined) return true
  const caseOwners = form.blocks.map(
    (block) => block.create?.['owner_id'] ?? block.update?.['owner_id'] ?? block.userId,
  )
  return request.accept({ userId: form.meta?.userID ?? null, xmlns: form.xmlns, caseOwners })
}

/** By whose the cases are that the form changes or points to: a form cannot know, or may not say. */
export function isAcceptedBeside(workspace: Workspace, { form, request }: Member): boolean {
  if (form === null || request.accept === undefined) return true
  const referenced = form.blocks.flatMap((block) => (block.indices ?? []).map((index) => index.referenced_id))
  const caseOwners = [...touchedCaseIds(form), ...referenced].flatMap((caseId) => {
    const known = workspace.cases.get(caseId)
    return known === undefined ? [] : [known.snapshot.owner_id]
  })
  return request.accept({ userId: form.meta?.userID ?? null, xmlns: form.xmlns, caseOwners })
}

/** By whose the form is that this one would take the place of, and the cases that it wrote. */
export async function isAcceptedInstead(
  { client, member: { domain, request }, oldCases }: Alone,
  here: ExistingForm,
): Promise<boolean> {
  if (request.accept === undefined) return true
  const { rows } = await client.query<{ user_id: string | null }>(
    'select user_id from ingest.forms where domain = $1 and form_id = $2',
    [domain, here.form_id],
  )
  const caseOwners = (await readCases(client, oldCases)).map(({ snapshot }) => snapshot.owner_id)
  return request.accept({ userId: rows[0]?.user_id ?? null, xmlns: here.xmlns, caseOwners })
}
