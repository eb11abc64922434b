/** What a file of scans holds, one after the other, and how a file of each kind is read. */
import type { KeyboardLayout } from '../../../hardware/drivers/hid-layouts.ts'
import type { FrameParserOptions } from '../../../hardware/drivers/scanner-frame.ts'

export type ScannerSuffix = NonNullable<FrameParserOptions['suffix']>

/** One code, with what its file says about it. */
export interface GivenScan {
  readonly what: 'scan'
  /** In the file: `line 3`, `byte 120`, `report 8`, a picture's name. */
  readonly where: string
  readonly text: string
  /** When it was read; as soon as its turn comes unless given. */
  readonly at?: ScanTime | undefined
  /** The only or first one unless given. */
  readonly lane?: string | undefined
  /** The code that is expected, where the file itself says it. */
  readonly expect?: string | undefined
}

export type Scan =
  | GivenScan
  /** Something was there and gives no scan: a bad row, a picture that can't be opened. */
  | { readonly what: 'bad'; readonly where: string; readonly problem: string }
  /** A picture that holds no code. */
  | { readonly what: 'nothing'; readonly where: string }
  /** What a reader's driver drops, as at a gate: no scan and no fault of the file. */
  | { readonly what: 'dropped'; readonly where: string; readonly why: string }

/** From the first scan on, or Unix time; milliseconds. */
export type ScanTime = { readonly sinceMs: number } | { readonly unixMs: number }

/** How the bytes of a scanner are to be read, where they do not say it themselves. */
export interface ReaderSettings {
  /** Bits per second of the line. */
  readonly baudRate: number
  readonly suffix: ScannerSuffix
  /** Answers of a GM65-family module share the line with the scans. */
  readonly gm65: boolean
  /** Of a scanner in keyboard mode. */
  readonly layout: KeyboardLayout
  /** Of CSV times that have none, such as `+08:00`. */
  readonly zone: string | undefined
}

/** Of a file that can't be read at all. */
export class ScansError extends Error {
  override readonly name = 'ScansError'
  readonly code: 'NO_FILE' | 'NO_SCANS' | 'NOT_READABLE' | 'UNKNOWN_KIND'

  constructor(code: ScansError['code'], message: string) {
    super(message)
    this.code = code
  }
}
