/** One move at a time, on drafts made by hand; each from the entry side and mirrored. */
import t, { type Test } from 'tap'
import { BEAM_ROW, type Beam, layoutOf } from './beam-layout.ts'
import { free, interrupt, leave } from './walker-moves.ts'
import { type Draft, newPerson, type Walker } from './walkers.ts'

const NOW_MS = 10_000

interface Scene {
  /** From the entry side up, as `person from lo hi heading`, and when it moved last. */
  readonly bodies: readonly (readonly [string, (number | undefined)?])[]
  readonly beams?: readonly Beam[]
  readonly lastOut?: Draft['lastOut']
  /** When the beams were interrupted; else just now. */
  readonly since?: Readonly<Record<number, number>>
  readonly joinMs?: number
  readonly gapBeams?: number
}

function walkerOf(text: string, sinceMs: number): Walker {
  const [person, from, lo, hi, heading] = text.split(' ')
  return {
    ...{ person: Number(person), from: from as Walker['from'], lo: Number(lo), hi: Number(hi) },
    ...{ heading: heading === '>' ? 1 : -1, sinceMs },
  }
}

/** Persons 1 from the entry side, 2 from the exit side are known; who is new is 3. */
function draftOf({ bodies, beams = BEAM_ROW, lastOut, gapBeams = 2 }: Scene): Draft {
  const walkers = bodies.map(([text, sinceMs = 0]) => walkerOf(text, sinceMs))
  const draft: Draft = {
    ...{ layout: layoutOf(beams, []), nowMs: NOW_MS, gapBeams, walkers },
    ...{ people: new Map(), nextPerson: 1, lastOut },
  }
  newPerson(draft, 'entry')
  newPerson(draft, 'exit')
  return draft
}

const textOf = ({ person, from, lo, hi, heading }: Walker) =>
  `${person} ${from} ${lo} ${hi} ${heading === 1 ? '>' : '<'}`

/** The same seen from the other side: entry and exit, first and last beam, persons 1 and 2 change places. */
function mirrored(text: string, count: number): string {
  const { person, from, lo, hi, heading } = walkerOf(text, 0)
  const other = { 1: 2, 2: 1 }[person] ?? person
  const way = from === 'entry' ? 'exit' : 'entry'
  return `${other} ${way} ${count - 1 - hi} ${count - 1 - lo} ${heading === 1 ? '<' : '>'}`
}

function mirrorOf(scene: Scene, count: number): Scene {
  const { bodies, beams = BEAM_ROW, lastOut, since = {} } = scene
  return {
    ...scene,
    bodies: bodies.map(([text, ms]) => [mirrored(text, count), ms] as const).reverse(),
    beams: beams.map(beam => BEAM_ROW[5 - BEAM_ROW.indexOf(beam)] as Beam),
    lastOut: lastOut && { ...lastOut, person: 3 - lastOut.person },
    since: Object.fromEntries(
      Object.entries(since).map(([at, ms]) => [count - 1 - Number(at), ms]),
    ),
  }
}

const enter = (scene: Scene, index: number): string[] => {
  const draft = draftOf(scene)
  interrupt(draft, index, at => scene.since?.[at] ?? NOW_MS, scene.joinMs ?? 0)
  return draft.walkers.map(textOf)
}

/** What stands in the row after a beam was interrupted, from either side. */
function enters(t: Test, scene: Scene, index: number, after: string[], why = ''): void {
  const count = (scene.beams ?? BEAM_ROW).length
  t.same(enter(scene, index), after, why)
  t.same(
    enter(mirrorOf(scene, count), count - 1 - index),
    after.map(text => mirrored(text, count)).reverse(),
    `${why}, from the other side`,
  )
}

t.test('a beam is entered by the body next to it', async t => {
  enters(t, { bodies: [['1 entry 1 1 >']] }, 2, ['1 entry 1 2 >'])
  enters(t, { bodies: [['1 entry 2 1 >']] }, 2, ['1 entry 2 2 >'], 'that no beam saw')
  enters(t, { bodies: [['1 entry 3 3 >']] }, 2, ['1 entry 2 3 <'], 'that turns back')
  enters(
    t,
    { bodies: [['1 entry 0 0 >']] },
    2,
    ['1 entry 0 0 >', '3 entry 2 2 >'],
    'not by a far one',
  )
})

t.test('who steps back onto the beam between heads where they headed', async t => {
  for (const heading of ['>', '<']) {
    enters(t, { bodies: [[`1 entry 3 1 ${heading}`]] }, 2, [`1 entry 2 2 ${heading}`])
  }
})

t.test('of several the one that heads there moves', async t => {
  const [away, here] = ['1 entry 1 1 <', '2 exit 3 3 <']
  enters(
    t,
    {
      bodies: [
        [away, 9],
        [here, 5],
      ],
    },
    2,
    [away, '2 exit 2 3 <'],
    'not who turns back',
  )
  const [around, back] = ['1 entry 3 1 >', '2 exit 3 3 >']
  enters(
    t,
    {
      bodies: [
        [around, 5],
        [back, 9],
      ],
    },
    2,
    ['1 entry 2 2 >', back],
    'but who is around it',
  )
  const behind = '1 entry 1 1 >'
  enters(
    t,
    {
      bodies: [
        [behind, 5],
        ['1 entry 3 1 >', 9],
      ],
    },
    2,
    ['1 entry 1 2 >', '1 entry 3 1 >'],
  )
})

t.test('of two that face each other the one moves that moved last', async t => {
  const [up, down] = ['1 entry 1 1 >', '2 exit 3 3 <']
  enters(
    t,
    {
      bodies: [
        [up, 5],
        [down, 7],
      ],
    },
    2,
    [up, '2 exit 2 3 <'],
  )
  enters(
    t,
    {
      bodies: [
        [up, 7],
        [down, 5],
      ],
    },
    2,
    ['1 entry 1 2 >', down],
  )
})

t.test('of two around one beam the one comes back that moved last', async t => {
  const [one, other] = ['1 entry 3 1 >', '2 exit 3 1 <']
  enters(
    t,
    {
      bodies: [
        [one, 5],
        [other, 7],
      ],
    },
    2,
    [one, '2 exit 2 2 <'],
  )
  enters(
    t,
    {
      bodies: [
        [one, 7],
        [other, 5],
      ],
    },
    2,
    ['1 entry 2 2 >', other],
  )
})

t.test('at the ends of the row somebody new is likelier than one who comes back', async t => {
  const beams = ['beamC', 'beamD'] as const
  enters(t, { bodies: [['1 entry 1 1 >']], beams }, 0, ['1 entry 0 0 >', '1 entry 1 1 >'])
  enters(t, { bodies: [['1 entry 1 -1 >']], beams }, 0, ['1 entry 0 0 >', '1 entry 1 -1 >'])
  enters(t, { bodies: [['1 entry 1 -1 <']], beams }, 0, ['1 entry 0 0 <'], 'who has turned back')
  enters(t, { bodies: [['2 exit 1 1 <']], beams }, 0, ['2 exit 0 1 <'], 'who leaves there')
})

t.test('what was taken for a thing and moves is somebody', async t => {
  enters(t, { bodies: [['0 exit 2 2 >']] }, 3, ['3 entry 2 3 >'])
  enters(t, { bodies: [['0 entry 2 2 >']] }, 1, ['3 exit 1 2 <'])
})

t.test('who walks through a beam that is held takes it along', async t => {
  const still = '2 exit 2 2 <'
  const since = { 2: NOW_MS - 1000 }
  const hidden = '1 entry 2 1 >'
  const seen = '1 entry 1 1 >'
  enters(
    t,
    {
      bodies: [
        [hidden, 9],
        [still, 5],
      ],
      since,
    },
    3,
    ['1 entry 2 3 >'],
  )
  enters(
    t,
    {
      bodies: [
        [seen, 9],
        [still, 5],
      ],
      since,
    },
    3,
    ['0 entry 1 1 >', '1 entry 2 3 >'],
  )
  const moves = (mover: string, movedMs: number, heldMs: number, why: string) => {
    const bodies = [
      [mover, movedMs],
      [still, 5],
    ] as const
    enters(t, { bodies, since: { 2: NOW_MS - heldMs } }, 3, [mover, '2 exit 2 3 >'], why)
  }
  moves(hidden, 5, 1000, 'they have not moved since it')
  moves(hidden, 9, 999, 'it may be somebody')
  moves('1 entry 2 1 <', 9, 1000, 'they turn back')
  moves('1 entry 1 0 >', 9, 1000, 'they are not there yet')
  moves('2 exit 2 1 >', 9, 1000, 'who comes from the same side may be the same')
  const wide = {
    bodies: [
      [hidden, 9],
      ['2 exit 2 3 <', 5],
    ] as const,
    since,
  }
  enters(t, wide, 4, [hidden, '2 exit 2 4 >'], 'a thing covers one beam')
})

t.test('who comes close behind somebody from their side is a part of them', async t => {
  const comes = (ahead: string, person: number, why: string) =>
    enters(t, { bodies: [[ahead]] }, 0, [`${person} entry 0 0 >`, ahead], why)
  comes('1 entry 1 1 >', 1, 'one beam off')
  comes('1 entry 2 2 >', 3, 'two beams off')
  comes('2 exit 1 1 >', 3, 'not of who comes against them')
  comes('0 entry 1 1 >', 3, 'nor of a thing')
  const ahead = '1 entry 3 3 >'
  enters(t, { bodies: [[ahead]] }, 1, ['3 entry 1 1 >', ahead])
  enters(t, { bodies: [[ahead]], gapBeams: 3 }, 1, ['1 entry 1 1 >', ahead], 'by a wider gap')
})

t.test('who comes soon after one who left belongs to them, where the lane says so', async t => {
  const scene = (agoMs: number, joinMs: number, person = 1, ...bodies: [string][]): Scene => ({
    ...{ bodies, joinMs, lastOut: { person, atMs: NOW_MS - agoMs } },
  })
  enters(t, scene(1999, 2000), 0, ['1 entry 0 0 >'])
  enters(t, scene(2000, 2000), 0, ['3 entry 0 0 >'], 'too late')
  enters(t, scene(10, 2000, 2), 0, ['3 entry 0 0 >'], 'from the other side')
  enters(
    t,
    scene(10, 2000, 1, ['2 exit 3 3 <']),
    0,
    ['1 entry 0 0 >', '2 exit 3 3 <'],
    'against others',
  )
  enters(
    t,
    scene(10, 2000, 1, ['1 entry 3 3 >']),
    0,
    ['3 entry 0 0 >', '1 entry 3 3 >'],
    'behind another',
  )
})

const leaveBeam = (scene: Scene, index: number, isBlind = false) => {
  const draft = draftOf(scene)
  free(draft, index, () => isBlind)
  return { bodies: draft.walkers.map(textOf), crossed: draft.people.get(1)?.crossed }
}

t.test('a beam that is free again: the body goes on, stands between, or is two', async t => {
  const after = (body: string, index: number) => leaveBeam({ bodies: [[body]] }, index).bodies
  t.same(after('1 entry 1 2 >', 1), ['1 entry 2 2 >'])
  t.same(after('1 entry 1 2 >', 2), ['1 entry 1 1 <'])
  t.same(after('1 entry 1 3 >', 2), ['1 entry 1 1 >', '1 entry 3 3 >'])
  t.same(after('1 entry 1 1 >', 1), ['1 entry 2 1 >'])
  t.same(after('1 entry 1 1 <', 1), ['1 entry 1 0 <'])
  t.same(after('1 entry 2 2 >', 2), ['1 entry 3 1 >'], 'around a beam at the panels')
  t.same(after('1 entry 3 3 >', 3), ['1 entry 4 2 >'])
  t.same(after('0 entry 2 2 >', 2), [], 'a thing is taken away')
  t.same(after('1 entry 0 0 <', 0), [], 'out of the row')
  t.same(after('1 entry 5 5 >', 5), [])
  t.same(after('1 entry 1 1 >', 4), ['1 entry 1 1 >'], 'nobody was there')
})

t.test(
  'at a far beam behind which nothing is seen, one has left and another stands there',
  async t => {
    const near = (body: string, index: number, isBlind: boolean) =>
      leaveBeam({ bodies: [[body]] }, index, isBlind)
    t.same(near('1 entry 2 3 >', 3, true), { bodies: ['3 entry 2 2 >'], crossed: true })
    t.same(near('1 entry 2 3 >', 3, false), { bodies: ['1 entry 2 2 <'], crossed: false })
    t.same(near('1 entry 1 2 >', 2, true).bodies, ['1 entry 1 1 <'], 'another beam')
    t.same(near('2 exit 2 3 <', 2, true).bodies, ['3 exit 3 3 <'], 'from the other side')
    t.same(near('0 entry 2 3 >', 3, true).bodies, ['0 entry 2 2 <'], 'a thing is nobody')
  },
)

t.test('who is out has gone through, or back', async t => {
  const gone = (at: number, ...bodies: string[]) => {
    const draft = draftOf({ bodies: bodies.map(text => [text] as const) })
    leave(draft, at)
    const { crossed, leftMs } = draft.people.get(Number(bodies[at]?.[0])) ?? {}
    return { left: draft.walkers.map(textOf), crossed, leftMs, out: draft.lastOut?.person }
  }
  t.match(gone(0, '1 entry 5 5 >'), { left: [], crossed: true, leftMs: undefined, out: 1 })
  t.match(gone(0, '2 exit 0 0 <'), { left: [], crossed: true, leftMs: undefined, out: 2 })
  t.match(gone(0, '1 entry 0 0 <'), { left: [], crossed: false, out: undefined })
  t.match(gone(0, '2 exit 5 5 >'), { left: [], crossed: false, out: undefined })
  const close = gone(1, '1 entry 4 4 >', '1 entry 5 5 >')
  t.match(close, { left: ['1 entry 4 4 >'], leftMs: NOW_MS }, 'a part of them is to follow')
  t.same(gone(1, '1 entry 3 3 >', '1 entry 5 5 >').left, ['3 entry 3 3 >'], 'or is another')
  const hidden = gone(0, '1 entry 5 5 >', '1 entry 6 5 >', '2 exit 6 5 >')
  t.same(hidden.left, ['2 exit 6 5 >'], 'what of them hid at that end is out as well')
  t.same(gone(1, '1 entry 0 -1 <', '1 entry 0 0 <').left, [])
  t.equal(gone(0, '0 entry 5 5 >').out, undefined, 'a thing')
  t.same(gone(1, '1 entry 2 1 >', '1 entry 5 5 >').left, ['3 entry 2 1 >'], 'not what hides inside')
  t.same(gone(0, '1 entry 0 0 <', '1 entry 1 0 <').left, ['1 entry 1 0 <'])
  t.equal(gone(1, '2 exit 3 3 <', '1 entry 5 5 >').leftMs, undefined, 'another is no part of them')
  t.same(gone(0, '2 exit 0 0 <', '2 exit 1 1 <').left, ['2 exit 1 1 <'])
  t.same(gone(0, '2 exit 0 0 <', '2 exit 2 2 <').left, ['3 exit 2 2 <'])
})
