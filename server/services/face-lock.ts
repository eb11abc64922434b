/**
 * The day's face checks of one person: past the maximum, the right face gets the same answer as any
 * other until midnight in Shanghai. Only comparisons with the photo on file count, so a stranger
 * without the name or without a face locks nobody out. The desk sees a lock and lifts it.
 */
import type { DocumentType } from '../domain/document-type.ts'
import { nextShanghaiDay } from '../domain/shanghai.ts'
import { Problem } from '../errors.ts'
import { RATES } from '../limits.ts'
import type { Secrets } from '../secrets.ts'
import { forgetRate, rateUsed, takeRate } from '../store/applications/rates.ts'
import { writeAudit } from '../store/audit/audit.ts'
import { transact } from '../store/engine/transact.ts'
import { type Identity, personKey } from '../store/people/people.ts'
import type { Database, Tx } from '../store/schema/schema.ts'
import type { Service } from './context.ts'
import { checkDocument } from './identity.ts'

type Document = Pick<Identity, 'documentType' | 'documentNumber'>

/**
 * Counts a face check that answered its challenge. True when this person's are used up. Whoever is
 * not on file under this name costs the same statements, on a row of its own. All documents of a
 * person are counted together.
 */
export async function isLocked(
  { db, secrets, clock }: Service,
  check: { readonly identity: Identity; readonly challenge: string; readonly onFile: boolean },
): Promise<boolean> {
  const { identity, challenge, onFile } = check
  const key = await personKey(db, secrets, identity)
  const who = onFile ? key : `nobody ${challenge}`
  return !(await takeRate(db, 'facePerson', who, clock.now()))
}

/** What is told to everybody whose face check is refused, since it may be for this. */
export function whereNext({ config, clock }: Service) {
  const dayEndsAt = new Date(nextShanghaiDay(clock.now())).toISOString()
  return { window: config.desk.window, dayEndsAt }
}

export interface FaceChecks {
  /** Of today in Shanghai. */
  readonly used: number
  readonly max: number
  /** When they count anew, Unix ms; undefined while there are some left. */
  readonly lockedUntil: number | undefined
}

export async function faceChecksOf(
  db: Database | Tx,
  secrets: Secrets,
  document: Document,
  now: number,
): Promise<FaceChecks> {
  const { max } = RATES.facePerson
  const used = await rateUsed(db, 'facePerson', await personKey(db, secrets, document), now)
  return { used, max, lockedUntil: used >= max ? nextShanghaiDay(now) : undefined }
}

/**
 * The day's face checks of a person count from none again, by staff who saw the document; audited.
 * False when none were counted. Throws Problem: those of `checkDocument`, or `RATE_LIMITED`.
 */
export async function unlock(
  service: Service,
  wanted: {
    readonly documentType: DocumentType
    readonly documentNumber: string
    readonly reason: string
    /** Id of the member of staff. */
    readonly by: string
  },
): Promise<boolean> {
  const { db, secrets, clock, config } = service
  const { reason, by } = wanted
  const now = clock.now()
  const { warnings: _, readings: __, ...document } = checkDocument(config.documents, wanted, now)
  if (!(await takeRate(db, 'look', by, now))) throw new Problem('RATE_LIMITED')
  return transact(db, async tx => {
    const { used, lockedUntil } = await faceChecksOf(tx, secrets, document, now)
    const subject = await personKey(tx, secrets, document)
    const lifted = await forgetRate(tx, 'facePerson', subject)
    const entry = { actor: `staff:${by}`, action: 'person.unlock', subject } as const
    const detail = { reason, used, locked: lockedUntil !== undefined }
    await writeAudit(tx, { ...entry, detail }, now)
    return lifted
  })
}
