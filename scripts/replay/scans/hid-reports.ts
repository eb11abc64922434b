/**
 * What a USB scanner reported, through the gate's own decoder: recordings as in fixtures/hid, a raw
 * dump of the device (`cat /dev/hidraw0`), or a report a line in hexadecimal digits.
 */
import { createReadStream } from 'node:fs'
import { z } from 'zod'
import { createHidAutoDecoder } from '../../../hardware/drivers/hid-auto.ts'
import { KEYBOARD_LAYOUTS } from '../../../hardware/drivers/hid-layouts.ts'
import { createHidPosDecoder, isPosReport } from '../../../hardware/drivers/hid-pos.ts'
import { createHidWedgeDecoder, wedgeReportBytes } from '../../../hardware/drivers/hid-wedge.ts'
import { createRepeatFilter } from '../../../hardware/drivers/repeat-filter.ts'
import type { Frame } from '../../../hardware/drivers/scanner-frame.ts'
import type { ReaderSettings, Scan } from './scan.ts'
import { linesOf } from './text-lines.ts'

/** As in fixtures/hid. */
export const hidRecordingSchema = z.looseObject({
  profile: z.enum(['auto', 'pos', 'wedge']).default('auto'),
  layout: z.enum(KEYBOARD_LAYOUTS).optional(),
  reports: z.array(
    z.string().regex(/^([0-9a-f]{2})*$/i, 'is an even number of hexadecimal digits'),
  ),
})
export type HidRecording = z.infer<typeof hidRecordingSchema>

type Layout = Pick<ReaderSettings, 'layout'>

const DECODERS = {
  auto: createHidAutoDecoder,
  pos: createHidPosDecoder,
  wedge: createHidWedgeDecoder,
} as const
export const POS_REPORT_BYTES = 64
/** A report every millisecond, as USB polls at its fastest. */
const REPORT_MS = 1
/** Longer than a decoder waits for the rest of a code. */
const QUIET_MS = 6000

/** Usage ids of keyboard keys end here (HID Usage Tables 1.12, section 10). */
const KEY_MAX = 0xe7

/** How long each report of a raw dump is, bytes, by its begin; undefined where it is none. */
export function reportBytesOf(head: Uint8Array): number | undefined {
  const [, posData = 0] = head
  if (posData > 0 && isPosReport(head.subarray(0, POS_REPORT_BYTES))) return POS_REPORT_BYTES
  for (let at = 0; at + wedgeReportBytes <= head.length; at += wedgeReportBytes) {
    const [, reserved, ...keys] = head.subarray(at, at + wedgeReportBytes)
    if (reserved !== 0 || keys.some(key => key > KEY_MAX)) return undefined
  }
  return head.length < wedgeReportBytes ? undefined : wedgeReportBytes
}

export async function* hidScans(
  file: string,
  head: Uint8Array,
  { layout }: Layout,
): AsyncGenerator<Scan> {
  const device = openDevice({ profile: 'auto', layout }, 'report')
  const bytes = reportBytesOf(head) ?? POS_REPORT_BYTES
  let rest = Buffer.alloc(0)
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    const all = Buffer.concat([rest, chunk])
    const whole = all.length - (all.length % bytes)
    for (let at = 0; at < whole; at += bytes) yield* device.send(all.subarray(at, at + bytes))
    rest = all.subarray(whole)
  }
  // Half a report at the end of a dump spoils its code, as on the wire.
  if (rest.length > 0) yield* device.send(rest)
  yield* device.end()
}

export async function* hexHidScans(
  file: string,
  head: Uint8Array,
  { layout }: Layout,
): AsyncGenerator<Scan> {
  const device = openDevice({ profile: 'auto', layout }, 'report')
  for await (const { text = '' } of linesOf(file, head)) {
    yield* device.send(Buffer.from(text.replaceAll(/[\s:]/g, ''), 'hex'))
  }
  yield* device.end()
}

/** Each recording is a scanner of its own. */
export function* recordedHidScans(
  recordings: readonly HidRecording[],
  { layout }: Layout,
): Generator<Scan> {
  for (const [i, recording] of recordings.entries()) {
    const device = openDevice({ layout, ...recording }, `recording ${i + 1}, report`)
    for (const report of recording.reports) yield* device.send(Buffer.from(report, 'hex'))
    yield* device.end()
  }
}

function openDevice({ profile, layout }: Pick<HidRecording, 'profile' | 'layout'>, unit: string) {
  let sent = 0
  let dropped: Scan[] = []
  const where = () => `${unit} ${sent}`
  const decoder = DECODERS[profile]({
    layout,
    onDropped: (fault, bytes) =>
      dropped.push({ what: 'dropped', where: where(), why: `${fault}, ${bytes} bytes` }),
  })
  const repeats = createRepeatFilter()

  function* told(frames: readonly Frame[]): Generator<Scan> {
    yield* dropped
    dropped = []
    for (const { text, lastByteMs } of frames) {
      if (repeats.accept(text, lastByteMs)) yield { what: 'scan', where: where(), text }
    }
  }

  return {
    *send(report: Uint8Array): Generator<Scan> {
      sent += 1
      yield* told(decoder.push(report, sent * REPORT_MS))
    },
    *end(): Generator<Scan> {
      yield* told(decoder.idle(sent * REPORT_MS + QUIET_MS))
    },
  }
}
