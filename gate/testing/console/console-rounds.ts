/**
 * Many lines that nobody should type at the console of a whole gate in virtual time: by a stranger
 * who never logs in, and by somebody of each level. Looked for: a login of nobody's, a journal that
 * fills, a line that does not come back, memory that grows.
 */
import { liveMb, residentMb } from '../../../fixtures/process-memory.ts'
import { seeded } from '../../../hardware/sim/seeded.ts'
import { LEVELS, type Level } from '../../console/command.ts'
import { CONSOLE_REFUSALS } from '../../console/refusals.ts'
import { CONTROL_REFUSALS } from '../../contract/control-codes.ts'
import { createFuzz, FUZZ_KINDS, type FuzzKind } from './fuzzed-lines.ts'
import { startConsoleInMemory, type TypedConsole } from './typed-console.ts'
import { LOGIN } from './typist.ts'

/** Who sits at a line: nobody who has a password, or a user of that level. */
const SEATS = ['stranger', ...LEVELS] as const
type SeatName = (typeof SEATS)[number]

const REFUSALS = { ...CONTROL_REFUSALS, ...CONSOLE_REFUSALS }

/** In a row at one line. */
const TURN_LINES = 100
/** Virtual time after a line: more than the gap that ends a pasted block. */
const LOOK_MS = 60
const LOOKS_MAX = 40
const QUICK_LOOKS = 4
/** In which a line is at rest: at a prompt, at a question, or where any key goes on. */
const ASKS = /(?:[>#:] (?:\r\x1b\[\d+C)?|--|ends it\.\r\n)$/
/** Refused passwords in the first minutes; one a minute then. */
const REFUSED_AT_FIRST = 7
/** That the gate writes of its own in one turn: alarms, trust, the end of a trial. */
const ROWS_OF_ITS_OWN = 20
/** Of a line that was run by somebody who may change something. */
const ROWS_A_LINE = 4

export interface ConsoleRounds {
  lines: number
  bytes: number
  kinds: Record<FuzzKind, number>
  /** How often the console said each of its refusals, by code. */
  refusals: Record<string, number>
  /** Of the run itself, by the right password. */
  logins: number
  /** Wrong passwords that were attempts. */
  refused: number
  /** In the journal. */
  rows: number
  virtualHours: number
  /** What JavaScript holds, MB, once a twentieth of the lines was typed, and at the end. */
  earlyMb: number
  lateMb: number
  broken: string[]
}

export interface ConsoleRoundsHow {
  readonly rounds: number
  readonly seed: number
  readonly onRound?: (line: number, what: string) => void
  /** Asked after each turn: whether to end here. */
  readonly stopped?: () => boolean
}

/** `rounds`: how many lines. */
export async function runConsoleRounds(how: ConsoleRoundsHow): Promise<ConsoleRounds> {
  const world = await startConsoleInMemory()
  // Somebody who is never at a line: another admin than the one who may remove others.
  await world.addUser('owner', 'admin')
  const figures: ConsoleRounds = {
    ...{ lines: 0, bytes: 0, kinds: counts(FUZZ_KINDS), refusals: {}, logins: 0, refused: 0 },
    ...{ rows: 0, virtualHours: 0, earlyMb: 0, lateMb: 0, broken: [] },
  }
  const next = createFuzz(seeded(how.seed))
  const seats = SEATS.map(name => openSeat(world, name, figures))
  for (let turn = 0; figures.lines < how.rounds && how.stopped?.() !== true; turn++) {
    const seat = seats[turn % seats.length] as Seat
    await seat.turn(next, Math.min(TURN_LINES, how.rounds - figures.lines))
    if (figures.earlyMb === 0 && figures.lines >= how.rounds / 20) figures.earlyMb = liveMb()
    how.onRound?.(figures.lines, `${residentMb()} MB resident, ${figures.rows} rows`)
  }
  figures.lateMb = liveMb()
  figures.virtualHours = Math.round(world.time.clock.monotonicMs() / 36_000) / 100
  for (const seat of seats) await seat.leave()
  figures.broken.push(...world.faults.map(String))
  await world.close()
  return figures
}

/** Whether a file is read or written, which takes real time. */
const filesBusy = (): boolean => process.getActiveResourcesInfo().some(kind => /Re?q/i.test(kind))

interface Seat {
  /** So many lines, by somebody who has just come. */
  turn(next: ReturnType<typeof createFuzz>, lines: number): Promise<void>
  /** The line must still be good for somebody. */
  leave(): Promise<void>
}

function openSeat(world: TypedConsole, name: SeatName, figures: ConsoleRounds): Seat {
  const { time, notes, control, gate } = world
  const one = world.openLine(name)
  /** Logins by the run itself, in this turn. */
  let own = 0

  /** What was typed before is gone, and so is who typed it. */
  async function begin(): Promise<void> {
    one.line.hangUp()
    one.seen()
    await one.expect('\r', LOGIN)
    for (const device of Object.values(gate.devices)) device.become('ready')
    if (name !== 'stranger') await logIn(name)
  }

  /** By a password that is known, whatever became of this user. */
  async function logIn(level: Level): Promise<void> {
    await world.users.remove(level)
    await world.addUser(level, level)
    await one.logIn(level)
    own += 1
    figures.logins += 1
  }

  /** Until the line asks for more, or works on for long. Gives what it printed. */
  async function answered(): Promise<string> {
    let text = ''
    for (let look = 0; look < LOOKS_MAX; look++) {
      await time.advanceAsync(LOOK_MS)
      text += one.seen()
      const waitS = Number(/the next try in (\d+) s\r\n$/.exec(text)?.[1] ?? 0)
      if (waitS > 0) await time.advanceAsync(waitS * 1000)
      else if (ASKS.test(text)) return text
      else if (look > QUICK_LOOKS && (world.isBusy() || filesBusy()))
        await new Promise(resolve => setTimeout(resolve, 1))
    }
    return text
  }

  async function newestRow(): Promise<number> {
    const tail = await control.journal.tail({ max: 1 })
    return tail.ok ? (tail.rows[0]?.seq ?? 0) : figures.rows
  }

  function judge(rows: number, lines: number, minutes: number): void {
    const told = (about: string) => notes.filter(one => one.about === about).length
    const refused = told('refused')
    const logins = told('login')
    figures.refused += refused
    const most = ROWS_OF_ITS_OWN + notes.length + (mayChange(name) ? ROWS_A_LINE * lines : 0)
    const where = `at the ${name}'s line, up to line ${figures.lines}`
    if (logins !== own) figures.broken.push(`${logins} logins in place of ${own} ${where}`)
    if (refused > REFUSED_AT_FIRST + minutes) figures.broken.push(`${refused} attempts ${where}`)
    if (rows > most) figures.broken.push(`${rows} rows in place of ${most} ${where}`)
    notes.length = 0
    own = 0
  }

  return {
    async turn(next, lines) {
      const before = await newestRow()
      const fromMs = time.clock.monotonicMs()
      await begin()
      for (let line = 0; line < lines; line++) {
        const { kind, bytes } = next()
        one.type(bytes)
        figures.lines += 1
        figures.bytes += bytes.length
        figures.kinds[kind] += 1
        const told = await answered()
        countRefusals(told, figures.refusals)
        if (name === 'stranger' || !LOGIN.test(told)) continue
        // Half a letter may stand before the name yet, and such a name is noise.
        await one.expect('\r', LOGIN)
        await logIn(name)
      }
      figures.rows = await newestRow()
      judge(figures.rows - before, lines, (time.clock.monotonicMs() - fromMs) / 60_000)
    },
    async leave() {
      await begin()
      if (name === 'stranger') return
      const told = await one.command('who')
      if (!told.includes(name)) figures.broken.push(`the ${name}'s line shows nobody: ${told}`)
    },
  }
}

const mayChange = (name: SeatName) => name === 'technician' || name === 'admin'

function counts<K extends string>(names: readonly K[]): Record<K, number> {
  return Object.fromEntries(names.map(name => [name, 0])) as Record<K, number>
}

function countRefusals(text: string, refusals: Record<string, number>): void {
  for (const [, code = ''] of text.matchAll(/\n([A-Z]+(?:_[A-Z]+)*): /g)) {
    if (Object.hasOwn(REFUSALS, code)) refusals[code] = (refusals[code] ?? 0) + 1
  }
}
