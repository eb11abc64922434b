/**
 * Names of a journal's epochs. They follow from random bytes that the gate drew at its start, so that
 * the thread of the journal draws none of its own and a simulation with a seed names them again.
 */
import { createHash } from 'node:crypto'

/** So many random bytes make two starts that draw the same as good as impossible. */
export const EPOCH_SEED_BYTES = 16

/** Gives another name each time: 16 hex digits of SHA-256 over the seed and a count. */
export function createEpochNames(seed: Uint8Array): () => string {
  let count = 0
  return () => {
    const digest = createHash('sha256').update(seed).update(`:${count++}`).digest('hex')
    return digest.slice(0, 16)
  }
}
