/**
 * Decides which reports of a stock board are accepted; they carry no check. The line is judged by
 * its rate of noise, and each change is asked for again.
 *
 * - A level is accepted once two reports in a row were equal and the line has been quiet: no
 *   foreign byte and no impossible report for 100 ms.
 * - Fire is accepted on a noisy line too, after three reports in a row within 200 ms: a missed
 *   alarm is a danger, a false one an annoyance. Its end waits for a quiet line.
 * - A line that stays noisy for 2 s is given up.
 */
import type { Unsubscribe } from '../ports.ts'

export interface StockJudgeOptions {
  /** The pins of contacts. */
  readonly pins: readonly number[]
  /** The fire loop, active while high. */
  readonly firePin: number | null
  readonly nowMs: () => number
  readonly after: (delayMs: number, run: () => void) => Unsubscribe
  /** Asks the board to report a port again; it answers at once. */
  readonly ask: (port: number) => void
  readonly believe: (pin: number, high: boolean, heldMs: number) => void
  /** The line was noisy for too long. */
  readonly onNoisy: () => void
}

export interface StockJudge {
  /** A report as the line carried it. False: one that this board can't have sent. */
  report(port: number, bits: number): boolean
  /** Something on the line was no message of this board. */
  foreign(): void
  /** No noise was heard of late. */
  quiet(): boolean
  /** Asks for every port: what was lost on the way is made good. */
  askAll(): void
}

export const quietMs = 100
const noisyMsMax = 2000
const lookEveryMs = 25
const fireReports = 3
const fireWithinMs = 200
const portPins = 8

interface Port {
  readonly pins: readonly number[]
  readonly mask: number
  bits: number | null
  sinceMs: number
  times: number
}

export function createStockJudge(options: StockJudgeOptions): StockJudge {
  const { firePin, nowMs, after, ask, believe } = options
  const ports = portsOf(options.pins)
  const firePort = firePin === null ? null : Math.floor(firePin / portPins)
  let foreignMs = Number.NEGATIVE_INFINITY
  let noisySinceMs: number | null = null
  let alarms: number[] = []

  const quiet = () => nowMs() - foreignMs >= quietMs

  function askAll(): void {
    for (const port of ports.keys()) ask(port)
  }

  /** While the line is noisy: is it quiet again, does it burn, is there no end to it? */
  function look(): void {
    if (noisySinceMs === null) return
    if (quiet()) {
      noisySinceMs = null
      askAll()
    } else if (nowMs() - noisySinceMs > noisyMsMax) {
      options.onNoisy()
    } else {
      if (firePort !== null) ask(firePort)
      after(lookEveryMs, look)
    }
  }

  function fireReport(bits: number): void {
    if (firePin === null) return
    if ((bits & bitOf(firePin)) === 0) {
      alarms = []
      return
    }
    const now = nowMs()
    alarms = [...alarms, now].slice(-fireReports)
    const first = alarms[0] ?? now
    if (alarms.length < fireReports || now - first > fireWithinMs) return
    believe(firePin, true, now - first)
  }

  return {
    report(at, bits) {
      const port = ports.get(at)
      if (port === undefined || (bits & ~port.mask) !== 0) return false
      const now = nowMs()
      if (port.bits === bits) port.times += 1
      else Object.assign(port, { bits, sinceMs: now, times: 1 })
      if (at === firePort) fireReport(bits)
      if (!quiet()) return true
      if (port.times === 1) ask(at)
      else {
        for (const pin of port.pins) believe(pin, (bits & bitOf(pin)) !== 0, now - port.sinceMs)
      }
      return true
    },
    foreign() {
      foreignMs = nowMs()
      if (noisySinceMs !== null) return
      noisySinceMs = foreignMs
      after(lookEveryMs, look)
    },
    quiet,
    askAll,
  }
}

const bitOf = (pin: number) => 1 << (pin % portPins)

function portsOf(pins: readonly number[]): Map<number, Port> {
  const ports = new Map<number, Port>()
  for (const at of new Set(pins.map(pin => Math.floor(pin / portPins)))) {
    const own = pins.filter(pin => Math.floor(pin / portPins) === at).sort((a, b) => a - b)
    const mask = own.reduce((bits, pin) => bits | bitOf(pin), 0)
    ports.set(at, { pins: own, mask, bits: null, sinceMs: 0, times: 0 })
  }
  return ports
}
