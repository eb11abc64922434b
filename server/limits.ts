/**
 * Every maximum of the service, in one place. Sizes in bytes or characters, times in milliseconds.
 */

/** A proof JWT in the `dpop` header, characters. */
export const PROOF_CHARS_MAX = 4096
/** Keys of proofs that are ready to verify with: about 2 kB each. */
export const KEYS_KEPT_MAX = 1024
export const JTI_CHARS_MIN = 16
export const JTI_CHARS_MAX = 64
/** A server nonce is good for one to two of these. */
export const NONCE_SLOT_MS = 60_000
/** A `jti` is remembered this long: as long as any nonce it came with is accepted. */
export const NONCE_LIFE_MS = 2 * NONCE_SLOT_MS

/**
 * How far a proof's `iat` may be from the service's time, either way: a clock set to a wrong zone is
 * off by a day at most, and a nonce lives so long beside it. No more hangs on it: the nonce tells
 * when a proof was made.
 */
export const IAT_OFF_MS_MAX = 24 * 3600_000 + NONCE_LIFE_MS

/** A phone may ask again for the answer of a POST this long. */
export const ANSWER_KEPT_MS = 10 * 60_000

/** An application is open this long; an answer to a challenge is awaited this long. */
export const APPLICATION_MS = 30 * 60_000
export const CHALLENGE_MS = 60_000
/** Challenges of one application; then the window. */
export const APPLICATION_TRIES_MAX = 5
/** Pictures of face checks are known again this long; so many of one person are compared. */
export const FRAMES_KEPT_MS = 30 * 24 * 3600_000
export const FRAMES_COMPARED_MAX = 4000
/** Body of a face check: eight pictures in base64. */
export const FACE_BODY_BYTES_MAX = 8 * 1024 * 1024
/** One of its pictures, characters of base64. */
export const FRAME_CHARS_MAX = 2 * 1024 * 1024
export const CITY_CHARS_MAX = 64
/** A person to be put on file: the file that lists them, and each photo. */
export const PEOPLE_FILE_BYTES_MAX = 64 * 1024 * 1024
export const PEOPLE_MAX = 200_000
/** Further documents of one of them. */
export const OTHER_DOCUMENTS_MAX = 8

/** So many in so long, counted in the database, for all replicas together. */
export const RATES = {
  /** Codes tried, a phone. */
  claim: { max: 10, windowMs: 10 * 60_000 },
  /** Certificates from the window, a person. */
  issue: { max: 10, windowMs: 3600_000 },
  /** Identities looked at, a member of staff. */
  check: { max: 120, windowMs: 60_000 },
  /** People looked up at the desk, a member of staff. */
  look: { max: 60, windowMs: 10 * 60_000 },
  /** Applications, a phone. */
  apply: { max: 20, windowMs: 3600_000 },
  /**
   * Face checks of applications that were compared with one person's photo on file, whoever applies;
   * and all of one phone, and of one address, which may be a station's whole Wi-Fi.
   */
  facePerson: { max: 20, windowMs: 24 * 3600_000 },
  faceDevice: { max: 40, windowMs: 3600_000 },
  faceAddress: { max: 300, windowMs: 10 * 60_000 },
  /** Challenges to renew one certificate. */
  renew: { max: 20, windowMs: 3600_000 },
  /** Appeals, a phone; and for one document and name, whoever appeals. */
  appealDevice: { max: 10, windowMs: 24 * 3600_000 },
  appealPerson: { max: 5, windowMs: 24 * 3600_000 },
  /** Tickets sold or changed, a person. */
  ticket: { max: 20, windowMs: 3600_000 },
} as const
/** Addresses whose requests one replica counts at a time. */
export const ADDRESSES_MAX = 50_000
/**
 * Requests of phones nobody knows yet that leave rows behind (applications, codes tried, appeals): of
 * one address, which may be a station's whole Wi-Fi, and of all together, at one replica.
 */
export const STRANGER_ROWS = { spanMs: 60_000, address: 200, all: 6000 } as const

/** Name of a person, code points. */
export const NAME_POINTS_MAX = 64
/** Document number, characters as typed. */
export const DOCUMENT_NUMBER_CHARS_MAX = 32
/** Reason given by staff, characters. */
export const REASON_CHARS_MAX = 200
export const EMAIL_CHARS_MAX = 254
export const PASSWORD_CHARS_MIN = 12
export const PASSWORD_CHARS_MAX = 128
/** A session of staff ends after so many hours, whatever was done in it. */
export const SESSION_HOURS_MAX = 24
/** Characters of a backup code. A code of an authenticator is good for 90 s; its use is remembered. */
export const BACKUP_CODE_CHARS_MAX = 20
export const CODE_USED_MS = 5 * 60_000
/** Between password and code. */
export const CODE_WAIT_MS = 5 * 60_000
/** Rows from claim values to roles. */
export const ROLE_VALUES_MAX = 100
/** The operator's sign-in provider: time for one answer, and its bytes. */
export const PROVIDER_MS_MAX = 5_000
export const PROVIDER_BYTES_MAX = 256 * 1024
/** Time for the whole exchange of a code, and characters of a path to come back to. */
export const EXCHANGE_MS_MAX = 10_000
export const RETURN_PATH_CHARS_MAX = 200

/** A second member of staff has this long to approve, minutes. */
export const APPROVAL_MINUTES = 15
export const APPROVAL_MINUTES_MAX = 120
/** Certificates from the window for one person within `ALONE_MS` that one member of staff may issue. */
export const ALONE_A_DAY = 1
export const ALONE_A_DAY_MAX = 10
export const ALONE_MS = 24 * 3600_000
/** Where the staffed window is, as people are told: characters. */
export const WINDOW_CHARS_MAX = 200
/** An approval and what it came to can be seen this long. */
export const APPROVALS_KEPT_MS = 24 * 3600_000

/** What a person writes in an appeal, where an answer may reach them, and what staff note: characters. */
export const APPEAL_CHARS_MAX = 500
export const CONTACT_CHARS_MAX = 100
export const NOTE_CHARS_MAX = 500
/** Who has taken an appeal has it alone this long. */
export const APPEAL_TAKEN_MS = 3600_000
/** An appeal is kept so long after it was made, and again after it was resolved. */
export const APPEALS_KEPT_MS = 30 * 24 * 3600_000

/** A code from the window, or an operator's enrolment code, lives this long. */
export const CLAIM_MS = 15 * 60_000
export const ENROLMENT_MS = 15 * 60_000

/** How often audit rows are sealed into their chain, and how many at once. */
export const AUDIT_SEAL_MS = 1_000
/** The same over SQLite, where what is written wakes the sealer. */
export const AUDIT_SEAL_ALONE_MS = 30_000
export const AUDIT_SEAL_ROWS = 500
/** Counters over rows of the audit on PostgreSQL: so many that connections seldom share one. */
export const AUDIT_SERIES_MAX = 1024

/** Tickets are sold from today until so many days ahead. */
export const SALE_DAYS_AHEAD = 15
/** Trains found by one search, and tickets of one person shown. */
export const TRAINS_FOUND_MAX = 200
export const TICKETS_SHOWN_MAX = 100
/** Class of a seat as the desk writes it, characters; and a price, fen. */
export const SEAT_CLASS_CHARS_MAX = 16
export const PRICE_FEN_MAX = 10_000_000
/** A timetable file: its bytes, its stations, its trains, and the stops of one. */
export const TIMETABLE_BYTES_MAX = 16 * 1024 * 1024
export const STATIONS_MAX = 5000
export const TRAINS_MAX = 20_000
export const STOPS_MAX = 100
/** Characters of a station's title. */
export const STATION_TITLE_CHARS_MAX = 64
/** Faults of a timetable that are told at once. */
export const TIMETABLE_FAULTS_TOLD = 20

/** A boarding list holds departures so long past and so far ahead, counted from a full slot. */
export const BOARDING_BEHIND_MS = 12 * 3600_000
export const BOARDING_AHEAD_MS = 24 * 3600_000
export const BOARDING_SLOT_MS = 10 * 60_000
/** How often a station's tickets are looked at when its gates ask. */
export const BOARDING_LOOK_MS = 2_000
/** What was written so shortly before a look may not have been seen by it. */
export const BOARDING_MARGIN_MS = 2_000
/** How old a list's knowledge of other stations may get. */
export const BOARDING_ELSEWHERE_EVERY_MS = 5 * 60_000
/** A boarding list that was superseded stays fetchable this long. */
export const OLD_BOARDING_MS = 3600_000

/** How far ahead of our clock a code shown at the desk may be. */
export const CHECK_AHEAD_MS = 5_000
/** A code serves the window that scanned it first as long as it can be shown at all. */
export const CODE_SERVES_MS = 30_000 + CHECK_AHEAD_MS

/** Rows of one page. */
export const PAGE_ROWS_MAX = 500
/** Two entries without an exit between are a duplicate when they are closer than this. */
export const DUPLICATE_ENTRY_MS = 4 * 3600_000
/** The longest span of a report of duplicates, and the certificates it looks at. */
export const DUPLICATES_SPAN_MS = 24 * 3600_000
export const DUPLICATES_CERTIFICATES_MAX = 5000
/** A gate that has told nothing of itself for so long is stale: it tells each minute. */
export const GATE_STALE_MS = 3 * 60_000
/** A gate's health history: a point in each five minutes of the last day. */
export const HEALTH_POINT_MS = 5 * 60_000
export const HEALTH_POINTS = 288
/** Rows of one export of the audit. */
export const AUDIT_EXPORT_ROWS_MAX = 100_000
/** What changes in the fleet is gathered so long before who watches it is told. */
export const FLEET_BEAT_MS = 750
/** When a gate was last seen is told to so much. */
export const FLEET_SEEN_MS = 5_000
/** A look at the database for the fleet is at most this share of the time. */
export const FLEET_LOOK_SHARE = 0.05
/** But one that was slow, as the first is, puts the next off no longer than GATES_MAX gates do by themselves. */
export const FLEET_LOOK_PAUSE_MS_MAX = 2_000
/** Who watches the fleet: in all, and windows of one member, at one replica. */
export const FLEET_VIEWERS_MAX = 200
export const FLEET_VIEWERS_OF_MEMBER_MAX = 8
/** Events that wait for one of them; with more they get the newest state instead. */
export const FLEET_EVENTS_WAITING_MAX = 4
/** One who takes nothing for so long is let go. */
export const FLEET_BEHIND_MS = 20_000
/** They hear something at least this often, and their sessions are looked at so often. */
export const FLEET_HEARTBEAT_MS = 15_000
export const FLEET_SESSIONS_MS = 5_000
/** Gates that one service keeps. */
export const GATES_MAX = 20_000
/** Configs kept for one gate; how long it may try one before it is well, minutes. */
export const CONFIGS_KEPT = 50
export const CONFIRM_MINUTES = 5
export const CONFIRM_MINUTES_MAX = 60
/** Journals (epochs) kept for one gate. */
export const EPOCHS_PER_GATE_MAX = 1000
/** Spans of rows that one gate may declare as never coming. */
export const GAPS_PER_GATE_MAX = 1000

/** A config or key file. */
export const FILE_BYTES_MAX = 256 * 1024
/** Trust documents that are looked for at start. */
export const TRUST_DOCUMENTS_MAX = 10_000
/** Online keys in the key folder. */
export const ONLINE_KEYS_MAX = 512

/** How often what is past its time is looked for; rows of one batch, and batches of one round. */
export const RETENTION_TICK_MS = 60_000
export const RETENTION_BATCH_ROWS = 200
export const RETENTION_BATCHES_MAX = 1000
/** Journals looked into at once whose first body was written by a clock that was ahead. */
export const AHEAD_EPOCHS_MAX = 20
/** A report covers about this long. */
export const RETENTION_REPORT_MS = 24 * 3600_000
/** Days that things may be kept; certificates outlive the month that they count in. */
export const KEPT_DAYS_MAX = 3650
export const CERTIFICATE_DAYS_MIN = 31
/** A one-time code is known as used or too old this long after its end. */
export const CODES_KEPT_MS = 24 * 3600_000

/** A manifest is signed again at least this often; done at three quarters of it. */
export const MANIFEST_EVERY_MS = 60_000
/** A manifest is good this long, seconds. */
export const MANIFEST_LIFE_S = 24 * 3600
/** Published manifests kept for looking back. */
export const MANIFESTS_KEPT = 64
/** A status list that was superseded stays fetchable this long. */
export const OLD_LIST_MS = 3600_000
/** How long a revocation waits for its manifest before it answers without it. */
export const PUBLISH_WAIT_MS = 1_000
/** Changes that come closer together than this are published together. */
export const PUBLISH_GAP_MS = 100
/** How often the publisher looks for what other replicas did, and what it was not told of. */
export const PUBLISH_TICK_MS = 250
/** The same over SQLite, where no other replica is and what this process writes wakes it. */
export const PUBLISH_ALONE_TICK_MS = 1_000
/** How often it looks for new trust, new keys, and lists to open. */
export const UPKEEP_MS = 5_000
/** A listener hears something at least this often, so that it knows the line is alive. */
export const LISTENER_EVERY_MS = 30_000
/** The lease on signing again what did not change. */
export const LEASE_MS = 15_000
/** Issuer kids that can be denied (pass/limits.ts, REVOKED_KIDS_MAX). */
export const DENIED_KIDS_MAX = 1024

/** Entries of one status list. */
export const LIST_ENTRIES = 2 ** 20
/** The number of a process, digits. */
export const PID_DIGITS_MAX = 10
