/**
 * A gate's figures as plain data, for a console and for Prometheus: names of lanes, codes and devices
 * only, nothing of a person, a pass or a certificate. A unit stands last in a name: `_seconds`, `_bytes`.
 */

/** One value, and what it is of: a lane, a code, a device, a reason. A bounded set of each. */
export interface FigureValue {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export type Figure =
  | {
      /** A `counter` only grows, from the start of the gate on; a `gauge` is as of now. */
      readonly type: 'counter' | 'gauge'
      readonly name: string
      readonly help: string
      readonly values: readonly FigureValue[]
    }
  | Histogram

export interface Histogram {
  readonly type: 'histogram'
  readonly name: string
  readonly help: string
  /** How many took no longer than `le`, in the unit of the name; the bounds grow. */
  readonly buckets: readonly { readonly le: number; readonly count: number }[]
  readonly sum: number
  readonly count: number
}

/** What the gate has counted, and for how long: another config may have started another gate. */
export interface GateFigures {
  readonly forMs: number
  readonly figures: readonly Figure[]
}
