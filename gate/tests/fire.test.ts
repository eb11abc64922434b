/**
 * Fire opens both ways within 100 ms, from every state of a lane and through every trouble that may
 * come with it: the real machine, driver and board protocol in virtual time, measured from the
 * contact, or its cut wire, to the pins of the relays.
 */
import t, { type Test } from 'tap'
import { createVirtualLane } from '../../fixtures/virtual-lane.ts'
import { createGateBoard } from '../../hardware/drivers/board.ts'
import { profilePins } from '../../hardware/drivers/pins.ts'
import { createFirmataBoard, type FirmataBoard } from '../../hardware/sim/firmata-board.ts'
import { createMemoryWire, type MemoryWire } from '../../hardware/sim/memory-wire.ts'
import { connectTurnstile, type Turnstile } from '../../hardware/sim/turnstile.ts'
import type { StateName } from '../machine/state.ts'

const OPEN_MS = 100
const PROFILES = ['tripod', 'flap'] as const
type Profile = (typeof PROFILES)[number]
/** The gate's own firmware opens by itself; a stock board does what this program tells it. */
type Firmware = 'gate' | 'stock'

async function rig(
  profile: Profile,
  firmware: Firmware,
  { scanners = true, pins: changed = {} as Record<string, null> } = {},
) {
  let made: { wire: MemoryWire; sim: FirmataBoard; turnstile: Turnstile } | undefined
  const deadman = firmware === 'gate' ? { ms: 300 } : ('external' as const)
  const map = { profile, pins: changed }
  const change = { board: { port: 'board', deadman, ...map } }
  const gate = await createVirtualLane(
    change,
    time => {
      const wire = createMemoryWire({ name: 'board', ...time })
      const sim = createFirmataBoard({
        wire,
        float: () => 0,
        deadman: firmware === 'gate',
        ...time,
      })
      const turnstile = connectTurnstile({ board: sim, pins: map, ...time })
      made = { wire, sim, turnstile }
      const port = wire.transport
      return createGateBoard({
        name: 'A.board',
        port,
        pins: map,
        deadman,
        random: () => 0.5,
        ...time,
      })
    },
    { scanners },
  )
  await gate.time.advanceAsync(1000)
  const { wire, sim, turnstile } = made as NonNullable<typeof made>
  const pins = profilePins[profile]
  return {
    ...gate,
    wire,
    sim,
    turnstile,
    pins,
    state: () => gate.lane.view().state.name,
    open: () => sim.level(pins.entry) === 1 && sim.level(pins.exit) === 1,
    /** The contact of whoever walks in by the entry. */
    async steps(...moves: [Parameters<Turnstile['setContact']>[0], boolean][]) {
      for (const [contact, active] of moves) {
        turnstile.setContact(contact, active)
        await gate.time.advanceAsync(100)
      }
    },
  }
}
type Rig = Awaited<ReturnType<typeof rig>>

async function admitted(gate: Rig): Promise<void> {
  await gate.scan(await gate.code())
  await gate.time.advanceAsync(50)
}

/** How a lane gets into each state. */
const INTO: Record<StateName, (gate: Rig) => Promise<unknown>> = {
  Starting: async () => {},
  Locked: async () => {},
  Admitting: admitted,
  async Passing(gate) {
    await admitted(gate)
    await gate.steps([gate.turnstile.profile === 'flap' ? 'beamC' : 'passA', true])
  },
  Refusing: gate => gate.scan('anything'),
  Open: gate => gate.modes({ entry: 'free' }),
  async Blocked(gate) {
    await admitted(gate)
    await gate.steps(['beamC', true], ['beamD', true], ['beamC', false], ['beamD', false])
    await gate.time.advanceAsync(500)
    await gate.steps(['beamC', true])
  },
  Emergency: gate => gate.modes({ emergency: true }),
  OutOfService: gate => gate.scanner('lost'),
  Maintenance: gate => gate.modes({ maintenance: true }),
}

interface Trouble {
  /** Its wire is cut in the place of the loop's contact that opens. */
  readonly cut?: boolean
  readonly begin: (gate: Rig) => unknown
  readonly end?: (gate: Rig) => unknown
  /** Only a board that opens by itself can bear it. */
  readonly byBoardAlone?: boolean
}

/** What else is wrong while it burns. */
const TROUBLES: Record<string, Trouble> = {
  nothing: { begin: () => {} },
  'the disk full': { begin: gate => gate.failWrites(true), end: gate => gate.failWrites(false) },
  'a write that stalls': { begin: gate => gate.stallWrites() },
  'the service gone': { begin: gate => gate.stage('CLOSED') },
  'the board slow': {
    begin(gate) {
      gate.sim.faults.slowMs = 500
    },
    byBoardAlone: true,
  },
  'the serial line cut': {
    begin: gate => gate.wire.unplug(),
    end: gate => gate.wire.replug(),
    byBoardAlone: true,
  },
  'the loop’s wire cut': { cut: true, begin: () => {} },
  'all of it': {
    cut: true,
    begin(gate) {
      gate.failWrites(true)
      gate.stage('CLOSED')
      gate.sim.faults.slowMs = 500
    },
    end: gate => gate.failWrites(false),
    byBoardAlone: true,
  },
}

/** Milliseconds from now until both relays are energised; they may not fall for 2 s after that. */
async function opening(t: Test, gate: Rig, what: string): Promise<number> {
  let ms = 0
  for (; !gate.open() && ms <= OPEN_MS; ms++) await gate.time.advanceAsync(1)
  const fell: number[] = []
  const end = gate.sim.onPin((pin, level) => {
    if (level === 0 && (pin === gate.pins.entry || pin === gate.pins.exit)) fell.push(pin)
  })
  await gate.time.advanceAsync(2000)
  end()
  t.same(fell, [], `${what}: and stays open`)
  return ms
}

async function burns(t: Test, profile: Profile, firmware: Firmware, state: StateName) {
  const slowest: Record<string, number> = {}
  for (const [name, trouble] of Object.entries(TROUBLES)) {
    if (trouble.byBoardAlone && firmware === 'stock') continue
    const gate = await rig(profile, firmware, { scanners: state !== 'Starting' })
    await INTO[state](gate)
    const what = `${profile}, ${firmware} firmware, ${state}, ${name}`
    t.equal(gate.state(), state, what)
    await trouble.begin(gate)
    if (trouble.cut === true) gate.sim.setInput(gate.pins.fire, null)
    else gate.turnstile.setContact('fire', true)
    const ms = await opening(t, gate, what)
    t.ok(ms <= OPEN_MS, `${what}: open after ${ms} ms`)
    slowest[name] = ms
    await trouble.end?.(gate)
    await gate.time.advanceAsync(3000)
    t.equal(gate.state(), 'Emergency', `${what}: the lane knows`)
    t.ok(gate.open(), `${what}: still open`)
    if (name !== 'a write that stalls') {
      t.ok(gate.rows().includes('alarm FIRE'), `${what}: told`)
      t.same(gate.journal.openGrants(), [], `${what}: the grant that ran is ended`)
    }
  }
  t.comment(`${profile}, ${firmware}, ${state}: ${JSON.stringify(slowest)}`)
}

for (const profile of PROFILES) {
  for (const firmware of ['gate', 'stock'] as const) {
    t.test(`${profile}, ${firmware} firmware: from every state, in every trouble`, async t => {
      for (const state of Object.keys(INTO) as StateName[]) {
        // A tripod has no panels that something could stand between.
        if (state === 'Blocked' && profile === 'tripod') continue
        await burns(t, profile, firmware, state)
      }
    })
  }
}

t.test('a barrier that one relay opens both ways: in service again after the fire', async t => {
  for (const firmware of ['gate', 'stock'] as const) {
    const gate = await rig('tripod', firmware, { pins: { exit: null } })
    gate.turnstile.setContact('fire', true)
    await gate.time.advanceAsync(100)
    t.equal(gate.sim.level(gate.pins.entry), 1)
    gate.turnstile.setContact('fire', false)
    await gate.time.advanceAsync(100)
    await gate.steps(['release', true])
    t.equal(gate.state(), 'Locked')
    t.equal(gate.sim.level(gate.pins.entry), 0)
    t.notOk(gate.rows().includes('alarm BOARD_LOST'), 'a relay that is not there is no fault')
  }
})
