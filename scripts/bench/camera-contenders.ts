/** Three ways to read a picture, by CPU time in turns: the whole chain, its fast look alone, jsQR. */
import { createChain, lookLong } from '../../hardware/drivers/camera/chain.ts'
import { createJsqr } from '../../hardware/drivers/camera/jsqr-engine.ts'
import type { FoundCode, Picture } from '../../hardware/drivers/camera/picture.ts'
import { openZxing } from '../../hardware/drivers/camera/zxing-engine.ts'
import { type Figure, figure } from './figure.ts'
import { spreadOf } from './spread.ts'

export const CONTENDERS = ['the chain', 'zxing alone', 'jsQR'] as const
export type Contender = (typeof CONTENDERS)[number]

type Read = (picture: Picture) => readonly FoundCode[]

export interface Tally {
  read: number
  wrong: number
  /** CPU time of each picture, milliseconds. */
  readonly ms: number[]
}

export interface Contest {
  /** Shows one picture to all. `isRight` judges a text. True for each that read it. */
  show(picture: Picture, isRight: (text: string) => boolean): Record<Contender, boolean>
  readonly tallies: Readonly<Record<Contender, Tally>>
}

/** Of this thread, milliseconds. */
export function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

export async function openContest(): Promise<Contest> {
  const zxing = await openZxing()
  const chain = createChain(zxing)
  const jsqr = createJsqr()
  const reads: Record<Contender, Read> = {
    'the chain': picture => lookLong(chain, picture),
    'zxing alone': picture => zxing.decode(picture),
    jsQR: picture => jsqr.decode(picture),
  }
  const empty = (): Tally => ({ read: 0, wrong: 0, ms: [] })
  const tallies = { 'the chain': empty(), 'zxing alone': empty(), jsQR: empty() }

  function readBy(one: Contender, picture: Picture, isRight: (text: string) => boolean): boolean {
    const from = cpuMs()
    const codes = reads[one](picture)
    const tally = tallies[one]
    tally.ms.push(cpuMs() - from)
    const isRead = codes.some(({ text }) => isRight(text))
    tally.read += Number(isRead)
    tally.wrong += Number(codes.some(({ text }) => !isRight(text)))
    return isRead
  }

  return {
    tallies,
    show(picture, isRight) {
      const by = (one: Contender) => readBy(one, picture, isRight)
      return { 'the chain': by('the chain'), 'zxing alone': by('zxing alone'), jsQR: by('jsQR') }
    },
  }
}

const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0)

/** Rates, wrong texts and times. Goals of the chain's rate, as `≥ 0.95`, and of both times to jsQR's. */
export function contestFigures(
  part: string,
  what: string,
  contest: Contest,
  goals: { readonly rate: string; readonly time?: string },
): Figure[] {
  const { tallies } = contest
  const count = tallies.jsQR.ms.length
  const jsqrMs = sum(tallies.jsQR.ms)
  const rates = CONTENDERS.map(one => {
    const { read } = tallies[one]
    const ours = one === 'the chain' ? { goal: goals.rate } : {}
    return figure(part, `${what} read, ${one}`, [read, `of ${count}`], {
      ratio: read / count,
      ...ours,
    })
  })
  const wrong = CONTENDERS.map(one =>
    figure(part, `${what} read wrongly, ${one}`, [tallies[one].wrong, `of ${count}`], {
      ...{ ratio: tallies[one].wrong / count, goal: '≤ 0' },
    }),
  )
  const times = CONTENDERS.flatMap(one => {
    const { ms } = tallies[one]
    const ours = one !== 'the chain' || goals.time === undefined ? {} : { goal: goals.time }
    const all = sum(ms)
    return [
      figure(part, `${what}, time of all, ${one}`, [all, 'ms'], {
        ...{ peer: 'jsQR', ratio: all / jsqrMs },
        ...ours,
      }),
      figure(part, `${what}, median time, ${one}`, [spreadOf(ms), 'ms']),
    ]
  })
  return [...rates, ...wrong, ...times]
}
