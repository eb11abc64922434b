/** Who goes through a flap, with a grant or without, by the beams of whole walks. */
import t from 'tap'
import { createMachineRig, machineSettings } from '../../fixtures/machine-rig.ts'
import type { Beam } from './beam-layout.ts'
import {
  type Effect,
  type LaneState,
  type MachineContact,
  type MachineSettings,
  plainModes,
  startingLane,
} from './state.ts'
import { transition } from './transition.ts'

const IN = 'A+ B+ A- C+ B- D+ C- E+ D- F+ E- F-'
const OUT = 'F+ E+ F- D+ E- C+ D- B+ C- A+ B- A-'
const BOTH = { ...plainModes('entry'), exit: 'controlled' } as const

function flap(change: Partial<MachineSettings> = {}, modes = plainModes('entry')) {
  const rig = createMachineRig(machineSettings(change), modes)
  return {
    ...rig,
    /** Moves 100 ms apart, `l` the low beam; the rows that they make. */
    walk(moves: string): string[] {
      const from = rig.rows.length
      for (const move of moves.split(' ')) {
        rig.advance(100)
        const beam = move.startsWith('l') ? 'beamLow' : (`beam${move[0]}` as MachineContact)
        rig.contact(beam, move.endsWith('+'))
      }
      return rig.rows.slice(from)
    },
  }
}

t.test(
  'on a free way nobody needs a grant, while somebody with one leaves the other way',
  async t => {
    const lane = flap({}, { ...BOTH, entry: 'free' })
    lane.grant('exit')
    t.same(lane.walk('A+ B+ A- C+ B- D+'), [])
  },
)

t.test('who slips through as the barrier closes: behind the last, or against them', async t => {
  for (const [moves, row] of [
    [IN, 'alarm TAILGATE'],
    [OUT, 'alarm WRONG_WAY'],
  ] as const) {
    const lane = flap({ closeMs: 5000 }, BOTH)
    lane.grant()
    t.same(lane.walk(IN), ['passage'])
    t.ok(lane.lane().barrier.closing)
    t.same(
      lane.walk(moves).filter(one => one !== 'alarm OBSTACLE'),
      [row],
    )
  }
})

t.test('a grant to leave that is not written yet lets nobody in', async t => {
  const settings = machineSettings({ closeMs: 5000 })
  const reached: LaneState = {
    ...{ ...startingLane(BOTH), awaited: [] },
    state: {
      ...{ name: 'Admitting', ref: undefined, over: false },
      grant: { ...GRANT, direction: 'exit' },
    },
    barrier: { ...startingLane().barrier, closing: true, last: 'entry' },
  }
  const said = ['beamC', 'beamD'].reduce(
    ({ lane, rows }, contact, at) => {
      const input = { type: 'contact', contact: contact as Beam, active: true } as const
      const step = transition(lane, input, settings, 100 * at)
      return { lane: step.lane, rows: [...rows, ...alarmsOf(step.effects)] }
    },
    { lane: reached, rows: [] as string[] },
  )
  t.same(said.rows, ['OBSTACLE', 'WRONG_WAY'])
})

t.test('somebody ahead of whom the grant is for takes it from them', async t => {
  const lane = flap()
  t.same(lane.walk('A+ B+ A- C+ B- C- A+ B+ A- C+ B-'), [])
  lane.grant()
  t.equal(lane.lane().state.name, 'Passing', 'who stands at the near beam')
  t.same(lane.walk('D+'), ['alarm TAILGATE'], 'one who hid between the panels')
  t.same(lane.walk('E+ D- F+ E- F-'), [], 'told once')
  t.same(lane.walk('D+ C- E+ D-'), ['passage'], 'and the other goes on')
})

t.test('a follower told late is told while the next grant waits for somebody', async t => {
  const lane = flap({ lowBeam: true })
  lane.grant()
  lane.walk(IN)
  lane.advance(600)
  lane.walk('A+ B+ A- C+ B- l+ l- D+ C- E+ l+ l- D- F+ E- F-')
  lane.grant()
  const from = lane.rows.length
  lane.advance(1500)
  t.same(lane.rows.slice(from), ['alarm TAILGATE'])
  t.equal(lane.lane().state.name, 'Admitting', 'it is not theirs')
})

t.test('a beam that stays interrupted is told, and when it is free', async t => {
  for (const [change, first, second] of [
    [{ beams: ['beamC', 'beamD'] }, /^beamC stays interrupted; the others can not tell/, /^beamD/],
    [{}, /^beamC stays interrupted; the lane goes on without it$/, /^beamD/],
    [{ profile: 'tripod' }, /^beamC stays interrupted$/, /^beamD stays interrupted$/],
  ] as const) {
    const settings = machineSettings(change as Partial<MachineSettings>)
    let lane: LaneState = {
      ...startingLane(plainModes('entry')),
      awaited: [],
      state: { name: 'Locked' },
    }
    const told = (which: Beam | 'ring', active: boolean, nowMs: number) => {
      const input =
        which === 'ring'
          ? ({ type: 'deadline', name: 'beams' } as const)
          : ({ type: 'contact', contact: which, active } as const)
      const step = transition(lane, input, settings, nowMs)
      lane = step.lane
      return step.effects.flatMap(one =>
        one.type === 'record' && one.kind === 'alarm' && one.body.code === 'BEAM_STUCK'
          ? [one.body]
          : [],
      )
    }
    told('beamC', true, 0)
    t.match(told('ring', true, 60_000), [{ on: true, detail: first }])
    told('beamD', true, 60_000)
    t.match(told('ring', true, 120_000), [{ on: true, detail: second }])
    t.match(told('beamD', false, 130_000), [{ on: false }])
  }
})

t.test('a timer that rings early is set again', async t => {
  const settings = machineSettings()
  const ringMs = settings.stuckMs - 0.4
  const locked: LaneState = {
    ...startingLane(plainModes('entry')),
    awaited: [],
    state: { name: 'Locked' },
  }
  const covered = transition(
    locked,
    { type: 'contact', contact: 'beamC', active: true },
    settings,
    0,
  )
  const expired = transition(
    covered.lane,
    { type: 'deadline', name: 'beams' },
    settings,
    ringMs / 2,
  ).lane
  const early = transition(expired, { type: 'deadline', name: 'beams' }, settings, ringMs)
  t.match(early.effects, [{ type: 'deadline', name: 'beams' }])
  t.match(
    early.effects.map(one => (one.type === 'deadline' ? Math.ceil(one.afterMs) : 0)),
    [1],
  )
  const due = transition(
    early.lane,
    { type: 'deadline', name: 'beams' },
    settings,
    settings.stuckMs,
  )
  t.same(alarmsOf(due.effects), ['BEAM_STUCK'])
})

t.test('no time is waited for once nobody is there', async t => {
  const settings = machineSettings()
  let lane: LaneState = { ...startingLane(plainModes('entry')), state: { name: 'OutOfService' } }
  let effects: readonly Effect[] = []
  for (const [at, move] of IN.split(' ').entries()) {
    const contact = `beam${move[0]}` as Beam
    const active = move.endsWith('+')
    const step = transition(lane, { type: 'contact', contact, active }, settings, 100 * at)
    ;({ lane, effects } = step)
  }
  t.same(effects, [{ type: 'cancel', name: 'beams' }])
})

const GRANT = {
  ...({ code: 'ADMIT', direction: 'entry', area: 'main', source: 'scanner' } as const),
  ...{ cti: 'ab'.repeat(16), presentedAt: 1_770_000_000, flags: [], trace: [] },
}
const alarmsOf = (effects: readonly Effect[]) =>
  effects.flatMap(one => (one.type === 'record' && one.kind === 'alarm' ? [one.body.code] : []))
