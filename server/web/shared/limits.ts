/** Every maximum of what pages send, wait for and show. Times in milliseconds. */

/** One request: a face check waits its turn for up to 10 s, and takes up to 20 s. */
export const REQUEST_MS_MAX = 40_000
/** A request whose answer was lost is asked for again after these; the service keeps it for minutes. */
export const AGAIN_AFTER_MS = [1_000, 2_000, 4_000] as const
/** After these it is said that it takes longer, and then what may be the reason. */
export const SLOW_MS = 3_000
export const VERY_SLOW_MS = 10_000

/** The longer side of a picture of a face check, pixels, and its JPEG quality. */
export const PICTURE_SIDE = 640
export const PICTURE_QUALITY = 0.82

/** A code is made anew so often (pass/specification.md, 14). */
export const CODE_MS = 15_000
/** A page that was away longer shows its code only when asked to. */
export const AWAY_MS_MAX = 60_000
/** The face check for the next pass is offered so long before the end of the present one. */
export const RENEW_BEFORE_MS = 5 * 60_000
/** How often a page that shows a certificate asks whether it still runs. */
export const LOOK_EVERY_MS = 60_000

/** How often a desk asks what waits for it, and how many rows of each kind it shows. */
export const QUEUE_EVERY_MS = 3_000
export const QUEUE_ROWS = 20
