/**
 * A face check for tests of what stands around it: a picture is the name of who is on it, or
 * `!REASON` for one that is refused, and a number that makes it another picture (`NAME#7`).
 * Challenges are taken as passed.
 */
import type { FaceCheck, FaceOutcome, FaceReason } from '../face/port.ts'

export interface VirtualFaces extends FaceCheck {
  /** What is done while a check runs. */
  during: () => Promise<void>
  /** Checks so far. */
  count: number
  /** What each was compared with. */
  readonly photos: Uint8Array[]
}

const nameOf = (picture: Uint8Array) => Buffer.from(picture).toString().replace(/#\d+$/, '')

export function virtualFaces(): VirtualFaces {
  const faces: VirtualFaces = {
    count: 0,
    photos: [],
    during: async () => {},
    warm() {},
    async check(onFile, capture): Promise<FaceOutcome> {
      faces.count += 1
      faces.photos.push(onFile)
      await faces.during()
      const names = capture.frames.map(frame => nameOf(frame.picture))
      const refused = names.find(name => name.startsWith('!'))
      if (refused !== undefined) {
        const reason = refused.slice(1) as FaceReason
        return { challengePassed: false, matched: false, reason }
      }
      return names.every(name => name === nameOf(onFile))
        ? { challengePassed: true, matched: true, band: 'near' }
        : { challengePassed: true, matched: false, reason: 'NO_MATCH', band: 'far' }
    },
    async close() {},
  }
  return faces
}
