/**
 * The buffer of a body: memory that is taken from the machine as bytes come, and given back at once
 * when the body is dropped. A buffer of the usual kind would wait for the collector and then stay with
 * this process: large and many bodies of strangers would make it grow for good.
 */
import { BODY_GROWS_BYTES } from '../../load/limits.ts'

export interface Gathering {
  /** Copies them, and says how many there are by now. Throws RangeError past the maximum. */
  add(chunk: Uint8Array): number
  /** A copy of all of them. */
  whole(): Uint8Array
  /** Gives the memory back; nothing is gathered any more. */
  drop(): void
}

export function gather(bytesMax: number): Gathering {
  const memory = new ArrayBuffer(0, { maxByteLength: bytesMax })
  let length = 0
  return {
    add(chunk) {
      const end = length + chunk.length
      if (end > memory.byteLength) {
        const grown = Math.ceil(end / BODY_GROWS_BYTES) * BODY_GROWS_BYTES
        memory.resize(Math.max(end, Math.min(grown, bytesMax)))
      }
      new Uint8Array(memory, length).set(chunk)
      length = end
      return length
    },
    whole: () => new Uint8Array(memory, 0, length).slice(),
    drop() {
      memory.resize(0)
      length = 0
    },
  }
}
