/**
 * Pictures that face checks have seen, a person at a time: a keyed hash of each one's bytes, and the
 * sketches of a capture under encryption, together: each face check opens all that the person has had,
 * and opening costs more than comparing. Neither is a face's template; both are gone after
 * `FRAMES_KEPT_MS`.
 */
import { createHash } from 'node:crypto'
import type { NotNull } from 'kysely'
import { PRINT_BYTES } from '../../face/limits.ts'
import { FRAMES_COMPARED_MAX, FRAMES_KEPT_MS } from '../../limits.ts'
import type { Secrets } from '../../secrets.ts'
import type { Identity } from '../people/people.ts'
import type { Database, Tx } from '../schema/schema.ts'

/** A picture of one capture; `print` where it was decoded here. */
export interface SeenFrame {
  readonly picture: Uint8Array
  readonly print: Uint8Array | undefined
}

/** Under which a person's pictures are kept: HMAC-SHA-256 of who was typed. */
export const frameSubject = (secrets: Secrets, identity: Identity): string => {
  const { documentType, documentNumber, name } = identity
  const who = JSON.stringify([documentType, documentNumber, name])
  return secrets.mac('frame', `person ${who}`).toString('base64url')
}

/** Of a person of several documents, the same for each. */
export const personSubject = (secrets: Secrets, person: string): string =>
  secrets.mac('frame', `one person ${person}`).toString('base64url')

function macOf(secrets: Secrets, subject: string, picture: Uint8Array): string {
  const hash = createHash('sha256').update(picture).digest('hex')
  return secrets.mac('frame', `picture ${subject} ${hash}`).toString('base64url')
}

/** Whether one of these was seen before, byte for byte. */
export async function wereSeen(
  db: Database,
  secrets: Secrets,
  subject: string,
  pictures: readonly Uint8Array[],
  now: number,
): Promise<boolean> {
  const macs = pictures.map(picture => macOf(secrets, subject, picture))
  const row = await db
    .selectFrom('seen_frames')
    .select('mac')
    .where('mac', 'in', macs)
    .where('drop_at', '>', now)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/**
 * Keeps them. False when one of them was kept before: the same bytes are taken once, whatever comes
 * at the same time.
 */
export async function keepSeen(
  db: Database,
  secrets: Secrets,
  of: { readonly subject: string; readonly capture: string },
  frames: readonly SeenFrame[],
  now: number,
): Promise<boolean> {
  const { subject, capture } = of
  const drop_at = now + FRAMES_KEPT_MS
  const prints = Buffer.concat(frames.flatMap(({ print }) => print ?? []))
  const rows = frames.map(({ picture }, n) => {
    const mac = macOf(secrets, subject, picture)
    const print = n === 0 && prints.length > 0 ? secrets.sealBytes(prints, aboutPrints(mac)) : null
    return { mac, subject, capture, drop_at, print }
  })
  const kept = await db
    .insertInto('seen_frames')
    .values(rows)
    .onConflict(c => c.column('mac').doNothing())
    .returning('mac')
    .execute()
  return kept.length === rows.length
}

/** What the sketches of a capture are sealed for: its first picture. */
const aboutPrints = (mac: string): string => `print ${mac}`

/** How many pictures of this person are kept: another number after each capture. */
export async function framesKept(tx: Tx, subject: string): Promise<number> {
  const row = await tx
    .selectFrom('seen_frames')
    .select(eb => eb.fn.countAll<number>().as('n'))
    .where('subject', '=', subject)
    .executeTakeFirstOrThrow()
  return Number(row.n)
}

/** Up to `FRAMES_COMPARED_MAX` sketches of this person's other captures, the newest captures first. */
export async function otherPrints(
  db: Database,
  secrets: Secrets,
  of: { readonly subject: string; readonly capture: string },
  now: number,
): Promise<readonly Uint8Array[]> {
  const rows = await db
    .selectFrom('seen_frames')
    .select(['mac', 'print'])
    .where('subject', '=', of.subject)
    .where('capture', '!=', of.capture)
    .where('drop_at', '>', now)
    .where('print', 'is not', null)
    .$narrowType<{ print: NotNull }>()
    .orderBy('drop_at', 'desc')
    .limit(FRAMES_COMPARED_MAX)
    .execute()
  const prints: Uint8Array[] = []
  for (const { mac, print } of rows) {
    if (prints.length >= FRAMES_COMPARED_MAX) break
    prints.push(...printsIn(secrets.openBytes(print, aboutPrints(mac))))
  }
  return prints.slice(0, FRAMES_COMPARED_MAX)
}

/** One after the other. A row of earlier versions has that of its own picture alone. */
const printsIn = (bytes: Uint8Array): Uint8Array[] =>
  Array.from({ length: bytes.length / PRINT_BYTES }, (_, n) =>
    bytes.subarray(n * PRINT_BYTES, (n + 1) * PRINT_BYTES),
  )
