import fc from 'fast-check'
import t from 'tap'
import { machineSettings } from '../../fixtures/machine-rig.ts'
import { IN, ONE, OUT, track } from '../testing/beam-track.ts'
import { BEAM_ROW, type Beam, layoutOf } from './beam-layout.ts'
import { account, type BeamTrack, NO_TRACK, standing } from './beam-tracker.ts'
import { BETWEEN_MS } from './people.ts'
import { covers, THING, type Walker } from './walkers.ts'

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
  t.equal(lane.clear(), false, 'both panel beams held: that is somebody')
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

t.test(
  'bodies do not pass each other: one who comes behind another is not who moves on',
  async t => {
    const lane = track()
    lane.walk(IN)
    lane.walk('F+ F- A+ A- B+ B- C+ C- D+ D- F+ F-')
    t.same(lane.walk('E+'), ['crossed entry 3'], 'who faces them has moved since the first of them')
    const mirror = track()
    mirror.walk(IN)
    mirror.walk('A+ A- F+ F- E+ E- D+ D- C+ C- A+ A-')
    t.same(mirror.walk('B+'), ['crossed exit 3'])
  },
)

t.test('a grant is for who stands at the near beam', async t => {
  const lane = track()
  t.equal(lane.granted('entry'), undefined, 'nobody')
  lane.walk('A+ B+ A-')
  t.equal(lane.granted('entry'), undefined, 'not there yet')
  lane.walk('C+ B-')
  t.equal(lane.granted('exit'), undefined, 'from the other side')
  t.equal(lane.granted('entry'), 1)
  t.same(lane.walk('D+ C-'), ['reached entry 1'])
  t.equal(lane.granted('entry'), undefined, 'who is at the far one has gone on')
  lane.walk('D-')
  t.equal(lane.granted('entry'), undefined, 'and who hides behind it')
  const leaving = track()
  leaving.walk('F+ E+ F- D+ E- C+ D-')
  t.equal(leaving.granted('entry'), undefined, 'who comes out stands there too')
})

t.test('a grant is for nobody where a thing stands', async t => {
  const thing: Walker = { person: THING, from: 'entry', lo: 2, hi: 2, heading: 1, sinceMs: 0 }
  const found = standing({ ...NO_TRACK, walkers: [thing] }, 'entry', machineSettings(), 0)
  t.equal(found.person, undefined)
})

t.test('who came as a part of somebody ahead is somebody of their own by a grant', async t => {
  const lane = track()
  t.same(lane.walk('A+ B+ A- A+ C+ B- B+ A- D+ C- C+ B-'), ONE('entry'), 'close behind')
  t.equal(lane.granted('entry'), 2)
  t.same(lane.walk('E+ D- F+ E- F-'), ['crossed entry 1'])
  t.same(lane.walk('D+ C- E+ D-'), ['reached entry 2', 'crossed entry 2'], 'arrived as they were')
})

t.test(
  'who follows on a grant of their own is told at once, and judged by no low beam',
  async t => {
    const lane = track({ lowBeam: true })
    lane.walk(IN)
    lane.walk('A+ B+ A- C+ B-')
    t.equal(lane.granted('entry'), 2)
    t.same(lane.walk('D+'), ['reached entry 2'])
    t.same([...lane.walk('C- E+ D-'), ...lane.wait(9000)], ['crossed entry 2'])
    const empty = lane.state()
    t.equal(account(empty, 99), empty, 'nobody of that number')
  },
)

t.test('who goes back while they are judged is told once', async t => {
  const lane = track({ lowBeam: true })
  lane.walk(IN)
  t.same(lane.walk('A+ B+ A- C+ B- D+ D- B+ C- A+ B- A-', 10), ['arrived entry 2', 'back entry 2'])
  t.same(lane.walk('F+ F-', 10), [])
})

t.test('what leaves close behind somebody is theirs: nothing is waited for', async t => {
  const lane = track()
  lane.walk('A+ B+ A- A+ C+ B- B+ A- D+ C- C+ B- E+ D- D+ C- F+ E- E+ D- E-')
  lane.walk('F-')
  t.same(lane.state().walkers, [])
})

t.test(
  'a beam is known to work once, however often it moves, until it misses somebody',
  async t => {
    const lane = track()
    for (const walk of [IN, OUT, IN]) lane.walk(walk)
    t.same([...lane.state().seen].sort(), BEAM_ROW)
    lane.walk('A+ B+ A- C+ B- D+ C- D-')
    t.same(lane.wait(BETWEEN_MS), ['crossed entry 4'])
    t.notOk(lane.state().seen.includes('beamE'))
    lane.walk('A+ B+ A- C+ B- D+ C-')
    t.same(lane.walk('D-'), ['crossed entry 5'], 'one who leaves the far beam is gone at once')
  },
)

t.test('a beam that is not wired says nothing', async t => {
  const lane = track({ beams: ['beamB', 'beamC', 'beamD'] })
  t.same(lane.walk('A+ A- E+ F+'), [])
  t.same(lane.state().walkers, [])
})

t.test('beams that are stuck, and one that is free again', async t => {
  const lane = track()
  lane.walk('B+')
  lane.walk('E+')
  lane.wait(60_000)
  t.same(lane.state().stuck, ['beamB', 'beamE'])
  t.same(lane.walk('B-'), ['freed beamB'])
  t.same(lane.state().stuck, ['beamE'], 'the other is still')
  lane.walk('E-')
  lane.walk('C+')
  lane.wait(60_000)
  lane.walk('B+ D+ C-')
  holds(lane.state(), BEAM_ROW)
  t.equal(lane.state().walkers.length, 2, 'nobody is where a beam has become free')
})

t.test('who hides before the first beam stays there while another is found stuck', async t => {
  const lane = track({ beams: ['beamC', 'beamD', 'beamE'] })
  lane.walk('E+')
  lane.wait(59_500)
  lane.walk('C+ C-')
  t.ok(lane.wait(1000).includes('stuck beamE'))
  t.same(lane.walk('C+ D+'), ['reached entry 2'])
})

t.test('a lane that joins what follows soon counts a case drawn behind with its owner', async t => {
  const lane = track({ joinMs: 2000 })
  lane.walk(IN)
  t.same(lane.walk(IN), [], 'who left last is known yet')
  lane.wait(2000)
  t.same(lane.walk(IN), [...ONE('entry', 2), 'crossed entry 2'])
})
