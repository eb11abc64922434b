/**
 * What a scanner sent over its serial line, through the gate's own driver: raw bytes, or recordings
 * as in fixtures/scans. A capture has no pauses, so its bytes come at the line's speed one after the
 * other.
 */
import { createReadStream } from 'node:fs'
import { z } from 'zod'
import { createVirtualTime } from '../../../fixtures/clock.ts'
import { createSerialScanner } from '../../../hardware/drivers/scanner-serial.ts'
import type { ByteTransport } from '../../../hardware/ports.ts'
import type { ReaderSettings, Scan } from './scan.ts'

/** As in fixtures/scans. */
export const serialRecordingSchema = z.looseObject({
  hex: z.string().regex(/^([0-9a-f]{2})*$/i, 'is an even number of hexadecimal digits'),
  suffix: z.enum(['required', 'learn']).default('learn'),
  gm65: z.boolean().default(false),
})
export type SerialRecording = z.infer<typeof serialRecordingSchema>

type LineSettings = Pick<ReaderSettings, 'baudRate' | 'suffix' | 'gm65'>

/** Longer than a driver waits for the rest of a code. */
const QUIET_MS = 6000
const BITS_A_BYTE = 10

export async function* serialScans(file: string, settings: LineSettings): AsyncGenerator<Scan> {
  const line = openLine(settings, 'byte')
  for await (const chunk of createReadStream(file) as AsyncIterable<Uint8Array>) {
    yield* line.send(chunk)
  }
  yield* line.end()
}

/** Each recording is a scanner of its own. */
export function* recordedSerialScans(
  recordings: readonly SerialRecording[],
  { baudRate }: Pick<ReaderSettings, 'baudRate'>,
): Generator<Scan> {
  for (const [i, { hex, suffix, gm65 }] of recordings.entries()) {
    const line = openLine({ baudRate, suffix, gm65 }, `recording ${i + 1}, byte`)
    yield* line.send(Buffer.from(hex, 'hex'))
    yield* line.end()
  }
}

function openLine({ baudRate, suffix, gm65 }: LineSettings, unit: string) {
  const time = createVirtualTime()
  let found: Scan[] = []
  let sent = 0
  let receive: (bytes: Uint8Array) => void = () => {}
  const port: ByteTransport = {
    name: 'capture',
    onState(listener) {
      listener({ state: 'ready' })
      return () => {}
    },
    onBytes(listener) {
      receive = listener
      return () => {}
    },
    // A module that is set up answers in its capture, if at all.
    write: async () => {},
    close: async () => {},
  }
  const scanner = createSerialScanner({
    ...{ name: 'capture', port, baudRate, suffix, gm65 },
    ...{ timers: time.timers, clock: time.clock, random: () => 0 },
  })
  const where = () => `${unit} ${sent}`
  scanner.onReading(({ text }) => found.push({ what: 'scan', where: where(), text }))
  scanner.onDropped?.((fault, bytes) =>
    found.push({ what: 'dropped', where: where(), why: `${fault}, ${bytes} bytes` }),
  )

  function* taken(): Generator<Scan> {
    yield* found
    found = []
  }

  return {
    *send(bytes: Uint8Array): Generator<Scan> {
      for (const byte of bytes) {
        sent += 1
        time.advance((BITS_A_BYTE * 1000) / baudRate)
        receive(Uint8Array.of(byte))
        if (found.length > 0) yield* taken()
      }
    },
    *end(): Generator<Scan> {
      time.advance(QUIET_MS)
      yield* taken()
    },
  }
}
