/**
 * Strangers who send pictures that mean harm: new phone keys, invented numbers, and pictures that
 * were made before, so that sending them costs little.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { APPLICATION_TRIES_MAX, RATES } from '../../server/limits.ts'
import { makeApplicant } from '../../server/testing/applicant.ts'
import { clientsAt, count, type Tally } from './server-attack-clients.ts'

/** Where and how long; `over` is asked between two requests. */
export interface Attack {
  readonly url: string
  readonly ms: number
  over(): boolean
}

const HOUR_MS = 3_600_000
const { max, windowMs } = RATES.faceAddress
/**
 * Face checks that one address may ask for in an hour. They come in the minute or so of an attack, so
 * from so many addresses as the caps of that minute want: each sends what it may in one window.
 */
export const FACES_AN_HOUR = (max * HOUR_MS) / windowMs
/** Some more than the windows of an hour: an attack may last into a second window, and none is cut. */
const ADDRESSES = HOUR_MS / windowMs + 2
/** Loops of one address: a check that waits in a queue holds up the next of its loop alone. */
const LOOPS = 6
/** Strangers who send the pictures with huge sides, each as fast as it is answered. */
const STRANGERS = 9
const RESTS_MS = 1000

let people = 0

/** An hour's pictures, evenly over the attack. */
export async function hourOfBombs(
  attack: Attack,
  pictures: readonly string[],
  tally: Tally,
): Promise<void> {
  const began = performance.now()
  let sent = 0
  const turn = async () => {
    if (sent >= FACES_AN_HOUR) return undefined
    const at = began + (attack.ms * sent) / FACES_AN_HOUR
    const picture = pictures[sent % pictures.length]
    sent += 1
    await sleep(Math.max(0, at - performance.now()))
    return attack.over() ? undefined : picture
  }
  await Promise.all(
    Array.from({ length: ADDRESSES * LOOPS }, (_, n) =>
      stranger(attack, `198.51.100.${1 + (n % ADDRESSES)}`, turn, tally),
    ),
  )
}

/** Each stranger at an address of their own, without a pause. */
export async function loopsOf(
  attack: Attack,
  pictures: readonly string[],
  tally: Tally,
): Promise<void> {
  let sent = 0
  const turn = async () => (attack.over() ? undefined : pictures[sent++ % pictures.length])
  await Promise.all(
    Array.from({ length: STRANGERS }, (_, n) =>
      stranger(attack, `203.0.113.${1 + n}`, turn, tally),
    ),
  )
}

/** Application after application, each by a new phone, until `turn` gives no picture (base64) any more. */
async function stranger(
  attack: Attack,
  address: string,
  turn: () => Promise<string | undefined>,
  tally: Tally,
): Promise<void> {
  const from = clientsAt(attack.url, address)
  for (;;) {
    const goesOn = await application(from, turn, tally).catch(async error => {
      count(tally, `no answer (${error.cause?.code ?? error.message})`)
      await sleep(RESTS_MS)
      return !attack.over()
    })
    if (!goesOn) return
  }
}

/** All tries of one application. False when there are no more pictures. */
async function application(
  from: ReturnType<typeof clientsAt>,
  turn: () => Promise<string | undefined>,
  tally: Tally,
): Promise<boolean> {
  const phone = await makeApplicant(from, `E${70_000_000 + people++}`)
  const said = await phone.apply()
  if (said.application === undefined) {
    count(tally, `applying: ${said.status} ${said.code}`)
    await sleep(RESTS_MS)
  }
  const path = `/v1/applications/${said.application?.id}`
  for (let n = 0; n < APPLICATION_TRIES_MAX; n++) {
    const picture = await turn()
    if (picture === undefined) return false
    const { challenge, status, code } = await phone.post(`${path}/challenge`, {})
    if (challenge === undefined) {
      count(tally, `challenge: ${status} ${code}`)
      return true
    }
    const capture = phone.capture(challenge, '')
    const [first, ...rest] = capture.frames
    const frames = [{ ...first, picture }, ...rest]
    const checked = await phone.post(`${path}/face`, { ...capture, frames })
    count(tally, `${checked.status} ${checked.code}`)
    if (checked.code === 'RATE_LIMITED') await sleep(RESTS_MS)
  }
  return true
}
