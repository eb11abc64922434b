/** Messages between a camera's driver and the thread that decodes its frames. */
import type { EngineChoice, LookName } from './chain.ts'
import type { Box, EngineName, FoundCode } from './picture.ts'

/** Handed to the thread when it starts. */
export interface ThreadData {
  readonly engine: EngineChoice
}

/** One look at one frame. The bytes are transferred, and come back with the answer. */
export interface LookRequest {
  readonly id: number
  readonly look: LookName
  /** Where the fast look begins; null for the whole frame. */
  readonly near: Box | null
  readonly width: number
  readonly height: number
  readonly luma: Uint8Array<ArrayBuffer>
}

export interface LookAnswer {
  readonly type: 'looked'
  readonly id: number
  readonly luma: Uint8Array<ArrayBuffer>
  readonly codes: readonly FoundCode[]
}

/** `fallback`: why the engine is not the first choice. */
export interface EngineNotice {
  readonly type: 'engine'
  readonly engine: EngineName
  readonly fallback: string | null
}

/** The first message is an EngineNotice; another one says that the engine was changed. */
export type ThreadMessage = LookAnswer | EngineNotice
