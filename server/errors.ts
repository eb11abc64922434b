/**
 * The one table of the service's error codes, and the problem documents made of them (RFC 9457).
 * A problem never repeats what was sent: no value of a body, a header or a path is in it. Only the
 * name of an unknown key is told.
 */

interface ProblemRow {
  readonly status: number
  readonly title: string
}

export const PROBLEMS = {
  BAD_REQUEST: { status: 400, title: 'The request is not well-formed' },
  INVALID: { status: 422, title: 'A field is missing or outside its range' },
  CONTENT_TYPE: { status: 415, title: 'The body must be application/json' },
  FORWARDED_BAD: {
    status: 400,
    title: 'The proxy’s x-forwarded-for names no client: trustedProxies must fit the proxies',
  },
  TOO_LARGE: { status: 413, title: 'The body is too large' },
  BODY_SLOW: { status: 408, title: 'The body stopped coming: send the request again' },
  BUSY: { status: 503, title: 'Too much is under way here: wait a little, then try again' },
  NOT_FOUND: { status: 404, title: 'There is nothing here' },
  SIGN_IN: { status: 401, title: 'Sign in first' },
  CREDENTIALS: { status: 401, title: 'E-mail address or password is wrong' },
  TOTP_REQUIRED: { status: 403, title: 'Your role needs a second factor: set it up first' },
  TOTP_WRONG: { status: 401, title: 'The code is wrong' },
  TOTP_USED: { status: 401, title: 'The code was used before: wait for the next, sign in again' },
  TOTP_LOCKED: { status: 429, title: 'Too many wrong codes: sign in again later' },
  TOTP_SET: { status: 409, title: 'A second factor is set up already' },
  ACCOUNT_DISABLED: { status: 403, title: 'This account is disabled: ask your operator' },
  OIDC_DISABLED: { status: 403, title: 'You are disabled here: ask your operator' },
  OIDC_NO_ROLE: { status: 403, title: 'Your provider gives you no role here: ask your operator' },
  OIDC_REFUSED: {
    status: 401,
    title: 'The provider’s sign-in was refused or is too old: try again',
  },
  OIDC_UNAVAILABLE: { status: 503, title: 'The sign-in provider can not be reached: try again' },
  FORBIDDEN: { status: 403, title: 'Your role does not allow this' },
  ORIGIN: { status: 403, title: 'The request came from a page of another site' },
  RATE_LIMITED: { status: 429, title: 'Too many requests: wait a little' },
  PROOF_MISSING: { status: 401, title: 'The dpop header with a proof is missing' },
  PROOF_INVALID: { status: 401, title: 'The proof does not fit this request' },
  PROOF_TIME: {
    status: 401,
    title: 'The proof’s iat is more than a day off: set the clock by now, or leave iat out',
  },
  PROOF_REPLAYED: { status: 401, title: 'This proof was used before' },
  IN_PROGRESS: { status: 409, title: 'The first request with this jti is not answered yet' },
  USE_NONCE: { status: 401, title: 'Repeat with the nonce of the dpop-nonce header' },
  GATE_UNKNOWN: { status: 401, title: 'No gate is enrolled with this key' },
  ENROLMENT_INVALID: { status: 404, title: 'The enrolment code is unknown, used or too old' },
  ENROLMENT_MISMATCH: { status: 409, title: 'The enrolment code is for another gate' },
  ENROLMENT_STATION: { status: 409, title: 'The enrolment code is for another station' },
  CONFIG_STALE: { status: 409, title: 'Another revision was made since: read it first' },
  CHAIN_GAP: { status: 409, title: 'Rows before these are missing: send from next' },
  CHAIN_FORK: { status: 409, title: 'Other rows are stored under these numbers' },
  TOO_MANY_EPOCHS: { status: 409, title: 'This gate has opened too many journals' },
  TOO_MANY_GAPS: { status: 409, title: 'This gate has declared too many rows as missing' },
  CHAIN_BROKEN: { status: 422, title: 'The rows do not form a chain' },
  DOCUMENT_INVALID: { status: 422, title: 'The document number is not a valid one' },
  DOCUMENT_OTHER_TYPE: { status: 422, title: 'The number is of another type of document' },
  DOCUMENT_TYPE: { status: 422, title: 'This type of document is not taken here' },
  NAME_INVALID: { status: 422, title: 'The name is empty, too long or has forbidden characters' },
  CERTIFICATE_ACTIVE: { status: 409, title: 'This person has an active certificate' },
  CERTIFICATE_ENDED: { status: 409, title: 'The certificate has ended' },
  CERTIFICATE_UNKNOWN: { status: 404, title: 'No such certificate' },
  APPLICATION_UNKNOWN: { status: 404, title: 'No such application, or it is too old: apply again' },
  APPLICATION_DONE: { status: 409, title: 'This application has become a certificate' },
  CHALLENGE_INVALID: { status: 409, title: 'The challenge is unknown, used or too old: ask anew' },
  CONSENT_GUARDIAN: { status: 422, title: 'Under 14 a guardian consents too' },
  TRIES_USED: { status: 403, title: 'No tries left: please go to the window with the document' },
  NOT_VERIFIED: { status: 403, title: 'Not verified: try again, or go to the window' },
  FACE_BAD_PICTURE: { status: 422, title: 'A picture can not be read, or is too large' },
  FACE_NOT_FOUND: { status: 422, title: 'There is no face in a picture' },
  FACE_SEVERAL: { status: 422, title: 'There are several faces in a picture' },
  FACE_TOO_SMALL: { status: 422, title: 'The face is too small: come nearer' },
  FACE_TOO_DARK: { status: 422, title: 'The picture is too dark' },
  FACE_TOO_BLURRED: { status: 422, title: 'The picture is blurred: hold still' },
  FACE_INCOMPLETE: { status: 422, title: 'Each prompt needs one to three pictures, in order' },
  FACE_WRONG_ORDER: { status: 422, title: 'The head was not turned as asked' },
  FACE_STILL: { status: 422, title: 'The pictures are of a still' },
  FACE_SEEN: { status: 422, title: 'A picture was used before: take new ones' },
  FACE_OTHER_PERSON: { status: 422, title: 'The pictures show different people' },
  FACE_BUSY: { status: 503, title: 'Many face checks are waiting: try again' },
  FACE_UNAVAILABLE: { status: 503, title: 'The face check failed: try again' },
  QUOTA_USED: { status: 409, title: 'The certificates of this month are used up' },
  PERSON_UNKNOWN: { status: 404, title: 'Nobody is on file with this document' },
  APPROVAL_WAITING: { status: 409, title: 'An approval is waiting for this person' },
  APPROVAL_UNKNOWN: { status: 404, title: 'No such approval, or it is too old' },
  APPROVAL_OWN: { status: 403, title: 'Somebody else than who asked must decide' },
  APPROVAL_DECIDED: { status: 409, title: 'This approval was decided before' },
  APPROVAL_EXPIRED: { status: 409, title: 'The time to decide is over: ask anew' },
  APPEAL_EARLY: { status: 409, title: 'An appeal is made after a face check: try that first' },
  APPEAL_OPEN: { status: 409, title: 'An appeal for this application is open' },
  APPEAL_UNKNOWN: { status: 404, title: 'No such appeal, or it is too old' },
  APPEAL_TAKEN: { status: 409, title: 'Another member of staff has taken this appeal' },
  APPEAL_NOT_TAKEN: { status: 409, title: 'Take the appeal first' },
  APPEAL_RESOLVED: { status: 409, title: 'This appeal was resolved before' },
  PURPOSE_REFUSED: { status: 422, title: 'Good for sale, refund and change of tickets only' },
  PASS_REFUSED: { status: 422, title: 'The pass was refused: see the reason' },
  TRAIN_UNKNOWN: { status: 404, title: 'No such train' },
  NOT_SERVED: { status: 422, title: 'The train does not go that way on that day' },
  TRAIN_DEPARTED: { status: 409, title: 'The train has left' },
  SALE_NOT_OPEN: { status: 409, title: 'Tickets for that day are not sold yet' },
  TICKET_HELD: { status: 409, title: 'This person holds a ticket for that train and day' },
  TICKET_UNKNOWN: { status: 404, title: 'This person has no such ticket' },
  TICKET_ENDED: { status: 409, title: 'The ticket was refunded or changed before' },
  CHANGED_BEFORE: { status: 409, title: 'A ticket is changed only once: refund it' },
  CLAIM_INVALID: { status: 404, title: 'The code is unknown or too old' },
  CLAIM_USED: { status: 409, title: 'The code was used before' },
  KID_UNKNOWN: { status: 404, title: 'The trust document lists no issuer key with this kid' },
  KIDS_FULL: { status: 409, title: 'Too many keys are denied: sign a new trust document' },
  NO_KEY: { status: 503, title: 'No signing key is released for today' },
  UNAVAILABLE: { status: 503, title: 'The database can not be reached: try again' },
  DATABASE_BUSY: {
    status: 503,
    title: 'Another process has the database locked for too long: try again',
  },
  DATABASE_UNWRITABLE: {
    status: 503,
    title: 'Nothing can be written: the disk of the database is full or read-only; reading works',
  },
  DATABASE_OLD: {
    status: 503,
    title: 'Gates hold newer lists than this database: an operator must run the restored command',
  },
  CLOCK_WRONG: { status: 503, title: 'The clock here is wrong: ask another replica' },
  NOT_READY: { status: 503, title: 'Not ready' },
  INTERNAL: { status: 500, title: 'Something went wrong on our side' },
} as const satisfies Record<string, ProblemRow>

export type ProblemCode = keyof typeof PROBLEMS

/** An outcome that ends a request. `extra` becomes members of the problem document. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: ProblemCode
  readonly extra: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>

  constructor(
    code: ProblemCode,
    extra: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(code)
    this.code = code
    this.extra = extra
    this.headers = headers
  }
}

/** The problem document of a code: RFC 9457 §3, with our `code` as extension member. */
export const problemDocument = (code: ProblemCode) => ({
  ...{ type: 'about:blank', title: PROBLEMS[code].title },
  ...{ status: PROBLEMS[code].status, code },
})

/** An answer with the document of a code. `extra`: further members of it. */
export function problemResponse(
  code: ProblemCode,
  extra: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify({ ...problemDocument(code), ...extra }), {
    status: PROBLEMS[code].status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...headers,
    },
  })
}

/**
 * A fault at start: wrong config, keys or files. The program prints the message and exits 2, with 1
 * for `IN_USE`: nothing is wrong but that another process serves.
 */
export class StartError extends Error {
  override readonly name = 'StartError'
  readonly code:
    | 'CONFIG'
    | 'SECRET'
    | 'KEYS'
    | 'TRUST'
    | 'DATABASE'
    | 'LISTEN'
    | 'IN_USE'
    /** The database is an old copy. */
    | 'WENT_BACK'
  constructor(code: StartError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
