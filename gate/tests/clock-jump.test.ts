/** A host clock that is a year off, at the start of a whole gate or while it runs. */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createTravellers, type HandGate, startHandGate } from '../../fixtures/hand-gate.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { LIST, T0, TrustWorld } from '../testing/trust/world.ts'

const YEAR_MS = 365 * 86_400_000
const T0_MS = T0 * 1000
let trueS = () => T0
const world = await TrustWorld.create(() => trueS())
let publishedS = 0
async function publish(): Promise<void> {
  publishedS = trueS()
  await world.publish({ lists: { [LIST]: [200] } })
}
await publish()
const code = createTravellers(world)
const dir = tempDir()

async function started(name: string, offMs: number, online: boolean, jump = { ms: 0 }) {
  const data = join(dir, name)
  if (name !== 'lived') cpSync(join(dir, 'lived'), data, { recursive: true })
  trueS = () => T0
  const gate = await startHandGate({ data, world, hostMs: T0_MS + offMs, jump, online })
  trueS = () => T0 + Math.floor(gate.time.clock.monotonicMs() / 1000)
  // The service publishes each minute.
  gate.origin.intercept = async line => {
    const due = trueS() - publishedS >= 60 && line === 'GET /v1/trust/manifest'
    if (due) await publish()
    return undefined
  }
  return gate
}

const fresh = (gate: HandGate) =>
  gate.until('fresh trust', () => gate.log.some(line => line.stage === 'FRESH'))

async function shows(gate: HandGate, number: number): Promise<string> {
  return gate.scan(await code(number, trueS()))
}

async function passes(gate: HandGate, number: number): Promise<string> {
  const said = await shows(gate, number)
  gate.board.setContact('passA', true)
  gate.board.setContact('passA', false)
  const rest = () => gate.gate.lanes[0]?.view().state.name === 'Locked'
  await gate.until('at rest', rest)
  return said
}

/** Past the hour in which old rows are dropped. */
const HOUR_MS = 3_700_000

const steps = (gate: HandGate) => gate.log.filter(line => line.code === 'CLOCK_STEPPED')

// Certificate 1 is inside, by a gate whose clock is right.
const lived = await started('lived', 0, true)
await fresh(lived)
await passes(lived, 1)
await lived.stop()

for (const [name, offMs] of [
  ['ahead', YEAR_MS],
  ['behind', -YEAR_MS],
] as const) {
  t.test(`a year ${name} at the start, with the service in reach: set right, and told`, async t => {
    const gate = await started(name, offMs, true)
    await gate.until('set', () => steps(gate).some(line => line.by === 'signed time'))
    await fresh(gate)
    if (name === 'ahead') {
      const offset = Number(steps(gate).at(-1)?.offsetMs)
      t.ok(Math.abs(offset + YEAR_MS) < 10_000, `by ${offset} ms`)
    } else t.match(steps(gate)[0], { by: 'floor', state: 'UNCERTAIN' })
    t.equal(await passes(gate, 50), 'ADMIT')
    await gate.time.advanceAsync(6000)
    t.equal(await shows(gate, 1), 'ALREADY_INSIDE', 'nothing was forgotten as too old')
    await gate.stop()
  })

  t.test(
    `a year ${name} at the start, alone: entry says so, and opens when it is settled`,
    async t => {
      const gate = await started(`${name}-alone`, offMs, false)
      t.equal(await shows(gate, 50), name === 'ahead' ? 'TRUST_STALE' : 'CLOCK_UNCERTAIN')
      // Past the hour in which old rows are dropped.
      await gate.time.advanceAsync(3_700_000)
      gate.origin.down = false
      await gate.until('set', () => steps(gate).some(line => line.by === 'signed time'), 100)
      await fresh(gate)
      t.equal(await passes(gate, 51), 'ADMIT')
      await gate.time.advanceAsync(6000)
      t.equal(await shows(gate, 1), 'ALREADY_INSIDE')
      await gate.stop()
    },
  )

  t.test(`a clock that jumps a year ${name} while it runs moves nothing`, async t => {
    const jump = { ms: 0 }
    const gate = await started(`${name}-running`, 0, true, jump)
    await fresh(gate)
    jump.ms = offMs
    t.match(await passes(gate, 50), /^ADMIT/, 'at once, flagged until signed time has come')
    await gate.time.advanceAsync(HOUR_MS)
    t.equal(await passes(gate, 51), 'ADMIT', 'and after the hour in which old rows are dropped')
    await gate.time.advanceAsync(6000)
    t.equal(await shows(gate, 1), 'ALREADY_INSIDE')
    t.same(
      steps(gate).filter(line => Math.abs(Number(line.offsetMs)) > 60_000),
      [],
    )
    await gate.stop()
    const seen = gate.rows().filter(row => row.kind === 'passage')
    t.equal(seen.length, 3, 'no row is gone')
  })
}

t.test(
  'a clock that starts ahead, alone: codes of its own wrong time are flagged, then refused; fire opens',
  async t => {
    for (const [aheadS, said] of [
      [45, 'ADMIT_FLAGGED'],
      [300, 'ADMIT_FLAGGED'],
      [2 * 3600, 'CLOCK_UNCERTAIN'],
    ] as const) {
      const gate = await started(`unproven-${aheadS}`, aheadS * 1000, false)
      t.equal(await gate.scan(await code(60, trueS() + aheadS)), said, `${aheadS} s ahead`)
      gate.board.setContact('fire', true)
      t.same([...gate.energised].sort(), ['entry', 'exit'], 'fire opens both ways')
      await gate.stop()
    }
  },
)
