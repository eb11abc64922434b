/**
 * The hops of a granted scan, from the last byte of its code to its relay, in their order: each begins
 * where the one before it ended.
 */
export const SCAN_HOPS = ['read', 'verify', 'decide', 'hand', 'commit', 'open'] as const
export type ScanHop = (typeof SCAN_HOPS)[number]

/** What each is, for people. */
export const HOP_HELP: Readonly<Record<ScanHop, string>> = {
  read: 'Last byte of a scan to its lane',
  verify: 'A scan decoded and verified',
  decide: 'A verified scan to its verdict',
  hand: 'A verdict to its row handed to the journal',
  commit: 'A row handed to the journal until it is known to be on disk',
  open: 'A row on disk to its relay',
}

/**
 * `diagnostics_channel` on which a gate tells the end of each hop, with a `HopMark`: nothing is built
 * while nobody listens.
 */
export const HOP_CHANNEL = 'wicketgate.scan.hop'

export interface HopMark {
  readonly lane: string
  /** `scan`: the last byte, at which the first hop begins. */
  readonly hop: 'scan' | ScanHop
  /** Monotonic milliseconds of the gate's main thread. */
  readonly atMs: number
}

/** `tracingChannel` of a thread that answers: each request, with its `RequestMark`. */
export const REQUEST_CHANNEL = 'wicketgate.thread.request'

export interface RequestMark {
  readonly name: string
}
