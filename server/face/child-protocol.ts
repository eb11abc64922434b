/** The messages between the service and the process of its face check. */
import type { Capture, Described, FaceOutcome } from './port.ts'

/** One at a time. `id` from 1. */
export type FaceRequest =
  | {
      readonly id: number
      readonly what: 'check'
      readonly onFile: Uint8Array
      readonly capture: Capture
    }
  | { readonly id: number; readonly what: 'describe'; readonly picture: Uint8Array }

/** Whose picture is decoded; `none` while the networks look at one. */
export type Decoding = 'sent' | 'on file' | 'none'

export type FaceAnswer =
  /** The networks are loaded. */
  | { readonly id: 0 }
  /** Told before it happens: a picture that ends the process is known by it. */
  | { readonly id: number; readonly decoding: Decoding }
  /** `rssMib`: the memory that the process has now. */
  | { readonly id: number; readonly value: FaceOutcome | Described; readonly rssMib: number }
  | { readonly id: number; readonly fault: string }
