/** Real passes at a lane that believes one keeper: the production pipeline up to its verdict. */

import { createSmallMemory } from '../../../fixtures/small-memory.ts'
import { generateSigningKey, nodeVerifier } from '../../../pass/cose-node.ts'
import { issuePass } from '../../../pass/issue.ts'
import { presentPass } from '../../../pass/present.ts'
import { encodePassText } from '../../../pass/text.ts'
import { createPassVerifier } from '../../../pass/verify.ts'
import type { BoardingView } from '../../decide/boarding.ts'
import { createPipeline } from '../../lane/scan-pipeline.ts'
import { type Input, startingLane } from '../../machine/state.ts'
import type { TrustKeeper } from '../../trust/keeper.ts'
import { LIST, type TrustWorld } from './world.ts'

/** A phone with one pass, issued at `iat` (Unix seconds) for half an hour; presents to a text. */
export async function phone(world: TrustWorld, iat: number, statusIndex = 8, statusList = LIST) {
  const holder = generateSigningKey('ES256')
  const { publicKey } = holder
  if (publicKey.kty !== 'EC2') throw new Error('a phone has a P-256 key')
  const pass = await issuePass({
    claims: {
      cti: new Uint8Array(16).fill(statusIndex),
      iat,
      exp: iat + 1800,
      holderKey: publicKey,
      statusIndex,
      statusList,
    },
    kid: world.issuer.kid,
    alg: world.issuer.alg,
    sign: world.issuer.sign,
  })
  return async (presentedAt: number): Promise<string> =>
    encodePassText(await presentPass({ pass, presentedAt, sign: holder.sign }))
}

/**
 * The verdict's code for a text, with its flags: `ADMIT`, `ADMIT_FLAGGED TRUST_DEGRADED`. Tickets are
 * asked for where there is a `boarding`.
 */
export function laneOf(
  keeper: TrustKeeper,
  direction: 'entry' | 'exit' = 'entry',
  boarding?: () => BoardingView | undefined,
): (text: string) => string {
  const verifier = createPassVerifier({ crypto: nodeVerifier, cacheEntriesMax: 100 })
  keeper.onTrustChanged(() => verifier.flush())
  let said = ''
  const pipeline = createPipeline({
    lane: {
      lane: 'A',
      direction,
      area: 'main',
      takesPaper: false,
      paperListMs: 0,
      staleExit: 'staff',
      passback: 'off',
      passbackMs: 0,
      ticket: boarding === undefined ? 'off' : 'hard',
    },
    boarding: () => ({ view: () => boarding?.(), want() {} }),
    queue: 'wait',
    verifier,
    trust: keeper,
    memory: createSmallMemory(),
    bus: () => undefined,
    runner: {
      lane: () => ({ ...startingLane(), state: { name: 'Locked' } }),
      feed: (input: Input) => {
        if (input.type !== 'verdict') return
        const { verdict } = input
        if (verdict.verdict === 'admit')
          said = [verdict.grant.code, ...verdict.grant.flags].join(' ')
        if (verdict.verdict === 'deny') said = verdict.code
      },
      warn: () => {},
      settled: async () => {},
      close: () => {},
    },
  })
  return text => {
    said = 'nothing'
    pipeline.read({ text, lastByteMs: 0 }, 'test')
    return said
  }
}
