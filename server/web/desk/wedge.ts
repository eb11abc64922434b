/**
 * The scanner's keys in the browser: read wherever the focus is. What a scan had typed into a field
 * before it was known as one is taken out again.
 */
import { createScannerReader } from './scanner.ts'

type Field = HTMLInputElement | HTMLTextAreaElement

export interface WedgeListener {
  /** Elsewhere keys that come fast are nobody's but the field's: a password manager's, or a token's. */
  isListening(): boolean
  onScan(text: string): void
  /** An input method has the keyboard: a scanner's keys would become Chinese. */
  onInputMethod(): void
}

/** Keys that an input method takes come so fast from a scanner alone. */
const IME_KEYS = 8
const IME_WITHIN_MS = 150

export function listenForScans({ isListening, onScan, onInputMethod }: WedgeListener): void {
  const reader = createScannerReader()
  let before: { readonly field: Field; readonly value: string } | undefined
  let taken: number[] = []

  addEventListener(
    'keydown',
    event => {
      if (!isListening()) return
      if (event.isComposing || event.key === 'Process') {
        taken = [...taken, event.timeStamp].slice(-IME_KEYS)
        const span = event.timeStamp - (taken[0] ?? 0)
        if (taken.length === IME_KEYS && span < IME_WITHIN_MS) {
          taken = []
          onInputMethod()
        }
        return
      }
      const isOther = event.repeat || event.ctrlKey || event.altKey || event.metaKey
      const heard = reader.hear({ key: event.key, at: event.timeStamp, isOther })
      if (heard.is === 'first') before = fieldNow()
      if (heard.is === 'typed' || heard.is === 'first') return
      event.preventDefault()
      event.stopPropagation()
      if (heard.is !== 'scan') return
      if (before !== undefined) putBack(before.field, before.value)
      onScan(heard.text)
    },
    { capture: true },
  )
}

function fieldNow(): { readonly field: Field; readonly value: string } | undefined {
  const field = document.activeElement
  const isText = field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement
  return isText ? { field, value: field.value } : undefined
}

/** As if it were typed, so that the view hears of it. */
function putBack(field: Field, value: string): void {
  field.value = value
  field.dispatchEvent(new Event('input', { bubbles: true }))
}
