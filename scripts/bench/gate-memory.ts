/**
 * What a gate keeps in memory after a million scans: more certificates verified than its cache
 * holds, and each scan a grant and a passage of another certificate. It may grow to its bounds, and
 * no further.
 */

import { liveMb } from '../../fixtures/process-memory.ts'
import type { GrantBody } from '../../gate/contract/events.ts'
import { VERIFY_CACHE_ENTRIES_MAX } from '../../gate/limits.ts'
import { createMemory } from '../../gate/memory/memory.ts'
import { grantTo, passOn } from '../../gate/testing/memory-rows.ts'
import { nodeVerifier } from '../../pass/cose-node.ts'
import { createPassVerifier } from '../../pass/verify.ts'
import { type Figure, figure } from './figure.ts'
import { makeSample, NOW_MS } from './pass-sample.ts'

const PART = 'gate'
const SCANS = 1_000_000
const STRICT = { purpose: 'entry', expiredByMaxMs: 0, staleByMaxMs: 0 } as const

export async function memoryAfterScans(): Promise<Figure[]> {
  const verifier = createPassVerifier({
    crypto: nodeVerifier,
    cacheEntriesMax: VERIFY_CACHE_ENTRIES_MAX,
  })
  const before = liveMb()
  const { reissue, trust } = await makeSample()
  for (let i = 0; i < VERIFY_CACHE_ENTRIES_MAX * 1.2; i++) {
    const { ok } = verifier.verify(reissue(), trust, STRICT, NOW_MS)
    if (!ok) throw new Error('a good pass was refused')
  }
  const memory = createMemory({ presentations: [], visits: [] })
  const scan = (n: number) => {
    const grant = grantOf(n)
    grantTo(memory, grant, 'A', NOW_MS + n)
    passOn(memory, grant, NOW_MS + n)
  }
  for (let n = 0; n < SCANS / 2; n++) scan(n)
  const half = liveMb() - before
  for (let n = SCANS / 2; n < SCANS; n++) scan(n)
  const whole = liveMb() - before
  return [
    figure(PART, 'memory after 5·10^5 scans', [half, 'MiB']),
    figure(PART, 'memory after 10^6 scans', [whole, 'MiB'], {
      limit: 'after 5·10^5',
      ratio: whole / half,
      goal: '≤1.1',
    }),
  ]
}

function grantOf(n: number): GrantBody {
  return {
    ...{ code: 'ADMIT', direction: n % 2 === 0 ? 'entry' : 'exit', area: 'main' },
    cti: n.toString(16).padStart(32, '0'),
    presentedAt: NOW_MS / 1000 + n,
    ...{ source: 'A.scanner', flags: [], trace: [] },
  }
}
