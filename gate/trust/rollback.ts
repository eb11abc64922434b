/**
 * Whether the trust that is believed is older than what this gate acted on before: somebody put an
 * older `trust.db` in place of the newer one, which knows fewer revocations and is signed as well.
 * Entry is closed then until newer trust was had, or until the operator names both sides in the
 * config; so what is accepted once is not accepted again after the gate has moved on. Pure.
 */
import { createHash } from 'node:crypto'
import { materialOf } from '../../pass/documents/trust-documents.ts'
import type { Known } from '../store/high-water-marks.ts'
import type { TrustState } from './state.ts'

export interface Rollback {
  /** `accepted`: by the operator, in the config. */
  readonly is: 'none' | 'closed' | 'accepted'
  /** What is believed and what was acted on, and how it is accepted. */
  readonly detail: string
}

const TRUST = 'trust'

/** The numbers of `state`, for the journal to know; each status key counts its own manifests. */
export function numbersOf({ trust, manifest }: TrustState): Known {
  const ofTrust = { [TRUST]: trust.version }
  return manifest === undefined
    ? ofTrust
    : { ...ofTrust, [manifestsOf(manifest.signer.key)]: manifest.manifest.version }
}

function manifestsOf(key: Parameters<typeof materialOf>[0]): string {
  const name = createHash('sha256').update(materialOf(key), 'utf8').digest('hex').slice(0, 16)
  return `manifest ${name}`
}

/**
 * `acceptOlder`: of the config. Without a manifest nothing was put in place: trust is closed as it
 * is, and what comes next is judged when it is there.
 */
export function rollbackOf(state: TrustState, known: Known, acceptOlder = ''): Rollback {
  if (state.manifest === undefined) return { is: 'none', detail: '' }
  const here = Object.entries(numbersOf(state))
  const before = here.map(([name, number]) => Math.max(number, known[name] ?? 0))
  const older = here.some(([, number], index) => number < (before[index] ?? 0))
  if (!older) return { is: 'none', detail: 'trust is as new as before' }
  const name = `${here.map(([, number]) => number).join('/')} after ${before.join('/')}`
  const is = acceptOlder === name ? 'accepted' : 'closed'
  const [trust, manifest] = here.map(([, number]) => number)
  const what = `trust ${trust}, manifest ${manifest} is older than trust ${before[0]}, manifest ${before[1]}, which this gate acted on`
  const then =
    is === 'accepted'
      ? 'accepted by "acceptOlder" in the config, each entry is flagged'
      : `entry is closed until the service was reached, or until the config says "trust": { "acceptOlder": "${name}" }`
  return { is, detail: `${what}: ${then}` }
}
