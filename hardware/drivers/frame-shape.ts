/**
 * What stands around a code in a scanner's frame: an STX before it, a suffix byte behind it, a prefix
 * that was set at the scanner. Pure.
 *
 * On a disturbed line an STX or a suffix byte may also be the code's own first or last character
 * that was turned into it. So it is taken off only where that can't be, or after the code before had
 * the same around it.
 */
import { prefixCharsMax } from '../limits.ts'
import { frameText } from './frame-text.ts'

export const stx = 0x02

/** Bytes beside CR and LF that a scanner may end a code with. */
export const suffixBytes = { NUL: 0x00, ETX: 0x03, EOT: 0x04, TAB: 0x09, GS: 0x1d } as const
export type SuffixName = keyof typeof suffixBytes

const suffixSet: ReadonlySet<number> = new Set(Object.values(suffixBytes))
export const isSuffixByte = (byte: number): boolean => suffixSet.has(byte)

/** What ended a frame: CR or LF, a pause, or this suffix byte. */
export type FrameEnd = 'line' | 'pause' | number

/** Begins every pass (rule T2 of pass/specification.md): its first character is not lost then. */
const passBegin = /^RP[0-9]{1,3}:/

/** Throws RangeError for a prefix that no code may have. */
export function checkPrefix(name: string, prefix: string | undefined): void {
  if (prefix === undefined) return
  if (/^[!-~]+$/.test(prefix) && prefix.length <= prefixCharsMax) return
  throw new RangeError(`${name}: a prefix has 1 to ${prefixCharsMax} printable characters`)
}

/** A code's text, and whether it is sure that nothing of it is missing. */
export interface ShapedCode {
  readonly text: string
  /** `ifEtx`: only where an ETX or EOT still follows its line end. */
  readonly sure: 'yes' | 'no' | 'ifEtx'
  /** The suffix byte behind it that was seen twice in a row. */
  readonly suffix: number | null
}

export interface FrameShapes {
  /** Null when the frame holds no text. */
  read(frame: Uint8Array, end: FrameEnd): ShapedCode | null
}

export function createFrameShapes(prefix = ''): FrameShapes {
  let last: { readonly begun: boolean; readonly suffix: number | null } | null = null
  const withPrefix = Buffer.from(prefix, 'latin1')

  /** A pass is taken without the prefix too: a scanner may have lost its settings. */
  function textOf(code: Uint8Array): string | null {
    const has = withPrefix.equals(code.subarray(0, withPrefix.length))
    const text = frameText(has ? code.subarray(withPrefix.length) : code)
    return has || (text !== null && passBegin.test(text)) ? text : null
  }

  return {
    read(frame, end) {
      const begun = frame[0] === stx
      const lastByte = frame.at(-1) ?? stx
      const behind = typeof end !== 'number' && isSuffixByte(lastByte)
      const suffix = typeof end === 'number' ? end : behind ? lastByte : null
      const text = textOf(frame.subarray(begun ? 1 : 0, behind ? -1 : frame.length))
      if (text === null) return null
      const before = last
      last = { begun, suffix }
      const again = before?.begun === begun && before.suffix === suffix
      const framed = begun && closesStx(suffix)
      const first = before === null && (framed || end === 'pause')
      const headSure = !begun || passBegin.test(text)
      // A TAB behind a code counts as a blank.
      const tailSure = !behind || suffix === suffixBytes.TAB
      const sure = again || first || (headSure && tailSure)
      const mayBe = before === null && end === 'line' && tailSure
      return {
        text,
        sure: sure ? 'yes' : mayBe ? 'ifEtx' : 'no',
        suffix: again ? suffix : null,
      }
    },
  }
}

export function closesStx(byte: number | null): boolean {
  return byte === suffixBytes.ETX || byte === suffixBytes.EOT
}
