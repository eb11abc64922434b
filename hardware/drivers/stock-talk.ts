/**
 * The link to a board with stock firmware by Firmata, whose messages carry no check: its reports go
 * through stock-judge.ts, and orders to it can't be guarded.
 */
import type { Firmata } from 'firmata-io'
import { noisy, restarted, silent } from './board-faults.ts'
import { type BoardLink, pinModes } from './board-io.ts'
import { silentMsMax, type Talk, type TalkParts, versionQuery } from './board-talk.ts'
import { createStockJudge } from './stock-judge.ts'

const beatMs = 250
const probeEveryMs = 1000
const portPins = 8
const command = { report: 0x90, askReport: 0xd0, version: 0xf9, firmware: 0x79, pinState: 0x6e }

export interface StockOptions {
  /** Its handshake is done. */
  readonly firmata: Firmata
  /** Hands a message to `firmata`. */
  readonly forward: (bytes: readonly number[]) => void
}

export function talkStock(parts: TalkParts, { firmata, forward }: StockOptions): Talk {
  const { name, clock, pins } = parts
  const contacts = [...pins.contacts.values()].map(({ pin }) => pin)
  const firmware = firmata.firmware.name
  const { major, minor } = firmata.version
  let heardMs = clock.monotonicMs()

  const judge = createStockJudge({
    pins: contacts,
    firePin: pins.contacts.get('fire')?.pin ?? null,
    nowMs: () => clock.monotonicMs(),
    after: parts.after,
    ask: port => void parts.send([command.askReport | port, 1]),
    believe: parts.onLevel,
    onNoisy: () => parts.fail(noisy(name)),
  })

  function foreign(count: number): void {
    judge.foreign()
    parts.onDropped('FOREIGN', count)
  }

  function impossible(): void {
    judge.foreign()
    parts.onDropped('IMPOSSIBLE', 1)
  }

  const link: BoardLink = {
    supports: (pin, mode) => firmata.pins[pin]?.supportedModes.includes(mode) === true,
    begin(modes, levels) {
      for (const [pin, mode] of modes) {
        if (mode !== pinModes.output) continue
        const level = levels.get(pin) ?? 0
        if (level === 0) firmata.digitalWrite(pin, 0)
        firmata.pinMode(pin, mode)
        firmata.digitalWrite(pin, level)
      }
      for (const pin of contacts) firmata.pinMode(pin, pinModes.pullup)
      for (const port of new Set(contacts.map(pin => Math.floor(pin / portPins)))) {
        void parts.send([command.askReport | port, 1])
      }
    },
    write: (pin, value) => firmata.digitalWrite(pin, value),
  }

  /** A board that restarted unheard still answers heartbeats, but its relays are no outputs. */
  function probe(): void {
    for (const pin of pins.relays.values()) firmata.queryPinState(pin, () => {})
    parts.after(probeEveryMs, probe)
  }

  /** Told twice in a row, on a quiet line: an answer carries no check. */
  function watch(pin: number): void {
    let times = 0
    firmata.on(`pin-state-${pin}`, () => {
      const { mode = -1, supportedModes = [] } = firmata.pins[pin] ?? {}
      if (!supportedModes.includes(mode)) impossible()
      times = mode === pinModes.output || !judge.quiet() ? 0 : times + 1
      if (times === 1) firmata.queryPinState(pin, () => {})
      if (times === 2) parts.fail(restarted(name))
    })
  }

  function beat(): void {
    if (clock.monotonicMs() - heardMs > silentMsMax) {
      parts.fail(silent(name, 'stopped answering'))
      return
    }
    void parts.send(versionQuery)
    judge.askAll()
    parts.after(beatMs, beat)
  }

  function sysex(bytes: readonly number[]): void {
    if (bytes[1] === command.pinState) forward(bytes)
    else if (bytes[1] === command.firmware) {
      forward(bytes)
      if (firmata.firmware.name === firmware) parts.fail(restarted(name))
    }
  }

  function begin(): void {
    for (const pin of pins.relays.values()) watch(pin)
    parts.onUsable(link)
    beat()
    probe()
  }

  begin()
  return {
    message(bytes) {
      const [first = 0, low = 0, high = 0] = bytes
      if (first === 0xf0) sysex(bytes)
      else if (first === command.version && low === major && high === minor) {
        heardMs = clock.monotonicMs()
      } else if ((first & 0xf0) === command.report) {
        if (!judge.report(first & 0x0f, low | (high << 7))) impossible()
      } else foreign(bytes.length)
    },
    foreign,
    resetFire() {},
    flushed: () => parts.send(versionQuery),
  }
}
