/**
 * One part of a whole gate broken at a time, by the simulator: the self-test names that part and no
 * other. The table of faults and findings stands in gate/selftest.md.
 */
import t, { type Test } from 'tap'
import { createTravellers } from '../../fixtures/hand-gate.ts'
import { renderedPart, renderedTable } from '../../fixtures/rendered-page.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { profilePins } from '../../hardware/drivers/pins.ts'
import { createCabinet } from '../testing/selftest/cabinet.ts'
import { DAY_S, T0 } from '../testing/trust/world.ts'
import { checkBeams } from './beams-by-hand.ts'
import type { Finding } from './finding.ts'
import { cutCodes, whyNothingRead } from './reader-check.ts'
import type { PathFault } from './service-path.ts'
import { createWait } from './waiting.ts'

const cabinet = await createCabinet(tempDir())
const traveller = createTravellers(cabinet.world)
const { control, time, turnstile, board, scannerFaults, camera, disk, way, jump, world } = cabinet
t.teardown(cabinet.stop)

interface Fault {
  /** In the table. */
  readonly fault: string
  readonly part: string
  readonly code?: string
  readonly breakIt: () => unknown
  readonly mend: () => unknown
}

const contact = (name: Parameters<typeof turnstile.setContact>[0], on: boolean | null) => () =>
  turnstile.setContact(name, on)
const stick = (pin: number, level: 0 | 1) => () => {
  board.faults.stuck = new Map([[pin, level]])
  board.reset()
}
const unstick = () => {
  delete board.faults.stuck
  board.reset()
}
const cut = (pin: number) => () => board.setInput(pin, null)
const close = (pin: number) => () => board.setInput(pin, 0)
/** For as long as it takes to be told, or to be found again. */
const seeing = (is: 'black' | 'frozen' | 'lost' | undefined, forMs: number) => async () => {
  camera.fault.is = is
  await time.advanceAsync(forMs)
}
const ofDisk = (is: 'full' | 'hung' | undefined) => () => {
  disk.fault.is = is
}
const wayBroken = (step: PathFault['step'], detail: string) => () => {
  way.broken = { step, detail }
  cabinet.origin.down = true
}
const wayGood = () => {
  way.broken = undefined
  cabinet.origin.down = false
}

/** A fire that is over waits for staff. */
async function pressRelease(): Promise<void> {
  turnstile.setContact('release', true)
  await time.advanceAsync(500)
  turnstile.setContact('release', false)
  await time.advanceAsync(500)
}

async function lie(is: boolean): Promise<void> {
  const bytes = Buffer.from('no manifest at all')
  cabinet.origin.intercept = line =>
    is && line.endsWith('/manifest') ? { status: 200, body: bytes } : undefined
}

/** Issuer keys of the next trust document are good for so long. */
async function signKeys(days: number): Promise<void> {
  const to = world.nowS() + days * DAY_S
  const keys = world.keys().map(key => (key.role === 'issuer' ? { ...key, to } : key))
  await world.rotate({ keys })
}

const FAULTS: readonly Fault[] = [
  {
    fault: 'beam A is covered',
    ...{ part: 'beam A', code: 'BEAM_STUCK' },
    breakIt: contact('beamA', true),
    mend: contact('beamA', null),
  },
  {
    fault: 'the wire of beam B is cut',
    ...{ part: 'beam B', code: 'BEAM_STUCK' },
    ...{ breakIt: cut(9), mend: close(9) },
  },
  {
    ...{ fault: 'beam B sees another sender', part: 'beam B' },
    breakIt: () => cabinet.blindBeams.add('beamB'),
    mend: () => cabinet.blindBeams.delete('beamB'),
  },
  {
    fault: 'the wire of the fire loop is cut',
    ...{ part: 'fire input', code: 'FIRE' },
    breakIt: cut(12),
    async mend() {
      board.setInput(12, 0)
      await time.advanceAsync(500)
      await pressRelease()
    },
  },
  {
    fault: 'the wire of the stop button is cut',
    ...{ part: 'stop button', code: 'STOP' },
    ...{ breakIt: cut(14), mend: close(14) },
  },
  {
    fault: 'the entry relay does not pull',
    ...{ part: 'relay entry', code: 'RELAY_STUCK' },
    ...{ breakIt: stick(2, 0), mend: unstick },
  },
  {
    fault: 'the exit relay is welded shut',
    ...{ part: 'relay feedback', code: 'RELAY_STUCK' },
    ...{ breakIt: stick(3, 1), mend: unstick },
  },
  {
    fault: 'the feedback contact is dead',
    ...{ part: 'relay feedback', code: 'RELAY_STUCK' },
    breakIt: () => Object.assign(turnstile.faults, { feedbackDead: true }),
    mend() {
      turnstile.faults.feedbackDead = false
      board.reset()
    },
  },
  {
    ...{ fault: 'the arrow lamp is burnt out', part: 'lamp arrow' },
    ...{ breakIt: stick(5, 0), mend: unstick },
  },
  {
    ...{ fault: 'the buzzer is mute', part: 'buzzer' },
    ...{ breakIt: stick(7, 0), mend: unstick },
  },
  {
    fault: 'the scanner reads nothing',
    ...{ part: 'A.serial', code: 'DEVICE_SILENT' },
    breakIt: () => Object.assign(scannerFaults, { mute: true }),
    mend: () => Object.assign(scannerFaults, { mute: false }),
  },
  {
    fault: 'the scanner sends half of each code',
    ...{ part: 'A.serial', code: 'SCANNER_FRAMING' },
    breakIt: () => Object.assign(scannerFaults, { cuts: true }),
    mend: () => Object.assign(scannerFaults, { cuts: false }),
  },
  {
    fault: 'the scanner’s cable is pulled',
    ...{ part: 'A.serial', code: 'DEVICE_UNPLUGGED' },
    ...{ breakIt: cabinet.scannerWire.unplug, mend: cabinet.scannerWire.replug },
  },
  {
    fault: 'the camera is in the dark',
    ...{ part: 'A.camera', code: 'CAMERA_BLACK' },
    ...{ breakIt: seeing('black', 32_000), mend: seeing(undefined, 10_000) },
  },
  {
    fault: 'the camera’s picture stands still',
    ...{ part: 'A.camera', code: 'CAMERA_FROZEN' },
    ...{ breakIt: seeing('frozen', 11_000), mend: seeing(undefined, 10_000) },
  },
  {
    fault: 'the camera has no power',
    ...{ part: 'A.camera', code: 'CAMERA_ENDED' },
    ...{ breakIt: seeing('lost', 0), mend: seeing(undefined, 10_000) },
  },
  {
    fault: 'the board’s cable is pulled',
    ...{ part: 'A.board', code: 'DEVICE_UNPLUGGED' },
    ...{ breakIt: cabinet.boardWire.unplug, mend: cabinet.boardWire.replug },
  },
  {
    ...{ fault: 'the disk is full', part: 'disk', code: 'DISK_LOW' },
    ...{ breakIt: ofDisk('full'), mend: ofDisk(undefined) },
  },
  {
    ...{ fault: 'the disk hangs', part: 'disk', code: 'DISK_FAILED' },
    ...{ breakIt: ofDisk('hung'), mend: ofDisk(undefined) },
  },
  {
    fault: 'the machine’s clock is an hour ahead',
    ...{ part: 'clock', code: 'CLOCK_STEPPED' },
    breakIt: () => Object.assign(jump, { ms: 3_600_000 }),
    mend: () => Object.assign(jump, { ms: 0 }),
  },
  {
    ...{ fault: 'the service’s name is not found', part: 'service' },
    ...{ breakIt: wayBroken('name', 'service: ENOTFOUND'), mend: wayGood },
  },
  {
    ...{ fault: 'nothing listens at the service', part: 'service' },
    ...{ breakIt: wayBroken('connection', 'service:80: ECONNREFUSED'), mend: wayGood },
  },
  {
    ...{ fault: 'the service’s certificate has run out', part: 'service' },
    ...{ breakIt: wayBroken('tls', 'service:443: CERT_HAS_EXPIRED'), mend: wayGood },
  },
  {
    ...{ fault: 'the service answers 503', part: 'service' },
    ...{ breakIt: wayBroken('status', 'service:80: HTTP status 503'), mend: wayGood },
  },
  {
    ...{ fault: 'a stranger answers as the service', part: 'service' },
    ...{ breakIt: () => lie(true), mend: () => lie(false) },
  },
  {
    ...{ fault: 'issuer keys end in three days', part: 'keys' },
    ...{ breakIt: () => signKeys(3), mend: () => signKeys(400) },
  },
]

const faulty = (findings: readonly Finding[]) => findings.filter(one => one.result === 'fail')

/** Mended, with a manifest of this minute. */
async function ready(): Promise<void> {
  await cabinet.publish()
  await cabinet.inService()
}

t.test('a healthy gate: every part passes, and the lane serves again', async t => {
  await ready()
  const before = control.lanes()[0]
  const pass = await traveller(1, world.nowS() + 25)
  const findings = await cabinet.test({}, event => {
    if (event.type !== 'ask' || event.part !== 'A.serial') return
    // A good one, held up until after the lane serves again.
    cabinet.scanner.sendText(pass)
    time.timers.after(2500, () => cabinet.scanner.sendText(pass))
  })
  for (const { part, result, what } of findings) t.equal(result, 'pass', `${part}: ${what}`)
  t.ok(findings.length >= 15, `${findings.length} parts`)
  t.same(control.lanes()[0]?.modes, before?.modes)
  await time.advanceAsync(8000)
  t.equal(control.lanes()[0]?.state, 'Locked')
  const last = { verdict: 'deny', code: 'LANE_CLOSED' }
  t.match(control.lanes(), [{ passages: { entry: 0, exit: 0 }, last }], 'and was refused there')
  const grants = await cabinet.inTime(control.journal.tail({ max: 9, kinds: ['grant'] }))
  t.match(grants, { ok: true, rows: [] }, 'nobody was let through')
})

const rows: string[][] = []

/** Breaks it, tests, mends it. Meanwhile the service publishes, unless that is what is broken. */
async function findsIt(
  t: Test,
  { fault, part, code, breakIt, mend }: Fault,
  publishes = true,
): Promise<void> {
  await ready()
  await breakIt()
  if (publishes) await cabinet.publish()
  await time.advanceAsync(3000)
  const findings = await cabinet.test()
  const [found, ...others] = faulty(findings)
  t.same(others, [], 'no other part')
  t.match(found, { part, where: /./, action: /./, ...(code && { code }) }, fault)
  rows.push([
    fault,
    found?.part ?? '',
    found?.code ?? '',
    found?.what ?? '',
    found?.where ?? '',
    found?.action ?? '',
  ])
  await mend()
  await cabinet.inService()
  t.notOk(control.lanes()[0]?.modes.maintenance, 'the lane is as it was')
}

for (const one of FAULTS) t.test(one.fault, t => findsIt(t, one))

t.test('the service publishes nothing new for two minutes', async t => {
  const code = 'TRUST_STALE_WARNING'
  const fault = 'the service publishes nothing new for two minutes'
  const breakIt = () => time.advanceAsync(130_000)
  await findsIt(t, { fault, part: 'trust', code, breakIt, mend: () => {} }, false)
})

t.test('a row of the journal was changed: for good', async t => {
  const breakIt = () => disk.journal.exec(`UPDATE rows SET lane = 'B' WHERE seq = 2`)
  const fault = 'a row of the journal was changed'
  await findsIt(t, { fault, part: 'journal', code: 'JOURNAL_DAMAGED', breakIt, mend: () => {} })
})

const maintenance = () => control.lanes()[0]?.modes.maintenance

t.test('stopped in the middle: the lane is put back, at whichever step', async t => {
  await ready()
  for (const part of ['lamp cross', 'A.serial']) {
    const stop = new AbortController()
    const findings = await cabinet.test({ signal: stop.signal }, event => {
      if (event.type !== 'ask' || event.part !== part) return
      t.ok(maintenance(), 'it was in maintenance')
      stop.abort()
    })
    t.notOk(
      findings.some(one => one.part === 'A.camera'),
      'nothing more is tested',
    )
    t.notOk(maintenance(), part)
    await cabinet.inService()
  }
  t.same([turnstile.relay('entry'), turnstile.relay('exit')], [false, false])
  const left = cabinet.test({}, event => {
    if (event.type === 'ask') throw new Error('the terminal is gone')
  })
  await t.rejects(left, /terminal is gone/)
  t.notOk(maintenance(), 'whoever listened is gone')
})

/** What it finds, with a hand in each beam. */
async function beamsFound(): Promise<Finding[]> {
  const wait = createWait(time.timers, undefined)
  const test = { ...cabinet.parts, lane: 'A', wait, stopped: () => false }
  const collect = async () => {
    const found: Finding[] = []
    for await (const one of checkBeams(test)) {
      if (one.type === 'ask') cabinet.waveHand()
      else found.push(one)
    }
    return found
  }
  return cabinet.inTime(collect())
}

t.test('beams alone: at rest, then by hand', async t => {
  await ready()
  control.lane.setModes('A', { maintenance: true }, { by: 'lin', reason: '' })
  t.same(
    (await beamsFound()).map(({ part, result }) => [part, result]),
    [
      ['beams', 'pass'],
      ['beams by hand', 'pass'],
    ],
  )
  cabinet.blindBeams.add('beamB')
  t.match(await beamsFound(), [{ part: 'beams' }, { part: 'beam B', result: 'fail' }])
  cabinet.blindBeams.clear()
  turnstile.setContact('beamA', true)
  await time.advanceAsync(100)
  const stuck = (await beamsFound()).map(({ part, code }) => `${part} ${code}`)
  t.same(stuck, ['beam A BEAM_STUCK'], 'no hand is asked for')
  turnstile.setContact('beamA', null)
  control.lane.setModes('A', { maintenance: false }, { by: 'lin', reason: '' })
  await cabinet.inService()
})

t.test('why no code was read: in part, not at all, by a reader that is gone', async t => {
  await ready()
  const parts = { control, lane: 'A' }
  const before = await cabinet.inTime(cutCodes(parts))
  const found = () => cabinet.inTime(whyNothingRead(parts, before))
  t.match(await found(), [{ part: 'A.serial, A.camera', code: 'DEVICE_SILENT' }])
  cabinet.scannerFaults.cuts = true
  cabinet.holdCode()
  await time.advanceAsync(2000)
  cabinet.scannerFaults.cuts = false
  t.match(await found(), [{ code: 'SCANNER_FRAMING' }])
  cabinet.scannerWire.unplug()
  await time.advanceAsync(2000)
  t.match(await found(), [{ part: 'A.serial', code: 'DEVICE_UNPLUGGED' }], 'it alone')
  cabinet.scannerWire.replug()
  await cabinet.allReady()
})

t.test('left as it is, a lane that serves moves nothing and asks for nothing', async t => {
  await ready()
  let moved = false
  const end = turnstile.onChange(() => {
    moved ||= turnstile.relay('entry') || turnstile.relay('exit')
  })
  const asked: string[] = []
  const findings = await cabinet.test({ maintenance: 'leave' }, event => {
    if (event.type === 'ask') asked.push(event.part)
  })
  end()
  t.notOk(moved)
  t.same(asked, [])
  const relays = findings.find(one => one.part === 'relays')
  t.match(relays, { result: 'skipped', action: /mode A maintenance/ })
  t.match(findings.find(one => one.part === 'A.serial')?.result, 'unsure')
})

t.test('with nobody to ask, lamps and readers are not known to be broken', async t => {
  await ready()
  const asked: string[] = []
  const findings = await cabinet.test({ attended: false }, event => {
    if (event.type === 'ask') asked.push(event.part)
  })
  t.same(asked, [])
  const unsure = findings.filter(one => one.result === 'unsure').map(one => one.part)
  t.same(unsure, ['lamp arrow', 'lamp cross', 'lamp amber', 'buzzer', 'A.serial', 'A.camera'])
  t.match(findings.find(one => one.part === 'relay entry')?.result, 'pass')
})

t.test(
  'somebody who stands in a beam and leaves is no fault; a hand that never comes neither',
  async t => {
    await ready()
    turnstile.setContact('beamA', true)
    await time.advanceAsync(500)
    time.timers.after(1000, () => turnstile.setContact('beamA', null))
    for (const beam of ['beamA', 'beamB'] as const) cabinet.blindBeams.add(beam)
    const findings = await cabinet.test()
    cabinet.blindBeams.clear()
    t.match(
      findings.filter(one => one.part.startsWith('beam')),
      [
        { part: 'beams', result: 'pass' },
        { part: 'beams by hand', result: 'unsure' },
      ],
    )
  },
)

t.test('a flap: its panels open and close, and all of it passes', async t => {
  const flap = await createCabinet(tempDir(), 'flap')
  const startedMs = flap.time.clock.nowMs() - T0 * 1000
  t.ok(startedMs < 15_000, `in service after ${startedMs} ms: threads take none of its time`)
  for (const { part, result, what } of await flap.test())
    t.equal(result, 'pass', `${part}: ${what}`)
  await flap.inService()
  t.equal(flap.turnstile.position, 0)
  flap.board.setInput(profilePins.flap.beamD, null)
  await flap.time.advanceAsync(500)
  const found = (await flap.test()).filter(one => one.result === 'fail')
  t.match(found, [{ part: 'beam D', code: 'BEAM_STUCK', where: 'beamD, pin 11' }])
  await flap.stop()
})

t.test('an open cabinet may be right; a fire that nobody reset is not', async t => {
  await ready()
  turnstile.setContact('tamper', true)
  await time.advanceAsync(500)
  const open = (await cabinet.test()).filter(one => one.result !== 'pass' && one.part !== 'journal')
  t.match(open, [{ part: 'cabinet contact', result: 'unsure', code: 'TAMPER' }])
  turnstile.setContact('tamper', null)
  control.lane.setModes('A', { maintenance: true }, { by: 'lin', reason: 'a test' })
  await time.advanceAsync(500)
  control.lane.pretendContact('A', 'fire', true, 'lin')
  control.lane.pretendContact('A', 'fire', false, 'lin')
  const latched = (await cabinet.test()).find(one => one.part === 'fire input')
  t.match(latched, { result: 'fail', code: 'FIRE', action: 'Press release at the lane' })
  t.ok(maintenance(), 'whoever set it ends it')
  control.lane.clearModes('A', { by: 'lin', reason: 'a test' })
  await pressRelease()
})

t.test('the page has the table', async t => {
  const head = ['broken', 'part named', 'code', 'what', 'where', 'what to do']
  const table = renderedTable(head, rows)
  const page = new URL('../selftest.md', import.meta.url)
  t.equal(renderedPart(page, 'faults', table), table)
})
