/**
 * Every maximum of the credential in one place. Input from outside is compared with these before any
 * work is done on it; each is tested at the limit and one over.
 */

/** Characters of a code's text, prefix included. */
export const PASS_TEXT_CHARS_MAX = 1024
/** Characters that `decodeBase45` takes; far over any QR code (4,296). */
export const BASE45_CHARS_MAX = 65_536
/** Bytes of one CBOR item handed to the reader: a status list of 2^20 entries and its envelope. */
export const CBOR_BYTES_MAX = 2 * 1024 * 1024
/** Nesting of arrays, maps and tags, the outermost counted as one. */
export const CBOR_DEPTH_MAX = 8
/** Arrays, maps, strings, numbers and tags in one CBOR item, taken together. */
export const CBOR_ITEMS_MAX = 65_536
/** Greatest time in claims and documents: unsigned 32 bit seconds, so until 2106. */
export const TIME_SECONDS_MAX = 0xffff_ffff
/** Greatest status index a pass can name. */
export const STATUS_INDEX_MAX = 0xffff_ffff
/** Base-36 digits of a list number; the size figures hold up to three. */
export const STATUS_LIST_DIGITS_MAX = 6

/** Bytes of a key id: the first bytes of the COSE key thumbprint. */
export const KID_BYTES = 4
/** Bytes of `cti`, the certificate's random name. */
export const CTI_BYTES = 16
/** Bytes of a signature, r‖s or Ed25519. */
export const SIGNATURE_BYTES = 64
/** Bytes of a key's coordinate. */
export const COORDINATE_BYTES = 32

/** Longest life of a pass by the class of its issuer's key, seconds. */
export const PASS_LIFETIME_MAX_S = { phone: 30 * 60, paper: 24 * 60 * 60 } as const
/** How far ahead of the reader's clock an `iat` may lie, seconds. */
export const ISSUED_AHEAD_MAX_S = 120
/** How old a presentation may be where the policy adds nothing, milliseconds. */
export const PRESENTED_AGE_MAX_MS = 30_000
/** How far ahead a presentation may lie at most, whatever the reader's clock quality, milliseconds. */
export const AHEAD_BY_MAX_MS = 30_000
/** Issuer keys with one kid that a verifier tries. */
export const KEYS_PER_KID_MAX = 8

/** Entries of one status list. */
export const STATUS_ENTRIES_MAX = 1 << 20
/** Bytes of an inflated status list: 2^20 entries of 8 bits. */
export const STATUS_BYTES_MAX = STATUS_ENTRIES_MAX
/** Bytes of a status list token on the wire. */
export const STATUS_TOKEN_BYTES_MAX = STATUS_BYTES_MAX + 4096

/** Bytes of a trust document. */
export const TRUST_BYTES_MAX = 256 * 1024
/** Keys in a trust document. */
export const TRUST_KEYS_MAX = 512
/** Signatures on a trust document. */
export const TRUST_SIGNATURES_MAX = 16
/** Bytes of a manifest. */
export const MANIFEST_BYTES_MAX = 128 * 1024
/** Revoked kids in a manifest. */
export const REVOKED_KIDS_MAX = 1024
/** Status lists in a manifest. */
export const MANIFEST_LISTS_MAX = 512
/** Bytes of a station manifest. */
export const STATION_BYTES_MAX = 64 * 1024
/** Gates of one station. */
export const STATION_GATES_MAX = 256
/** Bytes of a gate's config as JSON, of the reason given with it, and of the signed whole. */
export const CONFIG_TEXT_BYTES_MAX = 32 * 1024
export const CONFIG_REASON_BYTES_MAX = 800
export const CONFIG_BYTES_MAX = 34 * 1024
/** How long a gate may try a config before it is confirmed, seconds. */
export const CONFIG_CONFIRM_S_MIN = 60
export const CONFIG_CONFIRM_S_MAX = 3600
/** Bytes of a boarding list: one CBOR item. */
export const BOARDING_BYTES_MAX = CBOR_BYTES_MAX
/** Runs of trains in a boarding list; two bytes number them. */
export const BOARDING_TRAINS_MAX = 4096
/** Tickets in a boarding list. */
export const BOARDING_TICKETS_MAX = 65_536
/** Tickets of one certificate in a boarding list. */
export const TICKETS_PER_CERTIFICATE_MAX = 16
/** Certificates with a ticket from another station in a boarding list. */
export const BOARDING_ELSEWHERE_MAX = 65_536
/** Bytes of a train's number. */
export const TRAIN_NUMBER_BYTES_MAX = 16
/** Bytes of a station's or a gate's name. */
export const NAME_BYTES_MAX = 32
/** Bytes of a signed time answer. */
export const TIME_ANSWER_BYTES_MAX = 512
/** Bytes of the nonce in a time answer: 8 to 32. */
export const NONCE_BYTES_MIN = 8
export const NONCE_BYTES_MAX = 32
/** Versions of documents, so that seconds since 1970 fit with room. */
export const VERSION_MAX = 0xffff_ffff_ffff
/** Bytes of a list's uri in a manifest. */
export const URI_BYTES_MAX = 256
/** Longest life of a trust document, seconds: 90 days. */
export const TRUST_LIFETIME_MAX_S = 90 * 24 * 60 * 60
/** Longest life of a manifest, seconds: 24 hours. */
export const MANIFEST_LIFETIME_MAX_S = 24 * 60 * 60
/** How far ahead of the reader's clock a document's `iat` may lie, seconds. */
export const DOCUMENT_AHEAD_MAX_S = 120

/** Exits take a pass up to this long after its `exp`, milliseconds: nobody is kept inside by a clock. */
export const EXIT_GRACE_MS = 24 * 60 * 60 * 1000
/**
 * A status list stays published this long after the last certificate on it has ended, milliseconds:
 * as long as any gate may take its passes. A gate whose clock is further behind takes no manifest,
 * so that it goes on with the lists that it has.
 */
export const STATUS_LIST_GRACE_MS = EXIT_GRACE_MS + DOCUMENT_AHEAD_MAX_S * 1000
