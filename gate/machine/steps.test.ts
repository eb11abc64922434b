/**
 * The whole machine, written out: what each state does on each input, on a tripod that is pulsed and on
 * a flap that holds after two on one grant. A change of behaviour shows as a difference of steps.txt;
 * UPDATE=1 writes it anew.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { machineSettings } from '../../fixtures/machine-rig.ts'
import type { GrantBody, ScanBody } from '../contract/events.ts'
import { beamMoved, NO_TRACK } from './beam-tracker.ts'
import {
  type BarrierState,
  DEADLINES,
  type Effect,
  type Input,
  type LaneState,
  type MachineSettings,
  type OutReason,
  plainModes,
  SHUT_BARRIER,
  type State,
  startingLane,
} from './state.ts'
import { transition } from './transition.ts'

const PAGE = new URL('steps.txt', import.meta.url)

const tripod = machineSettings({ profile: 'tripod', drive: 'pulse', feedback: true })
const flap = machineSettings({ tailgate: 'hold', feedback: true, relays: ['entry'] })

const phone: GrantBody = {
  ...{ code: 'ADMIT', direction: 'entry', area: 'main', source: 'scanner' },
  ...{ cti: 'ab', presentedAt: 7, flags: [], trace: [] },
}
const staff: GrantBody = {
  ...{ code: 'STAFF_RELEASE', direction: 'entry', area: 'main', source: 'staff button' },
  ...{ flags: [], trace: [] },
}
const paper: GrantBody = { ...phone, paper: true, flags: ['STALE'], code: 'ADMIT_FLAGGED' }
const exit: GrantBody = { ...phone, direction: 'exit' }
const scan: ScanBody = { code: 'EXPIRED', direction: 'entry', source: 'scanner', trace: [] }
const ref = { epoch: 'e', seq: 7 }

const controlled = plainModes('entry')
const free = { ...controlled, entry: 'free' } as const
const bothWays = { ...controlled, exit: 'controlled' } as const
const open: BarrierState = { ...SHUT_BARRIER, energised: ['entry'], last: 'entry', feedback: true }
const closing: BarrierState = { ...SHUT_BARRIER, closing: true, last: 'entry' }
const due: BarrierState = { ...open, due: ['entry'] }
/** Somebody stands at the panels. */
const atPanels = beamMoved(NO_TRACK, 'beamC', true, flap, 0).track

function lane(state: State, more: Partial<LaneState> = {}): LaneState {
  return { ...startingLane(controlled), awaited: [], state, ...more }
}
const admitting = (grant: GrantBody, more: { written?: false; over?: true } = {}): State => ({
  ...{ name: 'Admitting', grant, over: more.over ?? false },
  ref: more.written === false ? undefined : ref,
})
const passing: State = { name: 'Passing', grant: phone, ref, person: 1 }
const outBy = (...out: OutReason[]) => lane({ name: 'OutOfService' }, { out })
const emergency = { latched: true, barrier: { ...open, energised: ['entry', 'exit'] } } as const

const LANES: Readonly<Record<string, LaneState>> = {
  starting: startingLane(controlled),
  'starting, board there': { ...startingLane(controlled), awaited: ['SCANNER_LOST'] },
  locked: lane({ name: 'Locked' }),
  'locked, entry shut': lane({ name: 'Locked' }, { entryShut: 'JOURNAL_FULL' }),
  'locked, closing': lane({ name: 'Locked' }, { barrier: closing }),
  'locked, somebody at the panels': lane({ name: 'Locked' }, { barrier: due, track: atPanels }),
  refusing: lane({ name: 'Refusing', code: 'EXPIRED' }),
  'refusing, closing': lane({ name: 'Refusing', code: 'EXPIRED' }, { barrier: closing }),
  'a grant unwritten': lane(admitting(phone, { written: false })),
  'staff’s grant unwritten': lane(admitting(staff, { written: false })),
  'a grant': lane(admitting(phone), { barrier: open }),
  'a grant, its time over': lane(admitting(phone, { over: true })),
  'a grant, its time over, closing': lane(admitting(phone, { over: true }), { barrier: closing }),
  'a grant, wanted shut': lane(admitting(phone, { over: true }), { barrier: due, track: atPanels }),
  passing: lane(passing, { barrier: open }),
  'passing, relay at rest': lane(passing),
  free: lane({ name: 'Open' }, { modes: free, barrier: open }),
  'free in, controlled out': lane(
    { name: 'Open' },
    { modes: { ...free, exit: 'controlled' }, barrier: open },
  ),
  'closed in, controlled out': lane({ name: 'Locked' }, { modes: { ...plainModes('exit') } }),
  'both ways': lane({ name: 'Locked' }, { modes: bothWays }),
  blocked: lane({ name: 'Blocked' }, { barrier: { ...due, obstacle: true }, track: atPanels }),
  'blocked, closing': lane({ name: 'Blocked' }, { barrier: { ...closing, obstacle: true } }),
  fire: lane({ name: 'Emergency', resetAsked: false }, { ...emergency, fire: true }),
  'fire over': lane({ name: 'Emergency', resetAsked: false }, emergency),
  'fire over, reset asked': lane({ name: 'Emergency', resetAsked: true }, emergency),
  'no board': outBy('BOARD_LOST'),
  stopped: outBy('STOP', 'SHUTDOWN'),
  'held after two': outBy('TAILGATE'),
  'relay hangs': outBy('RELAY_STUCK'),
  'relay hangs, energised': { ...outBy('RELAY_STUCK'), barrier: open },
  'beam stuck': outBy('BEAM_STUCK'),
  maintenance: lane({ name: 'Maintenance' }, { modes: { ...controlled, maintenance: true } }),
  'maintenance, closing': lane(
    { name: 'Maintenance' },
    { modes: { ...controlled, maintenance: true }, barrier: closing },
  ),
}

const CONTACTS = [
  ...(['passA', 'passB', 'fire', 'stop', 'release', 'tamper', 'relayFeedback'] as const),
  ...(['beamA', 'beamC', 'beamD', 'beamF', 'beamLow'] as const),
]
const REASONS = ['BOARD_LOST', 'SCANNER_LOST', 'NO_DEADMAN', 'TAILGATE', 'SHUTDOWN'] as const
const MODES = [
  ...([{ entry: 'free' }, { entry: 'closed' }, { exit: 'controlled' }, { exit: 'free' }] as const),
  ...([{ maintenance: true }, { maintenance: false }, { emergency: true }] as const),
  ...([{ emergency: false }, { fareFree: true }] as const),
]

const INPUTS: Readonly<Record<string, Input>> = {
  started: { type: 'started' },
  admit: { type: 'verdict', verdict: { verdict: 'admit', grant: phone } },
  'admit paper': { type: 'verdict', verdict: { verdict: 'admit', grant: paper } },
  'admit out': { type: 'verdict', verdict: { verdict: 'admit', grant: exit } },
  deny: { type: 'verdict', verdict: { verdict: 'deny', code: 'EXPIRED', scan } },
  'deny out': {
    ...{ type: 'verdict' },
    verdict: { verdict: 'deny', code: 'EXPIRED', scan: { ...scan, direction: 'exit' } },
  },
  written: { type: 'recorded', ref, grant: phone },
  'written late': { type: 'recorded', ref, grant: phone, withdrawn: 'STOPPED' },
  'written for staff': { type: 'recorded', ref, grant: staff },
  'not written': { type: 'recordFailed', grant: phone, code: 'JOURNAL_FULL' },
  'not written for staff': { type: 'recordFailed', grant: staff, code: 'JOURNAL_FAILED' },
  ...Object.fromEntries(
    CONTACTS.flatMap(contact =>
      [true, false].map(active => [
        `${contact} ${active ? 'on' : 'off'}`,
        { type: 'contact', contact, active } as const,
      ]),
    ),
  ),
  ...Object.fromEntries(
    DEADLINES.map(name => [`${name} due`, { type: 'deadline', name } as const]),
  ),
  ...Object.fromEntries(
    MODES.map(change => [JSON.stringify(change), { type: 'mode', change, by: 'x' } as const]),
  ),
  'entry shut': { type: 'entry', shut: 'JOURNAL_FAILED' },
  'entry served': { type: 'entry', shut: undefined },
  note: { type: 'note', body: { about: 'contact', what: 'beamA', by: 'x' } },
  alarm: { type: 'alarm', code: 'SCANNER_LOST', on: true, detail: 'x'.repeat(401) },
  'test of the relay': { type: 'test', test: { part: 'relay', relay: 'entry', ms: 500 }, by: 'x' },
  'test of no relay': { type: 'test', test: { part: 'relay', relay: 'exit', ms: 500 }, by: 'x' },
  'test of a sign': {
    ...{ type: 'test', test: { part: 'sign', sign: 'fraud', ms: 500 } },
    by: 'y'.repeat(81),
  },
  ...Object.fromEntries(
    REASONS.flatMap(reason => [
      [`lost ${reason}`, { type: 'lost', reason, detail: 'gone' } as const],
      [`found ${reason}`, { type: 'found', reason } as const],
    ]),
  ),
}

/** `key value` for each field that says something; long repetitions by their length. */
function told(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(told).join(' ')}]`
  if (typeof value === 'string') return value.replaceAll(/x{9,}|y{9,}/g, run => `${run.length}`)
  if (typeof value !== 'object' || value === null) return String(value)
  const fields = Object.entries(value).filter(([key]) => !UNTOLD.has(key))
  return fields.map(([key, one]) => `${key} ${told(one)}`).join(', ')
}
const UNTOLD = new Set(['trace', 'presentedAt', 'epoch', 'area', 'source'])

function effectText(effect: Effect): string {
  switch (effect.type) {
    case 'deadline':
      return `${effect.name} in ${effect.afterMs}`
    case 'sign':
      return `sign ${effect.sign} ${effect.code}`.trim()
    case 'record':
      // How the lane is run now is told as its change.
      if (effect.kind === 'mode') return `row mode (was ${told(effect.body.was)})`
      return `row ${effect.kind} (${told(effect.body)})`
    case 'recordGrant':
      return `row grant (${told(effect.body)})`
    default:
      return Object.values(effect)
        .map(one => (typeof one === 'string' ? one : one.code))
        .join(' ')
  }
}

/** Those that stand together as one: `cancel wait held`. */
const effectsText = (effects: readonly Effect[]) =>
  effects
    .map(effectText)
    .join('; ')
    .replaceAll(/(?<=cancel \w+(?: \w+)*); cancel/g, '')

/** What of the lane is another, without who stands where: the beams' own tests tell that. */
function changesText(before: LaneState, after: LaneState): string[] {
  const { state, barrier, modes, track, ...rest } = after
  const was = before.state.name === state.name ? before.state : {}
  return [
    ...changed(was, state).map(one => one.replace(/^name /, '→ ')),
    ...changed(before.barrier, barrier),
    ...changed(before.modes, modes),
    ...changed(before, rest),
  ]
}

function changed(before: object, after: object): string[] {
  const was = new Map(Object.entries(before))
  return Object.entries(after)
    .filter(([key, one]) => told(was.get(key)) !== told(one))
    .map(([key, one]) => (key === 'grant' ? told((one as GrantBody).code) : `${key} ${told(one)}`))
}

function stepText(from: LaneState, input: Input, settings: MachineSettings): string {
  const { lane: to, effects } = transition(from, input, settings, 1000)
  return [...changesText(from, to), effectsText(effects)].filter(Boolean).join('; ')
}

type Steps = ReadonlyMap<string, ReadonlyMap<string, string>>

const stepsOf = (settings: MachineSettings): Steps =>
  new Map(
    Object.entries(LANES).map(([title, from]) => [
      title,
      new Map(Object.entries(INPUTS).map(([name, one]) => [name, stepText(from, one, settings)])),
    ]),
  )

/** Each lane with its steps; inputs with the same step stand together, those of `known` are left out. */
function stepsText(name: string, steps: Steps, known?: Steps): string {
  return [...steps]
    .map(([title, ofLane]) => {
      const told = [...ofLane].filter(
        ([input, step]) => step !== (known?.get(title)?.get(input) ?? ''),
      )
      const alike = Map.groupBy(told, ([, step]) => step)
      const lines = [...alike].map(
        ([step, same]) => `  ${same.map(([input]) => input).join(', ')}: ${step || 'nothing'}\n`,
      )
      return `${name}, ${title}\n${lines.join('')}`
    })
    .join('\n')
}

t.test('what each state does on each input', async t => {
  const [tripods, flaps] = [stepsOf(tripod), stepsOf(flap)]
  const made = `${stepsText('tripod', tripods)}\n${stepsText('flap, where it differs', flaps, tripods)}`
  if (process.env.UPDATE === '1') writeFileSync(PAGE, made)
  const lines = readFileSync(PAGE, 'utf8').split('\n')
  const differs = made.split('\n').filter((line, i) => line !== lines[i])
  t.same(
    differs.slice(0, 3),
    [],
    `${differs.length} lines of steps.txt differ: UPDATE=1 writes them`,
  )
})
