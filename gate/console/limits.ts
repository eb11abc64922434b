/** Every maximum of the technician's console. */

/** One line as it is typed, characters: a code's text fits. */
export const LINE_CHARS_MAX = 2048
/** Lines that the arrow keys bring back. */
export const HISTORY_LINES_MAX = 100
/** What is looked for in them, characters; more are not taken. */
export const SEARCH_CHARS_MAX = 24
/** Bytes that wait while a command runs; more are dropped. */
export const TYPE_AHEAD_BYTES_MAX = 16_384
/** Input that follows a line without a gap of this is a pasted block's rest, milliseconds. */
export const PASTE_GAP_MS = 50
/** Bytes that a terminal has yet to take; more are dropped, and that is told. */
export const OUTPUT_BYTES_MAX = 262_144
/** Live events wait while more than this is on its way to the terminal, bytes. */
export const OUTPUT_BYTES_LOW = 4096
/** Live events are printed this long after the first of them, milliseconds. */
export const MONITOR_PAUSE_MS = 50
/** Handed to the line at a time, bytes. */
export const OUTPUT_PIECE_BYTES = 512
/** Of a terminal whose size nobody knows. */
export const COLUMNS = 80
export const COLUMNS_MIN = 40
export const COLUMNS_MAX = 300
export const ROWS_MIN = 5
export const ROWS_MAX = 300
/** Connections to the socket at once. */
export const SOCKET_SESSIONS_MAX = 8
/** Users on file. */
export const USERS_MAX = 32
export const USERS_FILE_BYTES_MAX = 32_768
export const PASSWORD_CHARS_MIN = 10
export const PASSWORD_CHARS_MAX = 128
/** After each wrong password the next waits twice as long, milliseconds. */
export const LOGIN_DELAY_MS = 1000
export const LOGIN_DELAY_MS_MAX = 60_000
/** Rows of the journal in one answer. */
export const TAIL_ROWS = 20
export const TAIL_ROWS_MAX = 500
