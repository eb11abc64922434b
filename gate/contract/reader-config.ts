/**
 * The config of a lane's readers, whatever they are connected by: a list of entries, each with its
 * kind. `scanner` and `exitScanner` are the older form, of one serial scanner a direction.
 */
import { z } from 'zod'
import { cameraSource } from './camera-config.ts'
import type { Direction } from './events.ts'

export const READERS_MAX = 8

export const port = z
  .string()
  .min(1)
  .max(200)
  .describe('serial port: a device path, or vendor:product[:serial] of a USB device')

const pauseMs = z
  .int()
  .min(50)
  .max(2000)
  .optional()
  .describe(
    'longest pause in the middle of a code, ms; default 500. A code with a longer one is dropped ' +
      'whole. Where no suffix is known only the pause ends a code, with 50 ms as its default',
  )

const serialFields = {
  port,
  baudRate: z
    .union([9600, 19200, 38400, 57600, 115200].map(rate => z.literal(rate)))
    .default(9600)
    .describe('line speed, bit/s'),
  profile: z.enum(['plain', 'gm65']).default('plain').describe('plain text, or GM65 commands'),
  suffix: z
    .enum(['learn', 'required', 'none', 'TAB', 'EOT', 'ETX', 'GS', 'NUL'])
    .default('learn')
    .describe(
      'what ends a code beside CR and LF: what the scanner was seen to send, and a pause until then ' +
        '("learn"); nothing else ("required"); a pause ("none"); this byte',
    ),
  prefix: z
    .string()
    .regex(/^[!-~]{1,20}$/)
    .optional()
    .describe(
      'what the scanner was set to send before each code, 1 to 20 printable characters; AIM ' +
        'identifier, ECI marker, byte order mark and STX are found without it',
    ),
  pauseMs,
}

export const scannerSchema = z.strictObject(serialFields)

const direction = z
  .enum(['entry', 'exit'])
  .optional()
  .describe('which way its codes open; must be given on a lane for both ways')

const hidFields = {
  device: z
    .string()
    .regex(/^[0-9a-f]{4}:[0-9a-f]{4}(:.{1,128})?$/i)
    .optional()
    .describe('vendor:product[:serial] of the USB device, in hex'),
  path: z
    .string()
    .regex(/^\d{1,3}-\d{1,3}(\.\d{1,3}){0,6}$/)
    .optional()
    .describe('USB port that it is plugged into, as 1-1.2: tells two equal devices apart'),
  profile: z
    .enum(['auto', 'pos', 'wedge'])
    .default('auto')
    .describe('HID POS reports, or a keyboard (wedge); auto goes by the reports'),
  layout: z
    .enum(['us', 'uk', 'de', 'fr'])
    .default('us')
    .describe('keyboard layout that a wedge is set to'),
  pauseMs,
}

export const readerSchema = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({
      kind: z.literal('serial').describe('a scanner on a serial port, USB-CDC or RS-232'),
      direction,
      ...serialFields,
    }),
    z.strictObject({
      kind: z.literal('hid').describe('a USB scanner without a serial port'),
      direction,
      ...hidFields,
    }),
    z.strictObject({
      kind: z.literal('camera').describe('a camera that looks at phones'),
      direction,
      source: cameraSource,
      engine: z
        .enum(['auto', 'zxing', 'jsqr'])
        .default('auto')
        .describe('what decodes its frames; jsqr for a board without WebAssembly'),
    }),
  ],
  { error: 'kind must be "serial" or "hid" or "camera"' },
)
export type ReaderConfig = z.infer<typeof readerSchema>

/** One reader of a lane: what it is called, which way its codes open, and how it is connected. */
export interface LaneReaderConfig {
  /** As journal, logs and metrics name it. */
  readonly name: string
  readonly direction: Direction
  readonly config: ReaderConfig
}

/** What of a lane's config is about its readers. */
export interface ReadersOfLane {
  readonly name: string
  readonly direction: Direction | 'both'
  readonly scanner?: z.infer<typeof scannerSchema> | undefined
  readonly exitScanner?: z.infer<typeof scannerSchema> | undefined
  readonly readers?: readonly ReaderConfig[] | undefined
}

/**
 * The readers of a lane, in either form. Those of a list are named by their kind, numbered from the
 * second of a kind on: `A.serial`, `A.hid`, `A.hid2`.
 */
export function readersOf(lane: ReadersOfLane): LaneReaderConfig[] {
  const { name, scanner, exitScanner } = lane
  const first: Direction = lane.direction === 'exit' ? 'exit' : 'entry'
  if (lane.readers !== undefined) {
    const counts = new Map<string, number>()
    return lane.readers.map(config => {
      const count = (counts.get(config.kind) ?? 0) + 1
      counts.set(config.kind, count)
      const own = `${config.kind}${count === 1 ? '' : count}`
      return { name: `${name}.${own}`, direction: config.direction ?? first, config }
    })
  }
  const serial = (own: 'scanner' | 'exitScanner', direction: Direction, of: typeof scanner) =>
    of === undefined
      ? []
      : [{ name: `${name}.${own}`, direction, config: { kind: 'serial', ...of } as const }]
  return [...serial('scanner', first, scanner), ...serial('exitScanner', 'exit', exitScanner)]
}
