/**
 * Pictures that a face check has seen answer no other one: the same bytes in any of them, or nearly
 * the same pictures in half of them.
 */
import { Problem } from '../errors.ts'
import { isReplay } from '../face/print.ts'
import {
  keepSeen,
  otherPrints,
  type SeenFrame,
  wereSeen,
} from '../store/applications/seen-frames.ts'
import type { Identity } from '../store/people/people.ts'
import type { Service } from './context.ts'

/** Before a picture is looked at. Throws Problem `FACE_SEEN`. */
export async function refuseSeen(
  { db, secrets, clock, registry }: Service,
  identity: Identity,
  pictures: readonly Uint8Array[],
  extra: Record<string, unknown>,
): Promise<void> {
  const subject = await registry.subjectOf(db, identity)
  if (await wereSeen(db, secrets, subject, pictures, clock.now())) {
    throw new Problem('FACE_SEEN', extra)
  }
}

/**
 * Keeps the pictures of a capture that answered its challenge, whoever is on file and whether they
 * matched. They are kept before others are read, so of two copies that come at once to two replicas
 * one sees the other. Throws Problem `FACE_SEEN`.
 */
export async function keepFrames(
  { db, secrets, clock, registry }: Service,
  of: { readonly identity: Identity; readonly challenge: string },
  frames: readonly SeenFrame[],
  extra: Record<string, unknown>,
): Promise<void> {
  const now = clock.now()
  const mine = { subject: await registry.subjectOf(db, of.identity), capture: of.challenge }
  const isNew = await keepSeen(db, secrets, mine, frames, now)
  const others = await otherPrints(db, secrets, mine, now)
  const prints = frames.flatMap(({ print }) => (print === undefined ? [] : [print]))
  if (!isNew || isReplay(prints, others)) throw new Problem('FACE_SEEN', extra)
}
