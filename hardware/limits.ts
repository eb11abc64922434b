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

/** Suffix bytes after the one that ended a code, which may belong to it: `CR LF ETX`. */
export const trailingBytesMax = 4

/** Longest prefix that a scanner may be set to: Datalogic's take 20 characters, Honeywell's 11. */
export const prefixCharsMax = 20

/** Codes in a row without the suffix that was learnt, after which none is known any more. */
export const unendedMax = 3

/** A still camera picture is looked at that often all the same. */
export const stillTryMs = 250

/** All of a camera's picture is looked at that often, also where nothing differs from noise. */
export const wholeTryMs = 2000

/** So long after something moved a frame without a code gets the deep looks. */
export const deepAfterMotionMs = 2000
/** So long the next look begins where the last code was. */
export const placeKeptMs = 1000
/** So long a code that was found is outlined in the preview. */
export const outlineMs = 500
/** Longest side of a preview, pixels. */
export const previewPixelsMax = 1280
/** Codes that a camera remembers, so that each is read once while it is seen. */
export const codesSeenMax = 16

/** A decoding thread that gives no answer by then hangs: the slowest engine needs 2 s at 4 megapixels. */
export const decodeMsMax = 8000
/** A decoding thread that has not started by then never will. */
export const decoderStartMsMax = 20_000

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

/** Pixels of one camera frame or picture file, and of its width or height alone. */
export const framePixelsMax = 4096 * 4096
export const frameSideMax = 16_384

/** Frames a second that a camera may be asked for. */
export const cameraFpsMax = 60

/** A camera shows its first frame within this time, and each further one, or it is opened anew. */
export const cameraOpenMsMax = 15_000
export const cameraSilentMs = 5000

/** The same frame for this long is a frozen camera; a picture without light or edges a blind one. */
export const cameraFrozenMs = 10_000
export const cameraBlindMs = 30_000

/** First and longest wait before a camera is opened anew; the wait starts small after steady work. */
export const cameraRestartMsMin = 100
export const cameraRestartMsMax = 5000
export const cameraSteadyMs = 10_000

/** Pictures in a row that can't be used: the camera is opened anew. */
export const brokenPicturesMax = 10

/** Bytes of one picture in a stream, of the headers before it, and of an HTTP answer's headers. */
export const streamPictureBytesMax = 8 * 1024 * 1024
export const partHeadBytesMax = 8192
export const httpHeadBytesMax = 16_384

/** A camera that gives one picture an answer is asked that often. */
export const snapshotMs = 100

/** A watched folder: its pictures, how often it is looked at, how long half a picture may stay so. */
export const folderFilesMax = 1000
export const folderLookMs = 200
export const halfFileMsMax = 5000

/** What is kept of the last words of a camera's program. */
export const programWordsBytesMax = 4096

/** Raw frames in a row that are all unlike the one before are of another size than asked for. */
export const slippedFramesMax = 150

/** A camera's program that was killed ends within this time; the system holds it after that. */
export const programEndMsMax = 2000

/** Bytes a simulated wire holds for a host that does not read. */
export const wireQueueBytesMax = 262_144

/** Longest picture file a simulated scanner looks at, and its longest side in pixels. */
export const pictureBytesMax = 16 * 1024 * 1024
export const picturePixelsMax = 4096

/** Firmata messages longer than this are dropped by a simulated board. */
export const sysexBytesMax = 64

/** Longest .hex file: 32 KB of flash take below 100 KB of text. */
export const hexBytesMax = 262_144
