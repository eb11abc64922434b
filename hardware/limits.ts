/** Every maximum of this folder, in one place. Sizes in bytes, times in milliseconds. */

/** A code longer than this is not ours: the longest pass is far below it. */
export const frameBytesMax = 4096

/** The same payload read again within this time is the same presentation. */
export const repeatWindowMs = 2000

/** The pause that ends a code of a scanner without a suffix, where the config names none. */
export const frameIdleMsMin = 50

/** Longest pause in the middle of a code, where the config names none, and what it may name. */
export const codePauseMs = 500
export const codePauseMsMin = 50
export const codePauseMsMax = 2000

/** What comes after a code that was given up is its rest, until its end came or after this quiet. */
export const restQuietMs = 5000

/** Bytes that may wait in a driver for the wire before a write is refused. */
export const writeQueueBytesMax = 65_536

/** Opening a port takes milliseconds; one that takes longer is treated as missing. */
export const openMsMax = 10_000

/** A board that has not finished its handshake by then is silent. */
export const handshakeMsMax = 6000

/** The longest message read from a board: the modes of 70 pins take about 1,000. */
export const firmataBytesMax = 2048

/** First and longest wait between attempts to find a lost device again. */
export const reconnectMsMin = 100
export const reconnectMsMax = 2000

/** Bounds of the dead-man time a config may ask for. */
export const deadmanMsMin = 100
export const deadmanMsMax = 5000

/** Baud rates a serial port may be configured for. */
export const baudRateMin = 1200
export const baudRateMax = 921_600

/** Bytes a simulated wire holds for a host that does not read. */
export const wireQueueBytesMax = 262_144

/** Longest picture file a simulated scanner looks at, and its longest side in pixels. */
export const pictureBytesMax = 16 * 1024 * 1024
export const picturePixelsMax = 4096

/** Firmata messages longer than this are dropped by a simulated board. */
export const sysexBytesMax = 64

/** Longest .hex file: 32 KB of flash take below 100 KB of text. */
export const hexBytesMax = 262_144
