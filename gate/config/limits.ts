/** Every maximum of config revisions. Sizes in characters or entries, times in milliseconds. */

/** Revisions kept; the oldest go first, never the one that runs or the one it would go back to. */
export const REVISIONS_MAX = 50
/** How long a commit may wait for its confirmation. */
export const CONFIRM_MS_MIN = 10_000
export const CONFIRM_MS_MAX = 3_600_000
/** A path as typed, e.g. `lanes.A.timing.waitMs`, and how deep it may lead. */
export const PATH_CHARS_MAX = 200
export const PATH_DEPTH_MAX = 12
/** Rows for the journal that wait for a gate that runs; past that the oldest is given up. */
export const UNSAID_MAX = 200
/** How often a revision by the service is looked at, whether it may be confirmed. */
export const WELL_LOOK_MS = 1000
