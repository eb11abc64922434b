/**
 * Remembers issuer signatures that verified, so that a code refreshed every few seconds costs one
 * signature check and not two. An entry is found by the exact bytes the issuer signed and the
 * signature itself; nothing is stored that wasn't verified. Bounded: the longest unused goes first.
 */

import { equalBytes } from './bytes.ts'
import type { PassClaims } from './claims.ts'
import type { PassEnvelope } from './envelope.ts'
import { PassError } from './errors.ts'
import type { IssuerKey } from './keys.ts'

/** The issuer's half of a verification, and the holder's key once it was imported. */
export interface IssuerHalf<K> {
  readonly claims: PassClaims
  readonly ctiHex: string
  /** The key that made the signature; the verifier still asks each time whether it is trusted. */
  readonly issuerKey: IssuerKey
  holderKey: K | undefined
}

interface Entry<K> {
  readonly protectedBytes: Uint8Array
  readonly payload: Uint8Array
  readonly signature: Uint8Array
  readonly half: IssuerHalf<K>
}

/** A least-recently-used map of issuer halves. */
export class IssuerHalfCache<K> {
  private readonly entries = new Map<number, Entry<K>>()
  private readonly entriesMax: number

  /** `entriesMax`: 0 turns it off. About 1.5 kB an entry. */
  constructor(entriesMax: number) {
    if (!Number.isSafeInteger(entriesMax) || entriesMax < 0) {
      throw new PassError('INVALID_ARGUMENT', 'cacheEntriesMax is a whole number from 0')
    }
    this.entriesMax = entriesMax
  }

  get size(): number {
    return this.entries.size
  }

  /** The half of exactly this pass; undefined when it isn't known. */
  find(envelope: PassEnvelope): IssuerHalf<K> | undefined {
    const slot = slotOf(envelope.signature)
    const entry = this.entries.get(slot)
    if (
      entry === undefined ||
      !equalBytes(entry.signature, envelope.signature) ||
      !equalBytes(entry.payload, envelope.payload) ||
      !equalBytes(entry.protectedBytes, envelope.protectedBytes)
    ) {
      return undefined
    }
    this.entries.delete(slot)
    this.entries.set(slot, entry)
    return entry.half
  }

  /** Remembers a half whose signature was just found good. */
  add(envelope: PassEnvelope, half: IssuerHalf<K>): void {
    if (this.entriesMax === 0) return
    const slot = slotOf(envelope.signature)
    this.entries.delete(slot)
    if (this.entries.size >= this.entriesMax) {
      const oldest = this.entries.keys().next()
      if (!oldest.done) this.entries.delete(oldest.value)
    }
    // The envelope's are brief.
    const [protectedBytes, payload, signature] = [
      envelope.protectedBytes.slice(),
      envelope.payload.slice(),
      envelope.signature.slice(),
    ]
    this.entries.set(slot, { protectedBytes, payload, signature, half })
  }

  /** Forgets everything: trust has changed. */
  clear(): void {
    this.entries.clear()
  }
}

/**
 * The first 48 bits of a signature, as random as the signature. Two passes in one slot only evict
 * each other: all bytes are compared, and an entry needs an issuer's good signature.
 */
function slotOf(signature: Uint8Array): number {
  let slot = 0
  for (let i = 0; i < 6; i++) slot = slot * 256 + (signature[i] as number)
  return slot
}
