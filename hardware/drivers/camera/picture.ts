/** Luma pictures, and what is done to one before it is decoded. Pure; pixels from the top left corner. */

export interface Picture {
  readonly width: number
  readonly height: number
  /** width × height bytes, row by row, 0 black to 255 white. May be longer. */
  readonly luma: Uint8Array
}

export interface Point {
  readonly x: number
  readonly y: number
}

/** Whole pixels, inside of its picture. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** A code that was decoded. */
export interface FoundCode {
  /** As it stands in the code: neither trimmed nor checked. */
  readonly text: string
  readonly engine: EngineName
  /** Top left, top right, bottom right, bottom left, as the code itself stands. */
  readonly corners: readonly Point[]
}

export type EngineName = 'zxing' | 'jsqr'

/** What decodes one picture. */
export interface Engine {
  readonly name: EngineName
  /**
   * Codes with a text, at most two. `threshold`: dark is what is darker than its neighbourhood, or than
   * one level for the whole picture; an engine may know the first alone. Throws when it is broken for
   * good.
   */
  decode(picture: Picture, threshold?: Threshold): readonly FoundCode[]
}

export type Threshold = 'local' | 'global'
