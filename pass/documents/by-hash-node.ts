/** A file that an accepted document names by its length and SHA-256. */

import { createHash } from 'node:crypto'
import { equalBytes } from '../bytes.ts'

/** How a manifest or a station manifest names a file. */
export interface NamedFile {
  /** Bytes. */
  readonly length: number
  /** Of these bytes: 32 bytes. */
  readonly sha256: Uint8Array
}

/** SHA-256, 32 bytes. */
export function hashOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest())
}

/** Why these bytes are not the file that was named; undefined when they are. */
export function namedFileFault(named: NamedFile, bytes: Uint8Array): 'LENGTH' | 'HASH' | undefined {
  // TUF 5.7.3: the length that signed metadata names.
  // rules H1 L1
  if (bytes.length !== named.length) return 'LENGTH'
  // TUF 5.7.3: the hash that signed metadata names.
  // rules H2 H3 L2
  return equalBytes(hashOf(bytes), named.sha256) ? undefined : 'HASH'
}
