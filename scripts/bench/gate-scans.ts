/** Scans at a lane of a world, one after the other, each until its passage; and their figures. */
import type { Phone } from '../../fixtures/phone.ts'
import type { SimLane } from '../../fixtures/sim-lane.ts'
import type { World } from '../../fixtures/world.ts'
import { until } from '../../hardware/sim/until.ts'
import { checkCharacter } from '../../server/domain/document.ts'

/** Codes of one phone differ by the second they were shown in, and are good for 30 of them. */
const SHOWN_AGO_S = 20

/** Line speed of the scanners whose own time is taken off, bit/s. */
export const SCANNER_BAUD = 115_200
const BITS_A_BYTE = 10

/** `from`: the number of the first; each number is another traveller. */
export async function phonesOf(world: World, count: number, from = 0): Promise<Phone[]> {
  const phones: Phone[] = []
  for (let n = from; n < from + count; n++) phones.push(await world.traveller(numberOf(n)))
  return phones
}

/** Shows a code to a reader of the lane. */
export type Show = (lane: SimLane, text: string) => void

export interface Scanned {
  /** When it was shown, as `performance.now()`. */
  readonly fromMs: number
  /** From the show to its relay's pin. */
  readonly ms: number
  readonly characters: number
}

/** What the line takes to carry it. */
export const lineMs = ({ characters }: Scanned): number =>
  ((characters + 1) * BITS_A_BYTE * 1000) / SCANNER_BAUD

/** Without the line's own time. */
export const lastByteToRelayMs = (scanned: Scanned): number => scanned.ms - lineMs(scanned)

/** So many scans at one lane, one after the other. */
export type Scans = (count: number, show: Show) => Promise<readonly Scanned[]>

/**
 * At the first lane unless given, by phones of its own. Shows another code each time. The world's
 * policy allows the same pass again.
 */
export function createScans(world: World, phones: readonly Phone[], at?: SimLane): Scans {
  const lane = at ?? world.lanes[0]
  if (lane === undefined) throw new Error('no lane')
  const used = new Set<string>()
  let passages = 0
  let turn = 0
  world.gate().onLine(line => {
    if (line.event === 'passage' && line.lane === lane.name) passages += 1
  })

  /** The text of a code that was not shown yet. */
  async function newCode(): Promise<string> {
    for (;;) {
      const agoS = Math.floor(turn / phones.length) % SHOWN_AGO_S
      const shownS = Math.floor(Date.now() / 1000) - agoS
      const phone = phones[turn++ % phones.length] as Phone
      const name = `${phone.certificateId} ${shownS}`
      if (!used.has(name)) {
        used.add(name)
        return phone.present(shownS * 1000)
      }
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }

  async function scan(lane: SimLane, show: Show): Promise<Scanned> {
    const text = await newCode()
    let highMs: number | undefined
    const end = lane.board.onPin((pin, level, atMs) => {
      if (pin === lane.relayPin && level === 1) highMs ??= atMs
    })
    const before = passages
    const fromMs = performance.now()
    show(lane, text)
    await until('the relay', () => highMs !== undefined)
    end()
    lane.turnstile.setContact('passA', true)
    await until('the arm to be seen', () => !lane.turnstile.relay('entry'))
    lane.turnstile.setContact('passA', false)
    await until('the passage', () => passages > before)
    return { fromMs, ms: (highMs ?? Number.NaN) - fromMs, characters: text.length }
  }

  return async (count, show) => {
    const took: Scanned[] = []
    while (took.length < count) took.push(await scan(lane, show))
    return took
  }
}

export interface ScanWay {
  readonly count: number
  /** Of all: seconds from a code's last byte or frame to the relay's call, its row on disk. */
  readonly seconds: number
}

/** What the gate itself counted since it runs. Its figures must be served. */
export async function wayOfScans(world: World): Promise<ScanWay> {
  const { port } = await world.gate().line('metrics', line => line.event === 'metrics')
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const figure = (what: string) =>
    Number(new RegExp(`scan_to_relay_seconds_${what} (\\S+)`).exec(text)?.[1])
  return {
    count: figure('count'),
    seconds: figure('sum'),
  }
}

/** A resident ID number of nobody, its check character right. */
function numberOf(n: number): string {
  const first17 = `110105194912${String(10 + (n % 20)).padStart(2, '0')}${String(100 + n)}`
  return first17 + checkCharacter(first17)
}
