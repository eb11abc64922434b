/**
 * What a scan costs the gate's processor from its text to its relay, and on through the passage: the
 * production pipeline in virtual time, its journal in memory, so that neither disk nor line is in it.
 */
import { createVirtualLane, type VirtualLane } from '../../fixtures/virtual-lane.ts'
import { threadCpuUs } from './cpu-time.ts'
import { type Figure, figure } from './figure.ts'
import { makeSample, type Sample } from './pass-sample.ts'
import { inUnits, leastSpread } from './spread.ts'

const PART = 'gate'
/** The compiler goes on making it quicker for thousands of scans: by a tenth after the first thousand. */
const WARM_UP = 30
const ROUNDS = 20
/** Certificates of a round. */
const SCANS = 200
/** Raw checks that a certificate that was never seen needs. */
const CHECKS = 2
/** Beyond the codes that the round before has shown, and older than none of them. */
const ROUND_MS = 60_000

export async function scanCost(): Promise<Figure[]> {
  const sample = await makeSample()
  const rounds: { scanUs: number; checkUs: number }[] = []
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    const gate = await createVirtualLane()
    gate.time.advance(ROUND_MS)
    const codes: string[] = []
    for (let cti = 0; cti < SCANS; cti++) codes.push(await gate.code({ cti }))
    const checkUs = await costUs(() => check(sample))
    const scanUs = await costUs(() => pass(gate, codes))
    if (round >= WARM_UP) rounds.push({ scanUs, checkUs })
  }
  // Other programs only ever add to a round, by emptying the processor's caches.
  const scanUs = leastSpread(rounds.map(one => one.scanUs))
  const checkUs = leastSpread(rounds.map(one => one.checkUs))
  return [
    figure(PART, 'CPU of a scan, text to relay and passage', [scanUs, 'µs'], {
      limit: `${CHECKS} raw checks`,
      ratio: inUnits(scanUs, checkUs),
    }),
  ]
}

/** Of this thread, a scan. */
async function costUs(work: () => void | Promise<void>): Promise<number> {
  const from = threadCpuUs()
  await work()
  return (threadCpuUs() - from) / SCANS
}

function check(sample: Sample): void {
  for (let i = 0; i < SCANS; i++) {
    if (!sample.rawIssuer(i) || !sample.rawHolder(i))
      throw new Error('a good signature was refused')
  }
}

async function pass(gate: VirtualLane, codes: readonly string[]): Promise<void> {
  for (const code of codes) {
    await gate.scan(code)
    if (gate.energised.size !== 1) throw new Error('a good pass was refused')
    await gate.contact('passA', true)
    await gate.contact('passA', false)
  }
}
