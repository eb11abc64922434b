/**
 * What the keys of a keyboard type, by layout, as Windows has them: scanners in keyboard mode are set
 * to a country and send the keys that type their text there. Usage ids are those of the keyboard page
 * (HID Usage Tables, section 10).
 */

export const KEYBOARD_LAYOUTS = ['us', 'uk', 'de', 'fr'] as const
export type KeyboardLayout = (typeof KEYBOARD_LAYOUTS)[number]

/** A key's characters: alone, with Shift, with AltGr. */
export type KeyLevel = 'plain' | 'shift' | 'altGr'

export interface Typed {
  readonly text: string
  /** Types nothing yet: with a space it is `text`, with a letter an accent. */
  readonly dead: boolean
}

export interface Layout {
  /** Undefined for a key that types nothing. */
  typed(key: number, level: KeyLevel): Typed | undefined
  /** Whether Caps Lock turns Shift round for this key. */
  capsTurns(key: number): boolean
  /** Every key that types something, of the main block before the keypad. */
  readonly keys: readonly number[]
}

/** Rows of characters, each from a first usage id on; `shift` above them. */
interface LayoutTable {
  /** 0x04 to 0x1d. */
  readonly letters: readonly [plain: string, shift: string]
  /** 0x1e to 0x27: the keys 1 to 9 and 0. */
  readonly digits: readonly [plain: string, shift: string]
  /** 0x2d to 0x38; 0x31 and 0x32 are the same key of two kinds of keyboard. */
  readonly marks: readonly [plain: string, shift: string]
  /** 0x64, beside the left Shift. */
  readonly extra: readonly [plain: string, shift: string]
  readonly altGr: Readonly<Record<number, string>>
  /** Levels of keys that are dead, as `key:level`. */
  readonly dead: readonly string[]
  /** The keypad's 0x63. */
  readonly decimal: string
  /** Caps Lock turns Shift round for every key, not for letters alone. */
  readonly capsTurnsAll: boolean
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz'
const US_LETTERS = [ALPHABET, ALPHABET.toUpperCase()] as const
const PLAIN_TABLE = { altGr: {}, dead: [], decimal: '.', capsTurnsAll: false }

const TABLES: Readonly<Record<KeyboardLayout, LayoutTable>> = {
  us: {
    ...PLAIN_TABLE,
    letters: US_LETTERS,
    digits: ['1234567890', '!@#$%^&*()'],
    marks: ["-=[]\\\\;'`,./", '_+{}||:"~<>?'],
    extra: ['\\', '|'],
  },
  uk: {
    ...PLAIN_TABLE,
    letters: US_LETTERS,
    digits: ['1234567890', '!"£$%^&*()'],
    marks: ["-=[]##;'`,./", '_+{}~~:@¬<>?'],
    extra: ['\\', '|'],
    altGr: { 33: '€' },
  },
  de: {
    ...PLAIN_TABLE,
    letters: ['abcdefghijklmnopqrstuvwxzy', 'ABCDEFGHIJKLMNOPQRSTUVWXZY'],
    digits: ['1234567890', '!"§$%&/()='],
    marks: ['ß´ü+##öä^,.-', "?`Ü*''ÖÄ°;:_"],
    extra: ['<', '>'],
    altGr: {
      ...{ 36: '{', 37: '[', 38: ']', 39: '}', 31: '²', 32: '³' },
      ...{ 20: '@', 8: '€', 16: 'µ', 45: '\\', 48: '~', 100: '|' },
    },
    dead: ['46:plain', '46:shift', '53:plain'],
    decimal: ',',
  },
  fr: {
    ...PLAIN_TABLE,
    letters: ['qbcdefghijkl,noparstuvzxyw', 'QBCDEFGHIJKL?NOPARSTUVZXYW'],
    digits: ['&é"\'(-è_çà', '1234567890'],
    marks: [')=^$**mù²;:!', '°+¨£µµM%²./§'],
    extra: ['<', '>'],
    altGr: {
      ...{ 31: '~', 32: '#', 33: '{', 34: '[', 35: '|', 36: '`', 37: '\\' },
      ...{ 38: '^', 39: '@', 45: ']', 46: '}', 48: '¤', 8: '€' },
    },
    dead: ['47:plain', '47:shift', '31:altGr', '36:altGr'],
    capsTurnsAll: true,
  },
}

const LETTERS_FROM = 0x04
const DIGITS_FROM = 0x1e
const SPACE = 0x2c
const MARKS_FROM = 0x2d
const EXTRA = 0x64
const KEYPAD_SIGNS_FROM = 0x54
const KEYPAD_DIGITS_FROM = 0x59

function createLayout(table: LayoutTable): Layout {
  const levels: Record<KeyLevel, Map<number, string>> = {
    plain: new Map(),
    shift: new Map(),
    altGr: new Map(Object.entries(table.altGr).map(([key, text]) => [Number(key), text])),
  }
  const row = (from: number, [plain, shift]: readonly [string, string]): void => {
    for (let i = 0; i < plain.length; i += 1) {
      levels.plain.set(from + i, plain.charAt(i))
      levels.shift.set(from + i, shift.charAt(i))
    }
  }
  row(LETTERS_FROM, table.letters)
  row(DIGITS_FROM, table.digits)
  row(SPACE, [' ', ' '])
  row(MARKS_FROM, table.marks)
  row(EXTRA, table.extra)
  // Num Lock is the host's affair: a scanner that uses the keypad means its digits.
  const keypad = `1234567890${table.decimal}`
  row(KEYPAD_SIGNS_FROM, ['/*-+', '/*-+'])
  row(KEYPAD_DIGITS_FROM, [keypad, keypad])
  const isLetter = (key: number) => /[a-zäöüéèçàù]/.test(levels.plain.get(key) ?? '')
  const isMain = (key: number) => key < KEYPAD_SIGNS_FROM || key === EXTRA
  return {
    typed(key, level) {
      const text = levels[level].get(key)
      return text === undefined ? undefined : { text, dead: table.dead.includes(`${key}:${level}`) }
    },
    capsTurns: key => isMain(key) && (table.capsTurnsAll || isLetter(key)),
    keys: [...levels.plain.keys()],
  }
}

const LAYOUTS = new Map<KeyboardLayout, Layout>()

export function layoutOf(name: KeyboardLayout): Layout {
  const known = LAYOUTS.get(name) ?? createLayout(TABLES[name])
  LAYOUTS.set(name, known)
  return known
}
