/** What became of a config at its gate, by the rows that the gate wrote about it. Pure. */
import type { ConfigBody } from '../../../gate/contract/events.ts'

export type Outcome =
  /** The gate has not said a word of it. */
  | { readonly is: 'waits' }
  /** It runs, until it is confirmed or its time is over. */
  | { readonly is: 'tried'; readonly at: number }
  | { readonly is: 'confirmed'; readonly at: number }
  /** `why`: in the gate's words. */
  | { readonly is: 'reverted'; readonly at: number; readonly why: string }
  | { readonly is: 'refused'; readonly at: number; readonly why: string }

interface Row {
  readonly kind: string
  readonly at: number
  readonly body: string | null
}

/** How far a gate's clock may be behind the service's. */
const CLOCKS_MS = 60_000

/**
 * `rows`: newest first. `revision`: the service's number, in Unix seconds. The row that says that it runs
 * has this number beside the gate's own; those that follow have the gate's own alone.
 */
export function outcomeOf(rows: readonly Row[], revision: number): Outcome {
  let outcome: Outcome = { is: 'waits' }
  let own: number | undefined
  for (const { kind, at, body } of [...rows].reverse()) {
    if (kind !== 'config' || body === null) continue
    const said = JSON.parse(body) as ConfigBody
    if (said.about === 'committed' && said.serviceRevision === revision) {
      own = said.revision
      outcome = { is: said.confirmMs === undefined ? 'confirmed' : 'tried', at }
    } else if (own !== undefined && said.revision === own && said.about === 'confirmed') {
      outcome = { is: 'confirmed', at }
    } else if (own !== undefined && said.revision === own && said.about === 'reverted') {
      outcome = { is: 'reverted', at, why: said.reason }
    } else if (own === undefined && isRefusal(said) && at >= revision * 1000 - CLOCKS_MS) {
      outcome = { is: 'refused', at, why: said.reason }
    }
  }
  return outcome
}

const isRefusal = ({ about, by }: ConfigBody): boolean => about === 'refused' && by === 'service'
