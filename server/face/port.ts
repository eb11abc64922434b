/**
 * The interface of the face check: a capture, made for a challenge, compared with the photo on file.
 * Behind it is the embedded engine, or the authority's own service.
 *
 * The challenge (turn the head as asked) and the match are two results, since neither proves the
 * other. It is no presentation-attack detection (ISO/IEC 30107-3).
 */

/** What the person is asked to do. Left and right are the person's own. */
export const PROMPTS = ['ahead', 'left', 'right'] as const
export type Prompt = (typeof PROMPTS)[number]

/** One picture of a capture: JPEG, PNG or WebP bytes, and which prompt it answers, from 0. */
export interface Frame {
  readonly prompt: number
  readonly picture: Uint8Array
}

/** Frames in the order in which they were taken. */
export interface Capture {
  readonly prompts: readonly Prompt[]
  readonly frames: readonly Frame[]
}

/** Why a picture is of no use: the person can do better. */
export type PictureFault =
  /** Not a picture, or one too large. */
  'BAD_PICTURE' | 'NO_FACE' | 'SEVERAL_FACES' | 'TOO_SMALL' | 'TOO_DARK' | 'TOO_BLURRED'

/** Why a capture does not answer its challenge. */
export type ChallengeFault =
  /** Frames are missing, or there are too many. */
  | 'INCOMPLETE'
  /** The head was not turned as the prompts say, in their order. */
  | 'WRONG_ORDER'
  /** A still: the same picture again, moved, turned or scaled at most. */
  | 'STILL'
  /** Frames show different people. */
  | 'OTHER_PERSON'

/** `ON_FILE`: the photo on file can't be used; that is for the window. */
export type FaceReason = PictureFault | ChallengeFault | 'NO_MATCH' | 'ON_FILE'

/** How near the person is to the photo on file: all that is kept of the figures. */
export type ScoreBand = 'near' | 'close' | 'far'

export interface FaceOutcome {
  /** The frames are live in the sense of the challenge. */
  readonly challengePassed: boolean
  readonly matched: boolean
  /** The first thing that was wrong; absent when both hold. */
  readonly reason?: FaceReason
  /** Absent where nothing was compared. */
  readonly band?: ScoreBand
  /** A sketch of each frame (print.ts), where the check made them and the challenge was passed. */
  readonly prints?: readonly Uint8Array[]
}

/** 128 values of unit scale; the Euclidean distance of two says how alike two faces are. */
export type Embedding = readonly number[]

export type Described =
  /** `photo`: the picture as it is put on file, so that looking at one takes as long as at another. */
  | { readonly ok: true; readonly embedding: Embedding; readonly photo: Uint8Array }
  | { readonly ok: false; readonly reason: PictureFault }

/** `BUSY`: too many wait; `UNAVAILABLE`: the check ended, is away or was too slow. Both: try again. */
export class FaceCheckError extends Error {
  override readonly name = 'FaceCheckError'
  readonly code: 'BUSY' | 'UNAVAILABLE'

  constructor(code: FaceCheckError['code'], options?: ErrorOptions) {
    super(`face check: ${code}`, options)
    this.code = code
  }
}

/** Who asks, so that each gets a share: never kept with a picture, never told. */
export interface Asker {
  /** The client's, in one form for all spellings. */
  readonly address: string
  /** The application or certificate that the check is for. */
  readonly subject: string
}

export interface FaceCheck {
  /** Somebody will ask soon: what takes a while to begin may begin. */
  warm(): void
  /** Rejects with FaceCheckError. Nothing of the pictures is kept. */
  check(onFile: Uint8Array, capture: Capture, asker: Asker): Promise<FaceOutcome>
  /**
   * Whether it would get a place now, to be asked before anything of it is read or written. Left out:
   * always.
   */
  hasRoom?(asker: Asker): boolean
  close(): Promise<void>
}

/** What the embedded engine can do besides: looking at one picture alone. */
export interface FaceDescriber {
  /** The face of one picture. Rejects with FaceCheckError. */
  describe(picture: Uint8Array): Promise<Described>
}
