/** Every maximum of the gate. Sizes in entries or bytes, times in milliseconds. */

/**
 * What a gate remembers of those who came, each as long as it can be shown again, in entries of 56
 * bytes (memory/ledger.ts). Names of lanes and areas, and grants under way, are few beside it.
 *
 *   codes           2^18   8 lanes × 30 people a minute × 18 h a day = 259,200    14 MiB
 *   papers          2^17   a quarter of those, for two days          = 129,600     7 MiB
 *   visits          2^18   as codes, if nobody shows an exit                      14 MiB
 *   siblings’ uses  2^19   in equal shares: with ten siblings 52,428 each         28 MiB
 *   their visits    2^18   with ten siblings 26,214 each                          14 MiB
 *                                                                                 77 MiB
 *
 * Of its own a gate forgets nothing at a bound: entries are refused (`MEMORY_FULL`), and the last of
 * each is kept for exits. Of a sibling that says more than its share the oldest goes.
 */
export const MEMORY_MAX = {
  codes: 2 ** 18,
  papers: 2 ** 17,
  visits: 2 ** 18,
  siblingUses: 2 ** 19,
  siblingVisits: 2 ** 18,
} as const
/** Entries of each kind, as above or fewer. */
export type MemoryMax = { readonly [Kind in keyof typeof MEMORY_MAX]: number }
/** What of each bound is for exits alone. */
export const EXITS_SHARE = 1 / 32
/** So full is MEMORY_LOW. */
export const MEMORY_LOW_SHARE = 0.9
/** Names of lanes and areas: those of the config, and of configs before it. */
export const NAMES_MAX = 4096
/** A code is fresh for 30 s, may lie 30 s ahead, and is forgiven at an exit for 24 h. */
export const PHONE_KEEP_MS = 24 * 3_600_000 + 60_000
/** Paper is good for 24 h, and at an exit for 24 h more. */
export const PAPER_KEEP_MS = 48 * 3_600_000
/** The longest time for which a lane’s config may ask for a visit. */
export const VISIT_KEEP_MS = 24 * 3_600_000
/** How often one presentation is counted as granted. */
export const GRANTS_MAX = 1000
/** How often what is over is dropped from memory, and how much of a kind at a time. */
export const FORGET_EVERY_MS = 10_000
export const FORGET_MAX = 5000
/** Certificates refused for a stale code at an exit, remembered until the process ends. */
export const STALE_REFUSALS_MAX = 1000
/** A fact this far ahead of our clock is not taken: its gate's clock is wrong, or ours is. */
export const FACT_AHEAD_MAX_MS = 120_000
/** A sibling's grant without an end counts as under way for so long. */
export const RESERVATION_MS = 180_000
/** Grants of one sibling under way; past that its oldest are let go. */
export const RESERVATIONS_MAX = 256
/** Names of gates with their lanes, and of areas, that one sibling may bring. */
export const SIBLING_NAMES_MAX = 1024
/** Rows handed to the journal and not yet on disk; past that a grant is refused. */
export const JOURNAL_QUEUE_MAX = 1000
/** Rows that wait and are written in one commit: those of all lanes in a rush. */
export const ROWS_TOGETHER_MAX = 32
/** Rows that wait for a full disk, and how often they are tried again. */
export const BACKLOG_MAX = 10_000
export const BACKLOG_RETRY_MS = 1000
/** A row not on disk after this: its entry is withdrawn; an exit, or staff's release, opens. */
export const COMMIT_WAIT_MS = 2500
/** How long a stop, or a question of how the disk is, waits for it: longer than any write may take. */
export const DISK_ANSWER_MS = 4000
/** Damaged files of a kind kept for the technician; older ones go, so that no card fills up. */
export const SET_ASIDE_MAX = 3
/** With less free than this, a file that can't be opened is a matter of the disk. */
export const OPENING_BYTES = 1_048_576
/** Allocated ahead for the day the disk is full. */
export const RESERVE_BYTES = 16 * 1_048_576
/** Less free than this is DISK_LOW. */
export const DISK_LOW_BYTES = 64 * 1_048_576
/** How often the disk is looked at. */
export const DISK_LOOK_MS = 10_000
/** How often a file is looked for that was never seen yet. */
export const FILE_MADE_MS = 1000
/** A gate without a row for so long marks that it is alive. */
export const ALIVE_MS = 60_000
/** The last moment that a date can hold, Unix milliseconds: ECMA-262, time values. */
export const TIME_MS_MAX = 8.64e15
/** The name of the machine's boot, characters. */
export const BOOT_ID_CHARS_MAX = 64
/** The chain is walked in pieces, so that rows are written between them. */
export const WALK_ROWS = 500
export const WALK_PAUSE_MS = 50
/** Rows of one page read for people, and rows that are looked at for it. */
export const ROWS_READ_MAX = 500
export const ROWS_LOOKED_AT_MAX = 5000
/** An answer of the service to an upload or an enrolment, bytes. */
export const ANSWER_BYTES_MAX = 65_536
/** Of where a redirect pointed so much is told, characters. */
export const ORIGIN_CHARS_MAX = 200
/** The number of the process that holds the data folder, digits; how often and long it is waited for. */
export const PID_CHARS_MAX = 10
export const PID_LOOKS = 10
export const PID_PAUSE_MS = 20
/** Numbers that the journal knows the highest of: one for each key that ever signed a manifest. */
export const KNOWN_MAX = 1000
/** The gate's key or its enrolment, bytes. */
export const IDENTITY_BYTES_MAX = 16_384
/** A config file, bytes. */
export const CONFIG_BYTES_MAX = 262_144
/** How long devices may take to report at start before they are called lost. */
export const DEVICE_START_MS = 5000
/** Two signals so near each other, after the one that began the end, end the gate at once. */
export const AT_ONCE_WITHIN_MS = 1000
/** How long an end at once waits for the disk and the boards before the process ends without them. */
export const AT_ONCE_MS = 1500
/** How long a stop waits for the passage that runs. */
export const STOP_PASSAGE_MS = 8000
/** Rows that come sooner after an upload began are gathered until then, and go together. */
export const UPLOAD_GATHER_MS = 2000
/** Uploads are tried again after these bounds, growing between them. */
export const UPLOAD_RETRY_MIN_MS = 500
export const UPLOAD_RETRY_MAX_MS = 30_000
/**
 * How often the service is believed that it lost an epoch's rows, and that a new epoch is needed: a
 * restored service says so once, and one that lies fills no disk.
 */
export const BELIEVE_EVERY_MS = 3_600_000
/** Rows refused by the service that are kept aside; past that the upload waits. */
export const REFUSED_ROWS_MAX = 1000
/** The service is told how the gate is so often, and on a change no sooner than after the floor. */
/** Scans whose times are told by the health report: the newest. */
export const RECENT_SCANS_MAX = 512
export const HEALTH_EVERY_MS = 60_000
export const HEALTH_FLOOR_MS = 5_000
/** Issuer halves remembered by the verifier; about 1.5 kB each. */
export const VERIFY_CACHE_ENTRIES_MAX = 5000
/** How long a stop waits for the last rows to be sent. */
export const STOP_FLUSH_MS = 1500
/** How long a scan may wait for the person ahead: as long as a code is good for. */
export const WAITING_SCAN_MS = 30_000
/** A document that the station manifest names by hash, bytes. */
export const STATION_DOCUMENT_BYTES_MAX = 4 * 1_048_576
/** Past this age of the station manifest the ticket rule only flags. */
export const TICKET_HARD_MS = 15 * 60_000
/** A boarding list that could not be had is asked for again after this. */
export const BOARDING_RETRY_MS = 10_000
/**
 * For a pass that is younger than the list, a newer list is asked for at once, then after this, so
 * many times in all: the service vouches for what is some seconds past.
 */
export const BOARDING_ASK_MS = 2_500
export const BOARDING_ASKS_MAX = 4
/** The figures' listener: connections at once, and how long one may last in all. */
export const METRICS_CONNECTIONS_MAX = 8
export const METRICS_CONNECTION_MS_MAX = 5000
export const METRICS_HEADER_BYTES_MAX = 8192
/** How far ahead an operator may let entry go on with old trust, who is named, how often it is looked for. */
export const TRUST_EXTENSION_MS_MAX = 72 * 3600_000
export const TRUST_EXTENSION_BY_CHARS_MAX = 48
export const TRUST_EXTENSION_LOOK_MS = 5_000
export const TRUST_EXTENSION_BYTES_MAX = 4096
/** Those who listen to a gate's events at once; events that wait for one of them. */
export const SUBSCRIBERS_MAX = 16
export const SUBSCRIPTION_EVENTS = 200
export const SUBSCRIPTION_EVENTS_MAX = 1000

/** The same code from two readers of one direction within this time is one scan. */
export const SAME_CODE_MS = 3000
/** Codes of one direction that are remembered for that. */
export const SAME_CODES_MAX = 64

/**
 * A code that was not read for so long was taken away. A reader is silent for less of a code that it
 * goes on seeing.
 */
export const TAKEN_AWAY_MS = 3000
/** A phone shows a new code this often. */
export const PHONE_CODE_MS = 15_000
/** Codes of one direction that are remembered since the lane served nobody. */
export const HELD_UP_MAX = 8

/** Codes that one reader drops in a row before SCANNER_FRAMING; drops of fewer bytes don't count. */
export const FRAMING_DROPS = 5
export const FRAMING_BYTES_MIN = 8

/** Lines of the program's log that are kept for support, and their characters. */
export const LOG_TAIL_LINES_MAX = 2000
export const LOG_TAIL_CHARS_MAX = 1_048_576
/** Of support bundles: how many stay; rows of the journal, characters of one file of lines, names of files. */
export const SUPPORT_BUNDLES_KEPT = 3
export const SUPPORT_ROWS_MAX = 2000
export const SUPPORT_FILE_CHARS_MAX = 4 * 1_048_576
export const SUPPORT_FILES_MAX = 1000

/** Of a journal's export: rows of one piece, so that neither a scan nor a grant waits long; its name. */
export const EXPORT_PIECE_ROWS = 100
export const EXPORT_NAME_CHARS_MAX = 100

/** A one-time code as somebody types it, characters. */
export const ENROL_CODE_CHARS_MAX = 100

/** Recordings that stay in the data folder; the largest, bytes. */
export const RECORDINGS_KEPT = 3
export const RECORDING_BYTES_MAX = 64 * 1_048_576
/** What waits to be written of one, bytes: a disk that is slower than that loses the recording. */
export const RECORDING_QUEUE_BYTES_MAX = 8 * 1_048_576
/** What is known when it begins is added while less than this waits. */
export const RECORDING_QUEUE_BYTES_LOW = 262_144
/** Written together, bytes; so long after the first of them, milliseconds. */
export const RECORDING_PIECE_BYTES = 65_536
export const RECORDING_PAUSE_MS = 200
/** How often it is looked whether the disk has room yet. */
export const RECORDING_ROOM_MS = 10_000
/** Used codes, visits and pardons in one; so many at a time, so that no scan waits. */
export const RECORDING_FACTS_MAX = 100_000
export const RECORDING_PIECE_FACTS = 200
