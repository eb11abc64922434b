/** Which kind of file it is, told by its content, and the reader of each. */
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { z } from 'zod'
import { readJsonText } from '../../../gate/contract/json-text.ts'
import { csvScans, readHeader } from './csv-rows.ts'
import {
  type HidRecording,
  hexHidScans,
  hidRecordingSchema,
  hidScans,
  POS_REPORT_BYTES,
  recordedHidScans,
  reportBytesOf,
} from './hid-reports.ts'
import { pictureScans } from './picture-scans.ts'
import { type ReaderSettings, type Scan, ScansError } from './scan.ts'
import {
  recordedSerialScans,
  type SerialRecording,
  serialRecordingSchema,
  serialScans,
} from './serial-bytes.ts'
import { textScans } from './text-codes.ts'
import { encodingOf } from './text-lines.ts'

/** `serial` and `hid`: raw bytes. `hex-hid`: a report a line. `recordings`: JSON of either. */
export const KINDS = ['text', 'csv', 'serial', 'hid', 'hex-hid', 'recordings', 'pictures'] as const
export type Kind = (typeof KINDS)[number]

const HEAD_BYTES = 4096
const RECORDINGS_BYTES_MAX = 16 * 2 ** 20

export interface Source {
  readonly kind: Kind
  readonly scans: AsyncIterable<Scan>
}

/** `forced`: whatever it looks like. Throws ScansError. */
export function openScans(
  path: string,
  forced: Kind | undefined,
  settings: ReaderSettings,
): Source {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) throw new ScansError('NO_FILE', `${path}: no such file or folder`)
  const head = found.isDirectory() ? undefined : headOf(path)
  if (head?.length === 0) throw new ScansError('NO_SCANS', `${path}: the file is empty`)
  const kind = forced ?? (head === undefined ? 'pictures' : kindOf(head))
  if (head === undefined && kind !== 'pictures') {
    throw new ScansError('NOT_READABLE', `${path}: is a folder; only pictures come in folders`)
  }
  return { kind, scans: READERS[kind](path, head ?? new Uint8Array(), settings) }
}

const READERS: Readonly<
  Record<Kind, (path: string, head: Uint8Array, settings: ReaderSettings) => AsyncIterable<Scan>>
> = {
  text: textScans,
  csv: (path, head, { zone }) => csvScans(path, head, zone),
  serial: (path, _, settings) => serialScans(path, settings),
  hid: hidScans,
  'hex-hid': hexHidScans,
  recordings: (path, _, settings) => recordedScans(path, settings),
  pictures: pictureScans,
}

function headOf(path: string): Uint8Array {
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    const head = new Uint8Array(HEAD_BYTES)
    return head.subarray(0, readSync(file, head))
  } catch (error) {
    throw new ScansError('NOT_READABLE', `${path}: ${(error as Error).message}`)
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/** PNG, JPEG, GIF, BMP, TIFF, and RIFF and ISO files, which WebP and AVIF are. */
const PICTURES = ['89504e47', 'ffd8ff', '47494638', '424d', '49492a00', '4d4d002a', '52494646']
const AVIF = /^.{8}66747970/

export function kindOf(head: Uint8Array): Kind {
  const hex = Buffer.from(head.subarray(0, 16)).toString('hex')
  if (PICTURES.some(mark => hex.startsWith(mark)) || AVIF.test(hex)) return 'pictures'
  const text = new TextDecoder(encodingOf(head)).decode(head)
  if (isText(text)) return textKind(text)
  return reportBytesOf(head) === undefined ? 'serial' : 'hid'
}

/** Nothing in it that only a machine writes, and few characters that are none in its encoding. */
function isText(text: string): boolean {
  const unreadable = text.split('\ufffd').length - 1
  const hasControls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(text)
  return !hasControls && unreadable <= text.length / 10
}

const HEX_REPORT = new RegExp(
  `^([0-9a-f]{2}[ :]?){8}(([0-9a-f]{2}[ :]?){${POS_REPORT_BYTES - 8}})?$`,
  'i',
)

function textKind(text: string): Kind {
  const first = text.split(/\r\n|\r|\n/).find(line => line.trim() !== '') ?? ''
  if (/^\s*(\[\s*)?\{/.test(text)) return 'recordings'
  if (HEX_REPORT.test(first.trim())) return 'hex-hid'
  return readHeader(first, 'code') === undefined ? 'text' : 'csv'
}

const recordingsSchema = z.union([
  z.array(serialRecordingSchema).min(1),
  z.array(hidRecordingSchema).min(1),
])

const isHid = (all: readonly SerialRecording[] | readonly HidRecording[]): all is HidRecording[] =>
  all.some(one => 'reports' in one)

async function* recordedScans(path: string, settings: ReaderSettings): AsyncGenerator<Scan> {
  if (statSync(path).size > RECORDINGS_BYTES_MAX) {
    throw new ScansError('NOT_READABLE', `${path}: over ${RECORDINGS_BYTES_MAX} bytes of JSON`)
  }
  const read = readJsonText(readFileSync(path))
  if (!read.ok) throw new ScansError('NOT_READABLE', `${path}: ${read.problem}`)
  const { data } = recordingsSchema.safeParse(Array.isArray(read.value) ? read.value : [read.value])
  if (data === undefined) {
    const what = 'recordings are as in fixtures/scans ("hex") or fixtures/hid ("reports")'
    throw new ScansError('UNKNOWN_KIND', `${path}: ${what}`)
  }
  if (isHid(data)) yield* recordedHidScans(data, settings)
  else yield* recordedSerialScans(data, settings)
}
