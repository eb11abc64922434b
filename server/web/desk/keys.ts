/**
 * Keys of the desk: Alt with a digit, which browsers leave to the page where it takes them, and which no
 * scanner sends. By the place of the key, since Alt with a digit writes signs on some keyboards.
 */
export const KEYS = {
  number: 0,
  paper: 1,
  sale: 2,
  change: 3,
  refund: 4,
  issue: 5,
  unlock: 6,
  queue: 7,
  find: 8,
  revoke: 9,
} as const
export type KeyName = keyof typeof KEYS

/** As it stands beside the button, and as `aria-keyshortcuts` wants it. */
export const keyText = (name: KeyName): string => `Alt ${KEYS[name]}`
export const keyShortcut = (name: KeyName): string => `Alt+${KEYS[name]}`

interface Pressed {
  readonly code: string
  readonly altKey: boolean
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly shiftKey: boolean
}

/** What was pressed for; AltGr, which is Ctrl with Alt, writes characters and is nobody's key here. */
export function keyOf({ code, altKey, ctrlKey, metaKey, shiftKey }: Pressed): KeyName | undefined {
  if (!altKey || ctrlKey || metaKey || shiftKey) return undefined
  const digit = /^Digit(\d)$/.exec(code)?.[1]
  const names = Object.keys(KEYS) as KeyName[]
  return digit === undefined ? undefined : names.find(name => KEYS[name] === Number(digit))
}
