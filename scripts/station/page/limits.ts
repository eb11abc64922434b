/** Every maximum of what the page's server takes. */

/** A line of the page, characters; as JSON, bytes. */
export const LINE_CHARS_MAX = 120
export const LINE_BYTES_MAX = 1000
