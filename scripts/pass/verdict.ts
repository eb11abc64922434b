/**
 * The verdict of a lane that asks for nothing but the pass: a gate's own verification and decision,
 * with no tickets, no siblings and nothing remembered. Where paper is taken, it is taken here. Or that
 * of a desk, which is strict, by the status lists; it doesn't know what the code has served before.
 */
import { decide } from '../../gate/decide/decide.ts'
import type { DecideContext } from '../../gate/decide/rules.ts'
import { verifyForSide } from '../../gate/lane/verify-scan.ts'
import { plainModes } from '../../gate/machine/state.ts'
import { createMemory } from '../../gate/memory/memory.ts'
import type { TrustKeeper } from '../../gate/trust/keeper.ts'
import { nodeVerifier } from '../../pass/cose-node.ts'
import type { Purpose } from '../../pass/purpose.ts'
import {
  createPassVerifier,
  type VerifiedPass,
  type VerifyResult,
  type VerifySeen,
} from '../../pass/verify.ts'

export interface PassVerdict {
  /** As a gate shows it, `ADMIT`, `ADMIT_FLAGGED`; at a desk `ACCEPTED`; or why not. */
  readonly code: string
  /** What a gate would tell staff of an admission. */
  readonly flags?: readonly string[]
  /** What a refusal saw. */
  readonly seen?: VerifySeen | undefined
  readonly pass?: Pick<VerifiedPass, 'iat' | 'exp' | 'presentedAt' | 'expiredByMs'> & {
    readonly certificate: string
    readonly class: VerifiedPass['passClass']
  }
}

/** The least that a memory has: nothing is remembered, and so nothing is full. */
const ROOM = { codes: 32, papers: 32, visits: 64, siblingUses: 32, siblingVisits: 32 }

/** `nowMs`: Unix milliseconds; trust is as the keeper has it. Never throws, whatever `text` is. */
export function judgePass(
  text: string,
  trust: Pick<TrustKeeper, 'view' | 'freshness'>,
  purpose: Purpose,
  nowMs: number,
): PassVerdict {
  const verifier = createPassVerifier({ crypto: nodeVerifier, cacheEntriesMax: 0 })
  if (purpose !== 'entry' && purpose !== 'exit') {
    const policy = { purpose, expiredByMaxMs: 0, staleByMaxMs: 0 }
    const found = verifier.verify(text, trust.view(), policy, nowMs)
    return found.ok ? { code: 'ACCEPTED', pass: shown(found.pass) } : refused(found.code, found)
  }
  const direction = purpose
  const strict = { timeFree: false, forgivesStale: false, forgivesStatus: false, waitedMs: 0 }
  const now = { nowMs, state: 'TRUSTED' } as const
  const side = { direction, ...strict }
  const { found, statusKnown } = verifyForSide(verifier, text, side, trust.view(), now)
  const context = contextOf(trust, direction, statusKnown, nowMs)
  const memory = createMemory({ presentations: [], visits: [] }, 'command line', ROOM)
  const verdict = decide(found, 'command line', context, memory)
  if (verdict.verdict === 'ignore') throw new Error('nothing is remembered, so nothing repeats')
  if (verdict.verdict === 'deny') return refused(verdict.code, found)
  const { code, flags } = verdict.grant
  if (!found.ok) throw new Error(`${code} for a pass that was refused`)
  return { code, ...(flags.length > 0 && { flags }), pass: shown(found.pass) }
}

const refused = (code: string, found: VerifyResult): PassVerdict => ({
  code,
  seen: found.ok ? undefined : found.seen,
})

function shown({ ctiHex, passClass, iat, exp, presentedAt, expiredByMs }: VerifiedPass) {
  return { certificate: ctiHex, class: passClass, iat, exp, presentedAt, expiredByMs }
}

function contextOf(
  trust: Pick<TrustKeeper, 'freshness'>,
  direction: 'entry' | 'exit',
  statusKnown: boolean,
  nowMs: number,
): DecideContext {
  const { stage, manifestAgeMs } = trust.freshness()
  return {
    lane: 'command line',
    direction,
    area: '',
    modes: plainModes(direction),
    takesPaper: true,
    paperListMs: Number.POSITIVE_INFINITY,
    listAgeMs: manifestAgeMs,
    staleExit: 'staff',
    passback: 'off',
    passbackMs: 0,
    ticket: 'off',
    boarding: undefined,
    stage,
    clockUncertain: false,
    statusKnown,
    nowMs,
  }
}
