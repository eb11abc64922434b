/** Every maximum of the gate's requests. Times in milliseconds. */

/** Characters of an ETag we send back. */
export const ETAG_CHARS_MAX = 200
/** Share of a period by which a poll may come early, so that a fleet spreads out. */
export const POLL_JITTER = 0.1
/** Longest pause between two polls after failures, milliseconds, before jitter. */
export const BACKOFF_MAX_MS = 60_000
