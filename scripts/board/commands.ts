/** What one can do to a board that runs alone, as a table: its prompt and its help read it. */
import { existsSync } from 'node:fs'
import { nearestName } from '../../gate/contract/options.ts'
import type { Contact, Lamp, Relay } from '../../hardware/ports.ts'
import { type PassengerKind, walk } from '../../hardware/sim/passenger.ts'
import { systemTimers } from '../../hardware/system-time.ts'
import type { Bench, HeldLevel } from './bench.ts'

interface Command {
  readonly usage: string
  readonly what: string
  /** `rest`: the line after the command's name, as typed. Throws Refused. */
  readonly run: (
    bench: Bench,
    args: readonly string[],
    say: (text: string) => void,
    rest: string,
  ) => void | Promise<void>
}

/** Told in one line; nothing was done. */
class Refused extends Error {}

const PRESS_MS = 300
const KINDS = [
  ...['normal', 'running', 'child', 'luggage', 'wheelchair', 'group', 'lingering'],
  ...['tailgater', 'wrongWay', 'forcing', 'hesitating'],
] as const satisfies readonly string[]
const LEVELS: Readonly<Record<string, HeldLevel>> = { high: 1, low: 0, open: null }
const RELAYS: readonly Relay[] = ['entry', 'exit', 'alarm']
const LAMPS: readonly Lamp[] = ['arrow', 'cross', 'amber']

export const COMMANDS: Readonly<Record<string, Command>> = {
  contact: {
    usage: 'contact NAME on|off',
    what: 'sets a contact: fire, stop, tamper, beamA …; off: as the barrier and people say',
    run({ turnstile, contacts }, [name, to]) {
      const contact = known(name, contacts, 'contact')
      turnstile.setContact(contact, oneOf(to, ['on', 'off'], 'contact NAME') === 'on' ? true : null)
    },
  },
  press: {
    usage: 'press NAME',
    what: 'sets a contact for a moment, as a button: press release',
    run({ turnstile, contacts }, [name]) {
      const contact = known(name, contacts, 'contact')
      turnstile.setContact(contact, true)
      systemTimers.after(PRESS_MS, () => turnstile.setContact(contact, null))
    },
  },
  beam: {
    usage: 'beam A cut|clear',
    what: 'interrupts a beam, or leaves it to the people who walk',
    run({ turnstile, contacts }, [letter, to]) {
      const beams = contacts.filter(one => one.startsWith('beam')).map(one => one.slice(4))
      const beam = known(letter, beams, 'beam')
      const cut = oneOf(to, ['cut', 'clear'], 'beam A') === 'cut'
      turnstile.setContact(`beam${beam}` as Contact, cut ? true : null)
    },
  },
  walk: {
    usage: 'walk entry|exit [KIND]',
    what: `somebody walks: ${KINDS.join(', ')}`,
    run({ turnstile }, [way, kind = 'normal'], say) {
      const direction = oneOf(way, ['entry', 'exit'], 'walk')
      const who = known(kind, KINDS, 'kind of walk') as PassengerKind
      void walk(turnstile, who, direction).then(({ through }) => {
        const ends = through.map(went => (went ? 'went through' : 'turned back'))
        say(`walk ${direction} ${who}: ${ends.join(', ') || 'nobody walks'}`)
      })
    },
  },
  pin: {
    usage: 'pin N high|low|open|free',
    what: 'holds a level on an input of the board; open: nothing connected; free: let go',
    run({ inputs, hold, letGo }, [number, to]) {
      const pins = [...inputs].map(([pin, contact]) => ({ pin, contact }))
      const found = pins.find(({ pin }) => String(pin) === number)
      if (found === undefined) {
        const may = pins.map(({ pin, contact }) => `${pin} ${contact}`).join(', ')
        throw new Refused(`no input "${number ?? ''}"; inputs are ${may}`)
      }
      const level = oneOf(to, [...Object.keys(LEVELS), 'free'], 'pin N')
      if (level === 'free') letGo(found.pin)
      else hold(found.pin, LEVELS[level] ?? null)
    },
  },
  scan: {
    usage: 'scan TEXT|FILE',
    what: 'a code before the scanner, as text or as a picture (with --scanner)',
    async run({ scanner }, _, say, rest) {
      if (scanner === undefined) throw new Refused('no scanner here; start with --scanner')
      if (rest === '') throw new Refused('scan what? scan TEXT, or scan FILE.png')
      if (!/\.(png|jpe?g)$/i.test(rest) || !existsSync(rest)) scanner.sendText(rest)
      else if ((await scanner.showPng(rest)) === null) say(`${rest}: no code in this picture`)
    },
  },
  unplug: { usage: 'unplug', what: 'pulls the board’s cable', run: ({ wire }) => wire.unplug() },
  plug: { usage: 'plug', what: 'puts the cable back', run: ({ wire }) => wire.replug() },
  reset: { usage: 'reset', what: 'presses the board’s reset button', run: bench => bench.reset() },
  status: {
    usage: 'status',
    what: 'relays and lamps that are on, contacts that are active, people in the lane',
    run: ({ turnstile, contacts }, _, say) => {
      const list = (names: readonly string[]) => names.join(' ') || '-'
      say(`relays    ${list(RELAYS.filter(turnstile.relay))}`)
      say(`lamps     ${list(LAMPS.filter(turnstile.lamp))}`)
      say(`contacts  ${list(contacts.filter(turnstile.contact))}`)
      say(`people    ${turnstile.bodies.length}`)
    },
  },
}

/** Runs one line; what is wrong with it is said in one line. False: `quit`. */
export async function runLine(
  bench: Bench,
  line: string,
  say: (text: string) => void,
): Promise<boolean> {
  const [, name = '', rest = ''] = /^\s*(\S*) ?(.*)$/.exec(line) ?? []
  if (name === '') return true
  if (name === 'quit' || name === 'exit') return false
  if (name === 'help' || name === '?') {
    say(helpText())
    return true
  }
  try {
    const command = COMMANDS[known(name, [...Object.keys(COMMANDS), 'help', 'quit'], 'command')]
    await command?.run(bench, rest.split(/\s+/).filter(Boolean), say, rest)
  } catch (error) {
    say(`${name}: ${(error as Error).message}`)
  }
  return true
}

export function helpText(): string {
  const rows = Object.values(COMMANDS).map(({ usage, what }) => `  ${usage.padEnd(26)} ${what}`)
  return [...rows, `  ${'quit'.padEnd(26)} ends the program`].join('\n')
}

function oneOf<T extends string>(word: string | undefined, may: readonly T[], usage: string): T {
  const found = may.find(one => one === word)
  if (found === undefined) throw new Refused(`${usage} ${may.join('|')}`)
  return found
}

/** Whatever its case; else the nearest is named, and all of them. */
function known<T extends string>(word = '', names: readonly T[], what: string): T {
  const found = names.find(one => one.toLowerCase() === word.toLowerCase())
  if (found !== undefined) return found
  const near = nearestName(word, names)
  const hint = near === undefined ? '' : `did you mean ${near}? `
  throw new Refused(`no ${what} "${word}"; ${hint}there are ${names.join(', ')}`)
}
