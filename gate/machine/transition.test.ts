import t, { type Test } from 'tap'
import { createMachineRig, machineSettings } from '../../fixtures/machine-rig.ts'
import type { GrantBody, ScanBody } from '../contract/events.ts'
import { beamMoved, NO_TRACK } from './beam-tracker.ts'
import {
  DEADLINES,
  type Effect,
  type Input,
  type LaneState,
  type MachineContact,
  type MachineSettings,
  type OutReason,
  plainModes,
  SHUT_BARRIER,
  type State,
  type Step,
  startingLane,
} from './state.ts'
import { transition as transitionAt } from './transition.ts'

const settings = machineSettings({ profile: 'tripod' })
const grant: GrantBody = {
  code: 'ADMIT',
  direction: 'entry',
  area: 'main',
  cti: 'ab'.repeat(16),
  presentedAt: 1_770_000_000,
  source: 'scanner',
  flags: [],
  trace: [],
}
const exit: GrantBody = { ...grant, direction: 'exit' }
/** Nothing here depends on the time. */
const transition = (lane: LaneState, input: Input, how: MachineSettings) =>
  transitionAt(lane, input, how, 0)
const ref = { epoch: '0123456789abcdef', seq: 7 }
const scan: ScanBody = { code: 'EXPIRED', direction: 'entry', source: 'scanner', trace: [] }

const STATES: Record<State['name'], State> = {
  Starting: { name: 'Starting' },
  Locked: { name: 'Locked' },
  Admitting: { name: 'Admitting', grant, ref, over: false },
  Passing: { name: 'Passing', grant, ref, person: 1 },
  Refusing: { name: 'Refusing', code: 'EXPIRED' },
  Emergency: { name: 'Emergency', resetAsked: false },
  OutOfService: { name: 'OutOfService' },
  Open: { name: 'Open' },
  Blocked: { name: 'Blocked' },
  Maintenance: { name: 'Maintenance' },
}
/** Somebody stands at the near panel beam. */
const AT_NEAR = beamMoved(NO_TRACK, 'beamC', true, machineSettings(), 0).track
const REASONS: OutReason[] = [
  ...(['BOARD_LOST', 'SCANNER_LOST', 'NO_DEADMAN', 'STOP', 'RELAY_STUCK', 'SHUTDOWN'] as const),
  ...(['BEAM_STUCK', 'TAILGATE'] as const),
]
const CONTACTS: MachineContact[] = [
  ...(['passA', 'passB', 'fire', 'stop', 'release', 'tamper', 'relayFeedback'] as const),
  ...(['beamA', 'beamB', 'beamC', 'beamD', 'beamE', 'beamF'] as const),
]
const INPUTS: Input[] = [
  { type: 'started' },
  { type: 'verdict', verdict: { verdict: 'admit', grant } },
  { type: 'verdict', verdict: { verdict: 'deny', code: 'EXPIRED', scan } },
  { type: 'verdict', verdict: { verdict: 'ignore' } },
  { type: 'recorded', ref, grant },
  { type: 'recorded', ref, grant, withdrawn: 'JOURNAL_SLOW' },
  { type: 'recordFailed', grant, code: 'JOURNAL_FULL' },
  { type: 'recordFailed', grant, code: 'JOURNAL_SLOW' },
  ...CONTACTS.flatMap(contact =>
    [true, false].map(active => ({ type: 'contact', contact, active }) as const),
  ),
  ...DEADLINES.map(name => ({ type: 'deadline', name }) as const),
  ...(
    [
      { entry: 'free', exit: 'free' },
      { entry: 'closed' },
      { maintenance: true },
      { emergency: true },
      { emergency: false },
      { fareFree: true },
    ] as const
  ).map(change => ({ type: 'mode', change, by: 'test' }) as const),
  ...(['JOURNAL_FAILED', undefined] as const).map(shut => ({ type: 'entry', shut }) as const),
  { type: 'note', body: { about: 'contact', what: 'beamA', by: 'test' } },
  { type: 'test', test: { part: 'relay', relay: 'entry', ms: 500 }, by: 'test' },
  { type: 'test', test: { part: 'sign', sign: 'fraud', ms: 500 }, by: 'test' },
  ...REASONS.flatMap(reason => [
    { type: 'lost', reason, detail: 'gone' } as const,
    { type: 'found', reason } as const,
  ]),
]

function laneIn(name: State['name'], more: Partial<LaneState> = {}): LaneState {
  const modes = { ...plainModes('entry') }
  if (name === 'Open') modes.entry = 'free'
  if (name === 'Maintenance') modes.maintenance = true
  const held = name === 'Admitting' || name === 'Open' || name === 'Blocked'
  const out: OutReason[] = name === 'OutOfService' ? ['BOARD_LOST'] : []
  const fire = name === 'Emergency'
  return {
    ...startingLane(modes),
    ...(name === 'Starting' ? {} : { awaited: [], out }),
    fire,
    latched: fire,
    state: STATES[name],
    barrier: {
      ...SHUT_BARRIER,
      energised: fire ? ['entry', 'exit'] : held ? ['entry'] : [],
      last: 'entry',
    },
    ...more,
  }
}
const names = (effects: readonly Effect[]) =>
  effects.map(effect => ('relay' in effect ? `${effect.type} ${effect.relay}` : effect.type))
const records = (effects: readonly Effect[]) =>
  effects.flatMap(effect =>
    effect.type === 'record'
      ? [`${effect.kind} ${'code' in effect.body ? effect.body.code : ''}`.trim()]
      : [],
  )

/**
 * Lanes to begin from: each state, empty, with someone in the barrier, and while it closes; and
 * with a grant whose row is not on disk.
 */
function starts(): LaneState[] {
  const names = Object.keys(STATES) as State['name'][]
  return names.flatMap(name => {
    const lane = laneIn(name)
    const { barrier, state } = lane
    const unwritten: LaneState[] =
      state.name === 'Admitting'
        ? [
            { ...lane, barrier: SHUT_BARRIER, state: { ...state, ref: undefined } },
            { ...lane, barrier: SHUT_BARRIER, state: { ...state, grant: exit, ref: undefined } },
          ]
        : []
    return [
      lane,
      ...unwritten,
      { ...lane, track: AT_NEAR, barrier: { ...barrier, due: barrier.energised } },
      { ...lane, barrier: { ...barrier, energised: [], closing: true } },
    ]
  })
}

for (const profile of ['tripod', 'flap'] as const) {
  t.test(`${profile}: every state × input keeps the rules that no input may break`, async t => {
    for (const from of starts()) {
      for (const input of INPUTS) keepsRules(t, from, input, { ...settings, profile })
    }
  })
}

function keepsRules(t: Test, from: LaneState, input: Input, how: MachineSettings): void {
  const { lane, effects } = transition(from, input, how)
  const { name } = from.state
  const what = `${name} × ${JSON.stringify(input).slice(0, 90)} → ${lane.state.name}`
  const opened = effects.some(
    effect => effect.type === 'energise' && !from.barrier.energised.includes(effect.relay),
  )
  const tested = input.type === 'test' && name === 'Maintenance'
  const onDisk = input.type === 'recorded' && name === 'Admitting'
  const open = lane.state.name === 'Emergency' || lane.state.name === 'Open'
  t.ok(
    !opened || onDisk || open || tested || from.barrier.closing,
    `${what}: a relay moves only for a recorded grant, a free way, fire, a test, or an obstacle`,
  )
  if (
    how.profile === 'flap' &&
    from.track.walkers.length > 0 &&
    lane.track.walkers === from.track.walkers
  ) {
    t.notOk(
      effects.some(one => one.type === 'release' && from.barrier.energised.includes(one.relay)),
      `${what}: never closes on a person`,
    )
  }
  if (name === 'Emergency') {
    const reset = input.type === 'contact' && !from.fire
    t.ok(lane.state.name === 'Emergency' || reset, `${what}: fire is latched`)
  }
  const fire = input.type === 'contact' && input.contact === 'fire' && input.active
  if (fire || (input.type === 'mode' && input.change.emergency === true)) {
    t.equal(lane.state.name, 'Emergency', `${what}: opens from every state`)
    t.same([...lane.barrier.energised].sort(), ['entry', 'exit'], what)
  }
  if (lane.state.name === 'Locked' || lane.state.name === 'Open') {
    t.same([...lane.out, ...lane.awaited], [], `${what}: in service only when nothing is missing`)
  }
  const grantEnds = (name === 'Admitting' || name === 'Passing') && name !== lane.state.name
  const goesOn = name === 'Admitting' && lane.state.name === 'Passing'
  if (grantEnds && !goesOn && input.type !== 'recordFailed') {
    const ends = effects.filter(
      one =>
        one.type === 'withdraw' ||
        (one.type === 'record' && (one.kind === 'passage' || one.kind === 'annulled')),
    )
    t.equal(ends.length, 1, `${what}: a grant ends exactly once`)
  }
  if (from.state.name === 'Admitting' && from.state.ref === undefined)
    keepsWaiting(t, from, input, how)
}

/** A row that is not on disk: whoever leaves waits on, whoever enters gives way. */
function keepsWaiting(t: Test, from: LaneState, input: Input, how: MachineSettings): void {
  const { lane, effects } = transition(from, input, how)
  const leaving = from.state.name === 'Admitting' && from.state.grant.direction === 'exit'
  const withdrawn = effects.some(one => one.type === 'withdraw')
  const code = lane.state.name === 'Refusing' ? lane.state.code : ''
  if (input.type === 'deadline' && input.name === 'commit') {
    t.equal(withdrawn, !leaving, 'an entry is withdrawn, an exit is not')
    t.equal(code, leaving ? '' : 'JOURNAL_SLOW')
  }
  if (input.type === 'contact' && input.contact === 'release' && input.active) {
    t.equal(withdrawn, !leaving, 'staff need not wait for an entry')
    const { state } = lane
    const released = state.name === 'Admitting' && state.grant.code === 'STAFF_RELEASE'
    t.equal(released, !leaving)
  }
}

t.test('a passage: grant, row on disk, relay, turn, passage', async t => {
  let step = transition(
    laneIn('Locked'),
    { type: 'verdict', verdict: { verdict: 'admit', grant } },
    settings,
  )
  const waits = ['cancel', 'recordGrant', 'deadline']
  t.same(names(step.effects), waits, 'the relay waits for the disk')
  step = transition(step.lane, { type: 'recorded', ref, grant }, settings)
  t.same(names(step.effects), ['energise entry', 'sign', 'cancel', 'deadline'])
  step = transition(step.lane, { type: 'contact', contact: 'passA', active: true }, settings)
  t.equal(step.lane.state.name, 'Passing')
  t.ok(names(step.effects).includes('release entry'))
  step = transition(step.lane, { type: 'contact', contact: 'passA', active: false }, settings)
  t.equal(step.lane.state.name, 'Locked')
  t.same(records(step.effects), ['passage'])
})

t.test('nobody walks: released, and annulled when the barrier is shut', async t => {
  const wait: Input = { type: 'deadline', name: 'wait' }
  const over = transition(laneIn('Admitting'), wait, settings)
  t.match(over.lane.state, { name: 'Admitting', over: true })
  t.same(names(over.effects), ['release entry', 'cancel', 'deadline'])
  const { lane, effects } = transition(over.lane, wait, settings)
  t.equal(lane.state.name, 'Locked')
  t.match(
    effects.filter(effect => effect.type === 'record'),
    [{ kind: 'annulled', body: { grant: ref, reason: 'NO_TURN' } }],
  )
})

t.test('who walks while the barrier shuts goes on the grant', async t => {
  const wait: Input = { type: 'deadline', name: 'wait' }
  const over = transition(laneIn('Admitting'), wait, settings)
  const turn: Input = { type: 'contact', contact: 'passA', active: true }
  t.equal(
    transition(over.lane, turn, settings).lane.state.name,
    'Passing',
    'an arm that turns late',
  )

  const flap = { ...settings, profile: 'flap' } as const
  const closing = transition(laneIn('Admitting'), wait, flap)
  t.ok(closing.lane.barrier.closing)
  const come: Input = { type: 'contact', contact: 'beamC', active: true }
  const open = transition(closing.lane, come, flap)
  t.equal(open.lane.state.name, 'Passing')
  t.same(open.lane.barrier.energised, ['entry'], 'opened again for them')
})

t.test('a row that reaches the disk too late is annulled and moves nothing', async t => {
  const pending = { ...STATES.Admitting, ref: undefined } as State
  const lost = transition(
    { ...laneIn('Locked'), state: pending },
    { type: 'lost', reason: 'BOARD_LOST', detail: 'unplugged' },
    settings,
  )
  t.same(records(lost.effects), ['alarm BOARD_LOST'])
  const [withdrawn] = lost.effects.flatMap(one => (one.type === 'withdraw' ? [one.reason] : []))
  t.equal(withdrawn, 'BOARD_LOST')
  const late = transition(lost.lane, { type: 'recorded', ref, grant, withdrawn }, settings)
  t.same(names(late.effects), ['record'])
  t.match(late.effects, [{ kind: 'annulled', body: { reason: 'BOARD_LOST' } }])
})

t.test('a grant that could not be written shows JOURNAL_FULL', async t => {
  const pending = { ...STATES.Admitting, ref: undefined } as State
  const { lane, effects } = transition(
    { ...laneIn('Locked'), state: pending },
    { type: 'recordFailed', grant, code: 'JOURNAL_FULL' },
    settings,
  )
  t.match(lane.state, { name: 'Refusing', code: 'JOURNAL_FULL' })
  t.match(effects, [
    { type: 'cancel', name: 'commit' },
    { type: 'sign', sign: 'refuse', code: 'JOURNAL_FULL' },
    { type: 'deadline', name: 'refuse', afterMs: 3000 },
  ])
  t.notOk(names(effects).some(name => name.startsWith('energise')))
})

t.test('a pulsed relay ends with its pulse, the grant waits on', async t => {
  const pending = { ...STATES.Admitting, ref: undefined } as State
  const pulse = { ...settings, drive: 'pulse' } as const
  const granted = transition(
    { ...laneIn('Locked'), state: pending },
    { type: 'recorded', ref, grant },
    pulse,
  )
  t.match(granted.effects.at(-1), { type: 'deadline', name: 'pulse', afterMs: 500 })
  const after = transition(granted.lane, { type: 'deadline', name: 'pulse' }, pulse)
  t.same(names(after.effects), ['release entry'])
  t.equal(after.lane.state.name, 'Admitting')
})

t.test('a lost scanner lets the passage end, then the lane is out of service', async t => {
  const lost = transition(
    laneIn('Passing'),
    { type: 'lost', reason: 'SCANNER_LOST', detail: 'unplugged' },
    settings,
  )
  t.equal(lost.lane.state.name, 'Passing')
  const ended = transition(
    lost.lane,
    { type: 'contact', contact: 'passA', active: false },
    settings,
  )
  t.equal(ended.lane.state.name, 'OutOfService')
  t.same(records(ended.effects), ['passage'])
  const back = transition(ended.lane, { type: 'found', reason: 'SCANNER_LOST' }, settings)
  t.equal(back.lane.state.name, 'Locked')
})

t.test('starting: in service when both devices came, out of it when one did not', async t => {
  const one = transition(
    startingLane(plainModes('entry')),
    { type: 'found', reason: 'BOARD_LOST' },
    settings,
  )
  t.equal(one.lane.state.name, 'Starting')
  const both = transition(one.lane, { type: 'found', reason: 'SCANNER_LOST' }, settings)
  t.equal(both.lane.state.name, 'Locked')
  const late = transition(one.lane, { type: 'deadline', name: 'start' }, settings)
  t.equal(late.lane.state.name, 'OutOfService')
  t.same(records(late.effects), ['alarm SCANNER_LOST'])
})

t.test('fire: latched until staff reset it with the input at rest', async t => {
  const fire = transition(
    laneIn('Passing'),
    { type: 'contact', contact: 'fire', active: true },
    settings,
  )
  t.same(names(fire.effects).slice(0, 2), ['energise entry', 'energise exit'], 'opens first')
  t.same(records(fire.effects), ['annulled', 'alarm FIRE'])
  const press: Input = { type: 'contact', contact: 'release', active: true }
  t.equal(transition(fire.lane, press, settings).lane.state.name, 'Emergency')
  const normal = transition(
    fire.lane,
    { type: 'contact', contact: 'fire', active: false },
    settings,
  )
  t.equal(normal.lane.state.name, 'Emergency')
  const reset = transition(normal.lane, press, settings)
  t.equal(reset.lane.state.name, 'Locked')
  t.same(names(reset.effects).slice(1, 3), ['release entry', 'release exit'])
})

t.test('fire latched by the board: staff ask, the board answers, then it is over', async t => {
  const press: Input = { type: 'contact', contact: 'release', active: true }
  const asked = transition(laneIn('Emergency'), press, settings)
  t.same(names(asked.effects), ['resetFire', 'deadline'])
  const answered = transition(
    asked.lane,
    { type: 'contact', contact: 'fire', active: false },
    settings,
  )
  t.equal(answered.lane.state.name, 'Locked')
  const silent = transition(asked.lane, { type: 'deadline', name: 'reset' }, settings)
  const later = transition(
    silent.lane,
    { type: 'contact', contact: 'fire', active: false },
    settings,
  )
  t.equal(later.lane.state.name, 'Emergency', 'an old wish does not end a fire')
})

t.test('a board that comes back during a fire is opened again', async t => {
  const lane = laneIn('Emergency', { out: ['BOARD_LOST'] })
  const { effects } = transition(lane, { type: 'found', reason: 'BOARD_LOST' }, settings)
  t.same(names(effects).slice(0, 2), ['energise entry', 'energise exit'])
})

t.test('turning without a grant, or the wrong way, is an alarm', async t => {
  const forced = transition(
    laneIn('Locked'),
    { type: 'contact', contact: 'passA', active: true },
    settings,
  )
  t.same(records(forced.effects), ['alarm FORCED'])
  const wrong = transition(
    laneIn('Admitting'),
    { type: 'contact', contact: 'passB', active: true },
    settings,
  )
  t.same(records(wrong.effects), ['alarm WRONG_WAY'])
  t.equal(wrong.lane.state.name, 'Admitting')
})

t.test('the staff button grants without a pass', async t => {
  const { effects } = transition(
    laneIn('Refusing'),
    { type: 'contact', contact: 'release', active: true },
    settings,
  )
  t.match(effects.at(-1), { type: 'recordGrant', body: { code: 'STAFF_RELEASE', area: 'main' } })
})

t.test(
  'who stands at the near beam of a flap when the row is written is passing already',
  async t => {
    const pending = { ...STATES.Admitting, ref: undefined } as State
    const at = { ...laneIn('Locked'), state: pending, track: AT_NEAR }
    const begun = transition(at, { type: 'recorded', ref, grant }, { ...settings, profile: 'flap' })
    t.equal(begun.lane.state.name, 'Passing')
    const tripod = transition(at, { type: 'recorded', ref, grant }, settings)
    t.equal(tripod.lane.state.name, 'Admitting', 'a tripod has no such beam')
  },
)

t.test('an obstacle is told as begun', async t => {
  const closing = laneIn('Locked', { barrier: { ...SHUT_BARRIER, closing: true, last: 'entry' } })
  const beam: Input = { type: 'contact', contact: 'beamC', active: true }
  const { effects } = transition(closing, beam, { ...settings, profile: 'flap' })
  const told = effects.find(effect => effect.type === 'record')
  t.match(told, { kind: 'alarm', body: { code: 'OBSTACLE', on: true } })
})

t.test('a follower told late by the low beam is told in the next passage too', async t => {
  const rig = createMachineRig(machineSettings({ lowBeam: true }))
  const walk = (moves: string) => {
    for (const move of moves.split(' ')) {
      rig.advance(100)
      const beam = move.startsWith('l') ? 'beamLow' : (`beam${move[0]}` as MachineContact)
      rig.contact(beam, move.endsWith('+'))
    }
  }
  rig.grant()
  walk('A+ B+ A- C+ B- D+ C- E+ D- F+ E- F-')
  rig.advance(600)
  walk('A+ B+ A- C+ B- l+ l- D+ C- E+ l+ l- A+ B+')
  rig.grant()
  walk('D- A- C+')
  rig.advance(1000)
  t.equal(rig.lane().state.name, 'Passing')
  t.equal(rig.rows.filter(row => row === 'alarm TAILGATE').length, 1)
  rig.contact('fire', true)
  t.equal(rig.energised.size, 2, 'fire opens both ways')
})

t.test('the machine says when whoever waits has their turn', async t => {
  const says = (step: Step) => step.effects.some(effect => effect.type === 'takeNext')
  const turned = { type: 'contact', contact: 'passA', active: false } as const
  t.ok(says(transition(laneIn('Passing'), turned, settings)))
  t.notOk(says(transition(laneIn('Locked'), turned, settings)), 'only where it was not theirs')
  const lost = { type: 'lost', reason: 'BOARD_LOST', detail: 'gone' } as const
  t.ok(says(transition(laneIn('Admitting'), lost, settings)), 'or is told that there is none')
})
