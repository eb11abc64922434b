/**
 * Every maximum of the gate's trust cache, its downloads and its clock. Sizes of single documents
 * are those of `pass/limits.ts`; what stands here bounds how many, how long and how often.
 */

/** Status lists held at once. Ten a day live for three days; the rest is head room. */
export const LISTS_MAX = 64
/** Bytes of all inflated lists together: 64 lists of 2^20 one-bit entries are 8 MiB. */
export const LISTS_BYTES_MAX = 32 * 1024 * 1024
/** Trust versions stepped in one poll. Eight a year are usual. */
export const TRUST_STEPS_MAX = 64
/** Trust versions kept since the factory's; past it the cache starts again from the factory. */
export const TRUST_CHAIN_MAX = 1024
/** Lists whose revoked bits are kept although the newest manifest doesn't have them. */
export const KEPT_LISTS_MAX = 64
/** Kids that are kept as revoked although the newest manifest doesn't name them. */
export const KEPT_KIDS_MAX = 4096
/**
 * Revoked bits of a list that left the manifest are kept this long after they were last seen,
 * milliseconds: a pass's certificate (24 h), the exit grace (24 h) and a day to spare.
 */
export const KEPT_BITS_MS = 3 * 24 * 60 * 60 * 1000

/** Quiet time after which a repeated security alarm is reported again, milliseconds. */
export const ALARM_REPEAT_MS = 60 * 60 * 1000

/** Bytes of the nonce in a time request. */
export const TIME_NONCE_BYTES = 16
/** Round trip over which a signed time answer is discarded, milliseconds. */
export const TIME_ROUND_TRIP_MAX_MS = 2000
/** Signed time is asked for this often, milliseconds. */
export const TIME_PERIOD_MS = 60 * 60 * 1000
/** Least pause between two time requests, milliseconds, whatever the reason. */
export const TIME_PAUSE_MS = 10_000
/** Step of the clock that signed time alone may make, milliseconds; more needs a manifest. */
export const TIME_STEP_FREE_MS = 15 * 60 * 1000
/** How near to a time answer a manifest's `iat` must lie to support a larger step, milliseconds. */
export const TIME_SUPPORT_MS = 120_000
/** Smallest step that is reported, milliseconds; smaller ones are the clock's own drift. */
export const TIME_STEP_REPORT_MS = 2000
/** Movement of the host's clock against ours that makes us ask for signed time, milliseconds. */
export const HOST_CLOCK_MOVED_MS = 30_000

/** How far ahead of our clock a presentation may lie, milliseconds: base, growth a millisecond, most. */
export const AHEAD_BASE_MS = 5000
export const AHEAD_DRIFT = 100e-6
export const AHEAD_MAX_MS = 30_000

/** Bytes of one line of the event stream; a longer one closes it. */
export const EVENT_LINE_BYTES_MAX = 4096
/** Silence after which the event stream is opened anew, milliseconds. */
export const EVENT_SILENCE_MS = 120_000
/** Pause before a service that has no event stream is asked again, milliseconds. */
export const EVENT_ABSENT_MS = 10 * 60 * 1000
/** Greatest random delay between an event and its poll, milliseconds: a fleet hears it at once. */
export const EVENT_SPREAD_MS = 500
