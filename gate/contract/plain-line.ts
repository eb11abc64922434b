/**
 * Plain text for a screen, a log or paper: without control characters (C0, C1), marks that change the
 * direction of writing (Unicode's Bidi_Control: U+061C, U+200E, U+200F, U+202A–202E, U+2066–2069), line
 * and paragraph separators, or a byte order mark.
 */
export const PLAIN_LINE = /^[^\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff]*$/u

/** The same, over several lines: with line feeds, carriage returns and tabs. */
export const PLAIN_LINES = /^(?:[\t\n\r]|[^\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff])*$/u

/** What is said of other text. */
export const NOT_PLAIN = 'has a control or direction character: write it without'
