/** Every maximum of what the page's server takes. */

/** A line of the page, characters; as JSON, bytes. */
export const LINE_CHARS_MAX = 120
export const LINE_BYTES_MAX = 1000

/** Of a scenario's film: eleven minutes in which somebody moves. What moves after that is not seen. */
export const FRAMES_MAX = 20_000

/** What is kept of what the gate said on the technician's line, bytes. */
export const SAID_BYTES_MAX = 16_384
