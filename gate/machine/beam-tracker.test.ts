import fc from 'fast-check'
import t from 'tap'
import { machineSettings } from '../../fixtures/machine-rig.ts'
import { BEAM_ROW, type Beam, layoutOf } from './beam-layout.ts'
import {
  type BeamTrack,
  beamMoved,
  isClear,
  isFit,
  lowBeamMoved,
  NO_TRACK,
  ring,
  type TrackSettings,
  type TrackStep,
} from './beam-tracker.ts'
import { isThing } from './low-beam.ts'
import { BETWEEN_MS } from './people.ts'
import { covers } from './walkers.ts'

/** The beams of a walk, 100 ms apart: `C+` interrupted, `C-` free, `+` and `-` of `l` the low beam. */
function track(change: Partial<TrackSettings> = {}) {
  const settings = machineSettings(change)
  let state: BeamTrack = NO_TRACK
  let nowMs = 0
  let said: string[] = []

  function take(step: TrackStep): void {
    state = step.track
    for (const { what, direction, person } of step.events) {
      said.push(`${what} ${direction} ${person}`)
    }
    said.push(
      ...step.stuck.map(beam => `stuck ${beam}`),
      ...step.freed.map(beam => `freed ${beam}`),
    )
  }

  function pass(ms: number): void {
    const endMs = nowMs + ms
    while (state.dueMs !== undefined && state.dueMs <= endMs) {
      nowMs = Math.max(nowMs, state.dueMs)
      take(ring(state, settings, nowMs))
    }
    nowMs = endMs
  }

  return {
    walk(moves: string, everyMs = 100): string[] {
      said = []
      for (const move of moves.split(' ')) {
        pass(everyMs)
        const on = move.endsWith('+')
        if (move.startsWith('l')) state = lowBeamMoved(state, on, nowMs)
        else take(beamMoved(state, `beam${move[0]}` as Beam, on, settings, nowMs))
      }
      return said
    },
    wait(ms: number): string[] {
      said = []
      pass(ms)
      return said
    },
    clear: () => isClear(state, settings),
    fit: () => isFit(state, settings),
    state: () => state,
    settings,
  }
}

const IN = 'A+ B+ A- C+ B- D+ C- E+ D- F+ E- F-'
const OUT = 'F+ E+ F- D+ E- C+ D- B+ C- A+ B- A-'
const ONE = (way: string, id = 1) => [`arrived ${way} ${id}`, `reached ${way} ${id}`]

t.test('one person, each way', async t => {
  const lane = track()
  t.same(lane.walk(IN), [...ONE('entry'), 'crossed entry 1'])
  t.ok(lane.clear())
  t.same(lane.walk(OUT), [...ONE('exit', 2), 'crossed exit 2'])
  t.ok(lane.clear())
})

t.test('at the panels until they are seen behind them', async t => {
  const lane = track()
  lane.walk(IN)
  lane.walk('A+ B+ A- C+ B- C-')
  t.notOk(lane.clear(), 'a child between the panels')
  lane.walk('D+ D-')
  t.notOk(lane.clear(), 'on either side of D')
  t.same(lane.walk('E+'), ['crossed entry 2'])
  t.ok(lane.clear())
})

t.test('who turns back is no passage', async t => {
  const lane = track()
  lane.walk(IN)
  t.same(lane.walk('A+ B+ A- C+ B- D+ D- B+ C- A+ B- A-'), [...ONE('entry', 2), 'back entry 2'])
  t.ok(lane.clear())
  lane.walk('A+ B+ A- C+ B- C-')
  t.same(lane.wait(BETWEEN_MS), ['back entry 3'], 'nor one who is not seen again')
})

t.test('a gap of two beams makes two people, a narrower one does not', async t => {
  const near = track().walk(
    'A+ B+ A- A+ C+ B- B+ A- D+ C- C+ B- E+ D- D+ C- F+ E- E+ D- F- F+ E- F-',
  )
  t.same(near, [...ONE('entry'), 'crossed entry 1'], 'a case drawn behind')
  const far = track().walk(
    'A+ B+ A- C+ B- A+ D+ C- B+ A- E+ D- C+ B- F+ E- D+ C- F- E+ D- F+ E- F-',
  )
  t.same(far, [...[...ONE('entry'), 'crossed entry 1'], ...[...ONE('entry', 2), 'crossed entry 2']])
})

t.test('who came close behind is somebody else once the gap has grown', async t => {
  const said = track().walk('A+ B+ A- A+ C+ B- D+ C- B+ A- E+ D- C+ B- F+ E- D+')
  t.same(said, [...ONE('entry'), 'crossed entry 1', ...ONE('entry', 2)])
})

t.test('who was last at the far beam and is not seen again may have left', async t => {
  const lane = track()
  lane.walk(IN)
  lane.walk('A+ B+ A- C+ B- D+ C- E+ E- D-')
  t.same(lane.wait(BETWEEN_MS), ['crossed entry 2'])
})

t.test('only two beams: the same, as far as they can tell', async t => {
  const two = { beams: ['beamC', 'beamD'] } as const
  t.same(track(two).walk('C+ D+ C- D-'), [...ONE('entry'), 'crossed entry 1'])
  t.same(
    track(two).walk('C+ D+ C- C+ D- D+ C- D-'),
    [...ONE('entry'), 'crossed entry 1'],
    'a case drawn behind',
  )
  t.same(track(two).walk('C+ D+ C- D- C+ D+ C- D-'), [
    ...[...ONE('entry'), 'crossed entry 1'],
    ...[...ONE('entry', 2), 'crossed entry 2'],
  ])
  const lane = track(two)
  lane.walk('C+ D+ C- D-')
  t.notOk(lane.clear(), 'a thin one may step back')
  lane.wait(400)
  t.ok(lane.clear())
})

t.test('a held near beam: whoever passes the far one is somebody else each time', async t => {
  for (const beams of [BEAM_ROW, ['beamC', 'beamD'] as const]) {
    const said = track({ beams }).walk('C+ D+ D- D+ D- D+ D-')
    t.equal(said.filter(one => one.startsWith('reached')).length, 3, `${beams.length} beams`)
    t.equal(said.filter(one => one.startsWith('crossed')).length, 3)
  }
  const seen = track()
  seen.walk(IN)
  const said = seen.walk('A+ B+ A- C+ B- D+ D- D+ D-')
  t.equal(
    said.filter(one => one.startsWith('reached')).length,
    1,
    'where a beam behind is known to work, it is a step back',
  )
})

t.test('people walk through a held beam', async t => {
  for (const [held, moves] of [
    ['C', 'A+ B+ A- D+ B- E+ D- F+ E- F-'],
    ['D', 'A+ B+ A- C+ B- E+ C- F+ E- F-'],
  ] as const) {
    const lane = track()
    lane.walk(IN)
    lane.walk(`${held}+`)
    lane.wait(2000)
    const first = lane.walk(moves).filter(one => one.includes('entry'))
    t.ok(
      first.some(one => one.startsWith('crossed entry')),
      `${held}: seen as through`,
    )
    const second = lane.walk(moves).filter(one => one.startsWith('reached entry'))
    t.equal(second.length, 1, `${held}: the next one too`)
  }
})

t.test('somebody at the near beam, while another comes from the other side', async t => {
  const lane = track()
  lane.walk('A+ B+ A- C+ B-')
  const said = lane.walk('F+ E+ F- D+ E- E+ D- F+ E- F-')
  t.same(said, ['arrived exit 2', 'back exit 2'], 'who stood there has not moved')
})

t.test('a stuck beam is left out: the rest tells on, and the way is clear again', async t => {
  const lane = track()
  lane.walk('C+')
  t.notOk(lane.clear())
  t.same(lane.wait(60_000), ['back entry 1', 'stuck beamC'])
  t.ok(lane.clear())
  t.ok(lane.fit())
  t.same(lane.walk('A+ B+ A- D+ B- E+ D- F+ E- F-'), [...ONE('entry', 2), 'crossed entry 2'])
  t.same(lane.walk('C-'), ['freed beamC'])
  t.same(lane.walk(IN), [...ONE('entry', 3), 'crossed entry 3'])
})

t.test('with one beam left nobody can tell who walks which way', async t => {
  const lane = track({ beams: ['beamC', 'beamD'] })
  lane.walk('C+')
  lane.wait(60_000)
  t.notOk(lane.fit())
  t.ok(lane.clear())
  lane.walk('D+')
  t.notOk(lane.clear())
  lane.wait(60_000)
  t.notOk(lane.clear(), 'both panel beams held: that is somebody')
})

t.test('one rigid thing interrupts the low beam once, and for as long', async t => {
  const main = { onMs: 1000, offMs: 1300 }
  t.ok(isThing([{ onMs: 1005, offMs: 1310 }], main))
  t.notOk(isThing([{ onMs: 1005, offMs: 1100 }], main), 'a foot')
  t.notOk(isThing([main, { onMs: 1400, offMs: 1450 }], main), 'two feet')
  t.notOk(isThing([], main))
})

t.test('the low beam tells a case from legs', async t => {
  const lane = track({ lowBeam: true })
  const first = 'A+ B+ A- C+ B- D+ C- E+ D- F+ E- F-'
  const after = (moves: string) => {
    lane.wait(10_000)
    lane.walk(first)
    return [...lane.walk(moves), ...lane.wait(2000)]
  }
  const thing = after('A+ B+ A- C+ B- D+ l+ C- D- l- E+ F+ E- F-')
  t.notOk(thing.some(one => one.startsWith('followed') || one.startsWith('reached')))
  const legs = after('A+ B+ A- C+ B- l+ l- D+ C- l+ l- E+ D- F+ E- F-')
  t.ok(legs.some(one => one.startsWith('followed entry')))
  lane.wait(10_000)
  const alone = lane.walk(first).some(one => one.startsWith('reached'))
  t.ok(alone, 'who follows nobody is told at once')
})

t.test(
  'whatever the beams do, bodies cover just what is interrupted, and all are gone in the end',
  async t => {
    const move = fc.record({
      beam: fc.constantFrom(...BEAM_ROW),
      ms: fc.integer({ min: 0, max: 3000 }),
    })
    fc.assert(
      fc.property(
        fc.array(move, { maxLength: 60 }),
        fc.subarray([...BEAM_ROW], { minLength: 2 }),
        (moves, wired) => {
          const lane = track({ beams: wired, lowBeam: true })
          const flip = (beam: Beam) =>
            lane.walk(`${beam.slice(4)}${lane.state().active.has(beam) ? '-' : '+'}`, 0)
          for (const { beam, ms } of moves) {
            if (!wired.includes(beam)) continue
            lane.wait(ms)
            flip(beam)
            if (lane.fit()) holds(lane.state(), wired)
          }
          for (const beam of lane.state().active.keys()) flip(beam)
          lane.wait(20_000)
          if (lane.state().walkers.length > 0 || !lane.clear())
            throw new Error('somebody stays for ever')
          if (lane.state().dueMs !== undefined) throw new Error('a timer runs for nothing')
        },
      ),
      { numRuns: 2000, seed: 7 },
    )
    t.pass()
  },
)

function holds({ walkers, active, stuck }: BeamTrack, wired: readonly Beam[]): void {
  const { beams } = layoutOf(wired, stuck)
  const covered = walkers.filter(covers).flatMap(({ lo, hi }) => beams.slice(lo, hi + 1))
  const interrupted = beams.filter(beam => active.has(beam))
  const same = covered.length === interrupted.length && covered.every(one => active.has(one))
  if (!same) throw new Error(`${covered} covered, ${interrupted} interrupted`)
}

t.test('who walks while a beam is found stuck stays one person, and so do those after', async t => {
  for (const [stuck, before, after, way, id] of [
    ['F', 'A+ A-', 'B+ B- C+ C- D+ D- E+ E-', 'entry', 2],
    ['F', 'A+ B+', 'A- C+ B- D+ C- E+ D- E-', 'entry', 2],
    ['F', 'A+ B+ A- B- C+', 'C- D+ D- E+ E-', 'entry', 2],
    ['B', 'A+ C+', 'A- D+ C- E+ D- F+ E- F-', 'entry', 1],
    ['A', 'F+ F-', 'E+ E- D+ D- C+ C- B+ B-', 'exit', 2],
    ['A', 'F+ E+', 'F- D+ E- C+ D- B+ C- B-', 'exit', 2],
  ] as const) {
    const lane = track()
    lane.walk(`${stuck}+`)
    lane.wait(lane.settings.stuckMs - 150 - 100 * before.split(' ').length)
    const said = lane.walk(before)
    t.ok(lane.wait(500).includes(`stuck beam${stuck}`))
    said.push(...lane.walk(after))
    t.same(said, [...ONE(way, id), `crossed ${way} ${id}`], `${stuck} stuck, ${before}`)
    t.same(lane.walk(`${stuck}-`), [`freed beam${stuck}`])
    t.same(lane.walk(IN), [...ONE('entry', id + 1), `crossed entry ${id + 1}`])
  }
})
