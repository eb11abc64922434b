/**
 * Appeals: a person whose face check was refused asks staff to decide. The phone gets the same answer
 * for a person on file and any other; the result stays with staff.
 */
import type { DocumentType } from '../domain/document-type.ts'
import { maskName } from '../domain/name.ts'
import { Problem, type ProblemCode } from '../errors.ts'
import { triedApplication } from '../store/applications/applications.ts'
import { takeRate } from '../store/applications/rates.ts'
import { writeAudit } from '../store/audit/audit.ts'
import {
  type AppealState,
  type AppealText,
  addAppeal,
  appealState,
  listAppeals,
  resolveAppeal,
  takeAppeal,
  textOf,
} from '../store/desk/appeals.ts'
import { transact } from '../store/engine/transact.ts'
import type { Appeal, AppealOutcome } from '../store/schema/desk-schema.ts'
import type { Service } from './context.ts'

const NOT_APPEALED = {
  unknown: 'APPLICATION_UNKNOWN',
  done: 'APPLICATION_DONE',
  untried: 'APPEAL_EARLY',
} as const satisfies Record<string, ProblemCode>

/**
 * Takes an appeal from the phone that applied; gives its id. Throws Problem: those of
 * `NOT_APPEALED`, `APPEAL_OPEN` or `RATE_LIMITED`.
 */
export async function appeal(
  service: Service,
  made: {
    readonly application: string
    readonly deviceKey: string
    readonly text: string
    readonly contact: string | undefined
  },
): Promise<string> {
  const { db, secrets, clock, registry } = service
  const { application, deviceKey, text, contact } = made
  const now = clock.now()
  if (!(await takeRate(db, 'appealDevice', deviceKey, now))) throw new Problem('RATE_LIMITED')
  const tried = await triedApplication(db, secrets, { id: application, deviceKey }, now)
  if (typeof tried === 'string') throw new Problem(NOT_APPEALED[tried])
  // By name too: whoever knows a number alone uses up nobody's appeals.
  const person = await registry.subjectOf(db, tried)
  if (!(await takeRate(db, 'appealPerson', person, now))) throw new Problem('RATE_LIMITED')
  return transact(db, async tx => {
    const written = { text, ...(contact !== undefined && { contact }), identity: tried }
    const id = await addAppeal(tx, secrets, { application, ...written }, now)
    if (id === undefined) throw new Problem('APPEAL_OPEN')
    const entry = { actor: 'phone', action: 'appeal.make', subject: id } as const
    await writeAudit(tx, { ...entry, detail: { application } }, now)
    return id
  })
}

/** An appeal in the list: nothing of what was written. */
export interface SeenAppeal {
  readonly row: Appeal
  readonly state: AppealState
  readonly maskedName: string
  readonly documentType: DocumentType
}

export async function appealsFor(
  { db, secrets, clock }: Service,
  page: Parameters<typeof listAppeals>[1],
): Promise<{ readonly rows: readonly SeenAppeal[]; readonly next: string | null }> {
  const now = clock.now()
  const { rows, next } = await listAppeals(db, page)
  const seen = rows.map(row => {
    const { name, documentType } = textOf(secrets, row).identity
    return { row, state: appealState(row, now), maskedName: maskName(name), documentType }
  })
  return { rows: seen, next }
}

const REFUSED = {
  unknown: 'APPEAL_UNKNOWN',
  resolved: 'APPEAL_RESOLVED',
  taken: 'APPEAL_TAKEN',
  'not taken': 'APPEAL_NOT_TAKEN',
} as const satisfies Record<string, ProblemCode>

/**
 * Takes it to work on: what was written and who wrote it, audited and counted as a look at a person.
 * Throws Problem: those of `REFUSED`, or `RATE_LIMITED`.
 */
export async function take(
  { db, secrets, clock }: Service,
  { id, by }: { readonly id: string; readonly by: string },
): Promise<AppealText> {
  const now = clock.now()
  if (!(await takeRate(db, 'look', by, now))) throw new Problem('RATE_LIMITED')
  return transact(db, async tx => {
    const taken = await takeAppeal(tx, { id, by }, now)
    if (typeof taken === 'string') throw new Problem(REFUSED[taken])
    await writeAudit(tx, { actor: `staff:${by}`, action: 'appeal.take', subject: id }, now)
    return textOf(secrets, taken)
  })
}

/** By who has taken it. Throws Problem: those of `REFUSED`. */
export async function resolve(
  { db, secrets, clock }: Service,
  end: {
    readonly id: string
    readonly by: string
    readonly outcome: AppealOutcome
    readonly note: string
  },
): Promise<void> {
  const now = clock.now()
  const { id, by, outcome } = end
  await transact(db, async tx => {
    const came = await resolveAppeal(tx, secrets, end, now)
    if (came !== 'resolved now') throw new Problem(REFUSED[came])
    const entry = { actor: `staff:${by}`, action: 'appeal.resolve', subject: id } as const
    await writeAudit(tx, { ...entry, detail: { outcome } }, now)
  })
}
