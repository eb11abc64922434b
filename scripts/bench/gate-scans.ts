/** Scans at the first lane of a world, one after the other, each until its passage; and their figures. */
import type { Phone } from '../../fixtures/phone.ts'
import type { SimLane } from '../../fixtures/sim-lane.ts'
import type { World } from '../../fixtures/world.ts'
import { until } from '../../hardware/sim/until.ts'
import { checkCharacter } from '../../server/domain/document.ts'

/** Codes of one phone differ by the second they were shown in, and are good for 30 of them. */
const SHOWN_AGO_S = 20

export async function phonesOf(world: World, count: number): Promise<Phone[]> {
  const phones: Phone[] = []
  for (let n = 0; n < count; n++) phones.push(await world.traveller(numberOf(n)))
  return phones
}

/** Shows a code to a reader of the lane. */
export type Show = (lane: SimLane, text: string) => void

export interface Scanned {
  /** From the show to its relay's pin. */
  readonly ms: number
  readonly characters: number
}

/** Shows another code each time. The world's policy allows the same pass again. */
export function createScans(world: World, phones: readonly Phone[]) {
  const used = new Set<string>()
  return (count: number, show: Show) => scans(world, phones, used, count, show)
}

async function scans(
  world: World,
  phones: readonly Phone[],
  used: Set<string>,
  count: number,
  show: Show,
): Promise<readonly Scanned[]> {
  const lane = world.lanes[0]
  if (lane === undefined) throw new Error('no lane')
  const took: Scanned[] = []
  const passages = passagesOf(world)
  for (let i = 0; took.length < count; i++) {
    const agoS = Math.floor(i / phones.length) % SHOWN_AGO_S
    const shownS = Math.floor(Date.now() / 1000) - agoS
    const phone = phones[i % phones.length] as Phone
    const name = `${phone.certificateId} ${shownS}`
    if (used.has(name)) {
      await new Promise(resolve => setTimeout(resolve, 50))
      continue
    }
    used.add(name)
    const text = await phone.present(shownS * 1000)
    let highMs: number | undefined
    const end = lane.board.onPin((pin, level, atMs) => {
      if (pin === lane.relayPin && level === 1) highMs ??= atMs
    })
    const fromMs = performance.now()
    show(lane, text)
    await until('the relay', () => highMs !== undefined)
    end()
    took.push({ ms: (highMs ?? Number.NaN) - fromMs, characters: text.length })
    lane.turnstile.setContact('passA', true)
    await until('the arm to be seen', () => !lane.turnstile.relay('entry'))
    lane.turnstile.setContact('passA', false)
    await until('the passage', () => passagesOf(world) >= passages + took.length)
  }
  return took
}

export interface ScanWay {
  readonly count: number
  /** Of all: seconds from a code's last byte or frame to the relay's call, its row on disk. */
  readonly seconds: number
  readonly within5ms: number
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
    within5ms: figure('bucket{le="0.005"}'),
  }
}

/** A resident ID number of nobody, its check character right. */
function numberOf(n: number): string {
  const first17 = `110105194912${String(10 + (n % 20)).padStart(2, '0')}${String(100 + n)}`
  return first17 + checkCharacter(first17)
}

function passagesOf(world: World): number {
  return world.gate().lines.filter(line => line.event === 'passage').length
}
