/**
 * The one error class of the credential. Expected outcomes (a refused pass, a stale document) are
 * tagged values elsewhere; this is for input that can't be read and for wrong use.
 */

/**
 * - `MALFORMED`: bytes or text aren't what the format says.
 * - `UNSUPPORTED_VERSION`: a pass text of another version than `RP1:`.
 * - `TOO_LARGE`: over a maximum of `limits.ts`.
 * - `OUT_OF_RANGE`: an index past the end, or a number outside its range.
 * - `BAD_KEY`: key material that is no point, or of a kind we don't use.
 * - `INVALID_ARGUMENT`: a caller's mistake, such as a claim of the wrong size.
 */
export type PassErrorCode =
  | 'MALFORMED'
  | 'UNSUPPORTED_VERSION'
  | 'TOO_LARGE'
  | 'OUT_OF_RANGE'
  | 'BAD_KEY'
  | 'INVALID_ARGUMENT'

/** An error with a stable `code`. Its message never holds a pass text, a key or personal data. */
export class PassError extends Error {
  override readonly name = 'PassError'
  readonly code: PassErrorCode

  constructor(code: PassErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
