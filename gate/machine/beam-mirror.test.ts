/** A lane and its mirror say the same of the same people. */
import fc from 'fast-check'
import t from 'tap'
import { IN, track } from '../testing/beam-track.ts'
import { BEAM_ROW, type Beam, layoutOf } from './beam-layout.ts'
import type { TrackSettings } from './beam-tracker.ts'
import type { Walker } from './walkers.ts'

const MIRRORED = { A: 'F', B: 'E', C: 'D', D: 'C', E: 'B', F: 'A' } as const
const mirrored = (beam: Beam) => `beam${MIRRORED[beam.slice(4) as 'A']}` as Beam
const opposite = (said: string) =>
  said
    .replace(/entry|exit/, way => (way === 'entry' ? 'exit' : 'entry'))
    .replace(/beam./, beam => mirrored(beam as Beam))

/** Three bodies that go on and back, by tenths of the distance of two beams. */
const CROWDS = fc.record({
  widths: fc.array(fc.integer({ min: 3, max: 25 }), { minLength: 3, maxLength: 3 }),
  from: fc.constantFrom([-30, -60, -90], [-30, -60, 90], [-30, 90, 110]),
  steps: fc.array(
    fc.record({
      who: fc.constantFrom(0, 1, 2),
      by: fc.integer({ min: -4, max: 9 }),
      ms: fc.integer({ min: 20, max: 900 }),
    }),
    { minLength: 20, maxLength: 100 },
  ),
})

/** What beams say of a crowd: which changes, whether it is interrupted, and how long after the last. */
function seenBy(
  beams: readonly Beam[],
  { widths, from, steps }: typeof CROWDS extends fc.Arbitrary<infer Crowd> ? Crowd : never,
): { beam: Beam; on: boolean; ms: number }[] {
  const bodies = from.map((at, who) => ({ at, way: at > 0 ? -1 : 1, width: widths[who] ?? 0 }))
  const active = new Set<Beam>()
  return steps.flatMap(({ who, by, ms }) => {
    const body = bodies[who] as (typeof bodies)[number]
    body.at += by * body.way
    const changed = beams.filter(beam => {
      const place = 10 * BEAM_ROW.indexOf(beam) + 5
      const on = bodies.some(({ at, width }) => at <= place && place < at + width)
      return on !== active.has(beam)
    })
    return changed.map(beam => {
      const on = !active.delete(beam)
      if (on) active.add(beam)
      return { beam, on, ms }
    })
  })
}

const LANES = fc.record({
  beams: fc.subarray([...BEAM_ROW], { minLength: 2 }),
  gapBeams: fc.constantFrom(1, 2),
  joinMs: fc.constantFrom(0, 2000),
})

/** Throws where a lane and its mirror differ in what they say of the same. */
function compareMirrored(
  { beams, ...rest }: Partial<TrackSettings> & { readonly beams: readonly Beam[] },
  changes: readonly { readonly beam: Beam; readonly on: boolean; readonly ms: number }[],
): void {
  const here = track({ beams, ...rest })
  const there = track({ beams: beams.map(mirrored), ...rest })
  for (const { beam, on, ms } of changes) {
    const [said, told] = [here, there].map((lane, side) => {
      const name = (side === 0 ? beam : mirrored(beam)).slice(4)
      return [...lane.wait(ms), ...lane.walk(`${name}${on ? '+' : '-'}`, 0)]
    }) as [string[], string[]]
    if (said.map(opposite).sort().join() !== told.sort().join()) {
      throw new Error(`${said} but ${told}`)
    }
    if (here.clear() !== there.clear()) throw new Error('clear on one side only')
    if (here.state().dueMs !== there.state().dueMs) throw new Error('not due at one time')
  }
}

t.test('who leaves is told like who comes: a lane and its mirror say the same', async t => {
  const said = fc.property(LANES, CROWDS, (lane, crowd) =>
    compareMirrored(lane, seenBy(lane.beams, crowd)),
  )
  t.doesNotThrow(() => fc.assert(said, { numRuns: 500, seed: 7 }))
})

t.test('who is hidden keeps their place while a beam is stuck, and afterwards', async t => {
  const beamsOf = ({ lo, hi }: Walker, lane: ReturnType<typeof track>) => {
    const { beams } = layoutOf(lane.settings.beams, lane.state().stuck)
    return [beams[hi]?.at(-1) ?? '', beams[lo]?.at(-1) ?? ''].join(' ')
  }
  const hidden = (moves: string, stuck: string) => {
    const lane = track({ stuckMs: 2000 })
    lane.walk(moves)
    lane.wait(2000)
    t.same(lane.state().stuck, [`beam${stuck}`])
    const [before] = lane.state().walkers
    const found = before && beamsOf(before, lane)
    lane.walk(`${stuck}-`)
    const [after] = lane.state().walkers
    return [found, after && beamsOf(after, lane)]
  }
  const turned = (text: string) => text.replaceAll(/[A-F]/g, name => MIRRORED[name as 'A'])
  for (const [moves, stuck, whileStuck, afterwards] of [
    [`${IN} F+ A+ A- B+ B- C+ C-`, 'F', 'B D', 'B D'],
    [`${IN} F+ A+ A- B+ B- C+ C- D+ D-`, 'F', 'C E', 'C E'],
    [`${IN} A+ B+ B- C+ C- D+ D-`, 'A', 'C E', 'C E'],
    ['B+ A+ A-', 'B', 'A C', 'A B'],
    ['A+ A- A+', 'A', ' B', 'A B'],
  ] as const) {
    t.same(hidden(moves, stuck), [whileStuck, afterwards], moves)
    const there = [whileStuck, afterwards].map(two => turned(two).split(' ').reverse().join(' '))
    t.same(hidden(turned(moves), turned(stuck)), there, `${moves}, mirrored`)
  }
})

t.test('who is hidden while all beams are stuck is nobody new once one comes back', async t => {
  const lane = track({ beams: ['beamA', 'beamC', 'beamE'], gapBeams: 1, stuckMs: 2000 })
  lane.walk('A+ A- E+ A+ C+ E- E+')
  lane.wait(2000)
  t.equal(lane.state().stuck.length, 3)
  t.same(lane.walk('C- E- C+ A-'), ['freed beamC', 'freed beamE', 'freed beamA'])
})

t.test('and where beams flip by themselves, get stuck and come back', async t => {
  const flips = fc.array(fc.record({ which: fc.nat(5), ms: fc.integer({ min: 20, max: 900 }) }), {
    minLength: 10,
    maxLength: 80,
  })
  const said = fc.property(LANES, flips, (lane, all) => {
    const active = new Set<Beam>()
    const changes = all.map(({ which, ms }) => {
      const beam = lane.beams[which % lane.beams.length] as Beam
      const on = !active.delete(beam)
      if (on) active.add(beam)
      return { beam, on, ms }
    })
    compareMirrored({ ...lane, stuckMs: 2000 }, changes)
  })
  t.doesNotThrow(() => fc.assert(said, { numRuns: 500, seed: 7 }))
})
