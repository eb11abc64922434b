/** Parts of the whole gate: disk, journal, clock, trust, its keys, the bus, the way to the service. */
import type { GateControl } from '../contract/control.ts'
import type { TrustReport } from '../contract/control-status.ts'
import { STAGE_CODE } from '../contract/freshness.ts'
import type { Health } from '../contract/health.ts'
import { DISK_LOW_BYTES } from '../limits.ts'
import { actionOf, type Finding, passed, type SelfTestParts } from './finding.ts'
import type { PathFault } from './service-path.ts'
import { createWait } from './waiting.ts'

/** A clock that is off by more would be doubted at a start without a network. Milliseconds. */
const CLOCK_OFF_MS = 5000
/** Keys and trust that end sooner are about to. Milliseconds. */
const SOON_MS = 7 * 86_400_000
/** A chain of a year is walked in less. Milliseconds. */
const VERIFY_MS_MAX = 120_000
/** Of each step of the way to the service. Milliseconds. */
const STEP_MS_MAX = 5000

const MIB = 1_048_576

/** Where each step of the way fails, and what helps. */
const PATH_FAULTS: Readonly<Record<PathFault['step'], { what: string; action: string }>> = {
  name: {
    what: 'its name is not found',
    action: 'See service.url in the config, the network cable, and the name server of this machine',
  },
  connection: {
    what: 'its name is found, no connection',
    action: 'See whether the service runs and listens on that port, and the firewall between',
  },
  tls: {
    what: 'connected, TLS fails',
    action: 'See the service’s certificate and its dates, and the clock of this machine',
  },
  status: {
    what: 'connected, and its answer is no manifest',
    action: 'See the path in service.url, and the log of the service or of the proxy before it',
  },
}

/** Each as soon as it is known; after a stop no more. */
export async function* checkGate(parts: SelfTestParts): AsyncGenerator<Finding> {
  const { control } = parts
  const { health, bus } = await control.status()
  if (health === null) {
    const action = actionOf(control, 'NOT_RUNNING')
    const where = 'the log of the gate’s program'
    return yield fault('gate', { code: 'NOT_RUNNING', what: 'no gate runs', where, action })
  }
  const disk = checkDisk(parts, health)
  yield disk
  yield* checkJournal(parts, disk.result === 'pass')
  if (parts.signal?.aborted) return
  const service = await checkService(parts)
  yield service
  const report = control.trust.report()
  if (report.ok) yield* checkTrust(parts, report, service.result === 'pass')
  if (bus !== null) yield checkBus(parts, bus.state)
}

function checkBus({ control }: SelfTestParts, state: 'up' | 'down'): Finding {
  if (state === 'up') return passed('bus', 'up')
  const code = 'BUS_DOWN'
  const found = { code, what: 'siblings are out of reach', where: 'bus in the config' }
  return fault('bus', { ...found, action: actionOf(control, code) })
}

function fault(part: string, found: Omit<Finding, 'part' | 'result'>): Finding {
  return { part, result: 'fail', ...found }
}

function checkDisk({ control }: SelfTestParts, { journal, lanes }: Health): Finding {
  const { disk, waiting } = journal
  const where = `data folder ${dataFolder(control)}`
  const bad = (code: string, what: string) =>
    fault('disk', { code, what, where, action: actionOf(control, code) })
  if (disk === null) return bad('DISK_FAILED', 'the disk does not answer')
  const full = lanes.some(({ alarms }) => alarms.includes('JOURNAL_FULL'))
  const waits = waiting === 0 ? '' : `, ${waiting} rows wait to be written`
  const free = `${Math.floor(disk.freeBytes / MIB)} MiB free${waits}`
  if (full || disk.freeBytes < DISK_LOW_BYTES) return bad('DISK_LOW', free)
  if (waiting > 0) return bad('DISK_FAILED', free)
  if (!disk.held) return bad('DISK_LOW', `${free}, its reserve is used up`)
  return passed('disk', free)
}

/** In whole seconds; from two minutes on in minutes. */
function span(ms: number): string {
  const seconds = Math.round(ms / 1000)
  return Math.abs(seconds) < 120 ? `${seconds} s` : `${Math.round(ms / 60_000)} min`
}

function dataFolder(control: GateControl): string {
  return String(runningConfig(control)?.data)
}

/** What is read of it here; undefined before the first runs. */
function runningConfig({ config }: GateControl) {
  const running = config.running()
  if (!running.ok) return undefined
  return running.value as { readonly data?: string; readonly service: { readonly url: string } }
}

/** A stop does not wait for the walk. */
async function* checkJournal(
  { control, timers, signal }: SelfTestParts,
  diskIsGood: boolean,
): AsyncGenerator<Finding> {
  const part = 'journal'
  const aside = { where: '', action: 'Mend the disk, then test again' }
  if (!diskIsGood) return yield { part, result: 'skipped', what: 'the disk is bad', ...aside }
  const late = createWait(timers, signal)(VERIFY_MS_MAX).then(() => undefined)
  const verified = await Promise.race([control.journal.verify(), late])
  if (signal?.aborted) return
  const action =
    'Copy it before anything else, then call support: rows that the service has are safe'
  const where = 'journal.db in the data folder'
  const bad = (code: string, what: string) => fault(part, { code, what, where, action })
  if (verified === undefined) {
    yield bad('JOURNAL_UNREADABLE', 'its chain could not be walked in time')
  } else if (!verified.ok) {
    yield bad(verified.code, verified.problems.join('; ') || 'it can’t be read')
  } else if (verified.broken === null) {
    yield passed(part, `${verified.rows} rows, the chain holds`)
  } else {
    const { seq, why } = verified.broken
    yield bad('JOURNAL_DAMAGED', `the chain breaks at row ${seq}: ${why}`)
  }
}

async function checkService({ control, reach }: SelfTestParts): Promise<Finding> {
  const part = 'service'
  const url = runningConfig(control)?.service.url ?? ''
  const noGate: Finding = { part, result: 'skipped', what: 'no gate runs', where: url, action: '' }
  if (url === '') return noGate
  const broken = await reach(url, STEP_MS_MAX)
  if (broken !== undefined) {
    const { what, action } = PATH_FAULTS[broken.step]
    return fault(part, { what: `${what} (${broken.detail})`, where: url, action })
  }
  const polled = await control.trust.poll()
  if (!polled.ok) return noGate
  const { outcome, what } = polled
  if (outcome === 'UPDATED' || outcome === 'UNCHANGED') return passed(part, 'answers')
  const code = `TRUST_${outcome}`
  const known = control.explain(code).ok
  return fault(part, {
    ...(known && { code }),
    what: `answers, but the gate does not take its ${what}: ${outcome}`,
    where: url,
    action: known ? actionOf(control, code) : 'Look who answers there, and the log of the service',
  })
}

function checkTrust(parts: SelfTestParts, report: TrustReport, serviceIsGood: boolean): Finding[] {
  return [checkClock(parts, report), checkAge(parts, report, serviceIsGood), checkEnds(report)]
}

function checkClock({ control, nowMs }: SelfTestParts, { clock }: TrustReport): Finding {
  const part = 'clock'
  const offMs = nowMs() - clock.nowMs
  const off = `the machine’s clock is ${span(offMs)} off the signed time`
  if (clock.state === 'UNCERTAIN') {
    const code = 'CLOCK_UNCERTAIN'
    const doubt = clock.doubt === null ? '' : `, doubt: ${clock.doubt}`
    const action = actionOf(control, code)
    return fault(part, { code, what: `nothing proves the time${doubt}`, where: 'clock', action })
  }
  if (Math.abs(offMs) <= CLOCK_OFF_MS) return passed(part, off)
  return fault(part, {
    code: 'CLOCK_STEPPED',
    what: `${off}; the gate goes by the signed time until it restarts`,
    where: 'the clock of this machine',
    action: 'Set it by NTP; if it is wrong after each power cut, replace its battery',
  })
}

/** Old trust behind a service that is out of reach is no fault of its own. */
function checkAge(
  { control }: SelfTestParts,
  { stage, manifestAgeMs, rollback }: TrustReport,
  serviceIsGood: boolean,
): Finding {
  const part = 'trust'
  if (rollback !== 'none') {
    const code = 'TRUST_ROLLED_BACK'
    const what = `older than what this gate acted on: ${rollback}`
    return fault(part, {
      code,
      what,
      where: 'trust.db in the data folder',
      action: actionOf(control, code),
    })
  }
  const age = `${stage}, the manifest is ${span(manifestAgeMs)} old`
  const code = STAGE_CODE[stage]
  if (code === undefined) return passed(part, age)
  const where = 'the service, which publishes a manifest each minute'
  const action = 'It answers and publishes nothing new: see its log, its status key and its clock'
  if (serviceIsGood) return fault(part, { code, what: age, where, action })
  return { part, result: 'unsure', code, what: age, where: '', action: 'Mend the service first' }
}

function checkEnds({ trustExp, keysUntil, clock }: TrustReport): Finding {
  const part = 'keys'
  const days = (endS: number) => Math.floor((endS * 1000 - clock.nowMs) / 86_400_000)
  const where = 'the trust document of the service'
  const action = 'Have the next trust document signed: npm run trust'
  if (keysUntil === null) return fault(part, { what: 'no issuer key is good now', where, action })
  const what = `issuer keys end in ${days(keysUntil)} days, the trust document in ${days(trustExp)}`
  const soon = Math.min(keysUntil, trustExp) * 1000 - clock.nowMs < SOON_MS
  return soon ? fault(part, { what, where, action }) : passed(part, what)
}
