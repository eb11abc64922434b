/**
 * A process for `server-attack.ts`: all that strangers do to a service, at once. Prints a line when
 * its pictures and keys are made and the attack begins, one with what came of it, and ends by itself.
 *
 * Arguments: the service's URL, how long in ms, the portrait that pictures are made of.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { dearPictures, pictureBombs } from '../../server/testing/bombs.ts'
import type { Tally } from './server-attack-clients.ts'
import { type Attack, hourOfBombs, loopsOf } from './server-attack-pictures.ts'
import { endSockets, gateKeys, streaming, withholding } from './server-attack-sockets.ts'

/** The line at the end. */
export interface Attacked {
  readonly attacked: {
    readonly bombs: Tally
    readonly hugeSides: Tally
    readonly withheld: Tally
    readonly streams: Tally
    readonly gateKeys: Tally
    /** CPU time of this process, ms. */
    readonly cpuMs: number
  }
}

const SMALL_WITH_HUGE_SIDES = /^PNG of|^gray PNG/

const [url = '', ms = '', portraitFile = ''] = process.argv.slice(2)
const portrait = readFileSync(portraitFile)
const made = [...(await pictureBombs(portrait)), ...(await dearPictures(portrait))]
const base64 = (some: typeof made) => some.map(([, bytes]) => Buffer.from(bytes).toString('base64'))
const bombs = base64(made)
const huge = base64(made.filter(([name]) => SMALL_WITH_HUGE_SIDES.test(name)))
const cpu = process.cpuUsage()
process.stdout.write(`${JSON.stringify({ attacking: true })}\n`)

const endsAt = performance.now() + Number(ms)
const attack: Attack = { url, ms: Number(ms), over: () => performance.now() >= endsAt }
const attacked = { bombs: {}, hugeSides: {}, withheld: {}, streams: {}, gateKeys: {} }
const ended = sleep(Number(ms)).then(endSockets)
await Promise.all([
  hourOfBombs(attack, bombs, attacked.bombs),
  loopsOf(attack, huge, attacked.hugeSides),
  withholding(attack, attacked.withheld),
  streaming(attack, attacked.streams),
  gateKeys(attack, attacked.gateKeys),
  ended,
])
const { user, system } = process.cpuUsage(cpu)
const line: Attacked = { attacked: { ...attacked, cpuMs: (user + system) / 1000 } }
process.stdout.write(`${JSON.stringify(line)}\n`)
process.exit()
