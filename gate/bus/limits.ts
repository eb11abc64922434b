/** Every maximum of the station bus. Sizes in bytes or entries, times in milliseconds. */

/** Facts in one message. */
export const FACTS_MAX = 200
/** One message, signed: 200 of the longest facts are about 80 kB. */
export const MESSAGE_BYTES_MAX = 98_304
/** One MQTT packet: a message, its topic and its header. */
export const PACKET_BYTES_MAX = MESSAGE_BYTES_MAX + 512
/** Facts that wait to be told; past that the oldest go, and a snapshot heals the gap. */
export const FACTS_QUEUE_MAX = 2000
/** Messages handed to the bus thread and not yet sent; past that they are dropped, as above. */
export const LINK_QUEUE_MAX = 64

/** A gate says so often that it is there. */
export const HELLO_MS = 2000
/** Two hellos that ask for what is missing are at least so far apart. */
export const HELLO_PAUSE_MS = 1000
/** A sibling that was not heard for so long is silent: others speak for it. */
export const SILENT_MS = 30_000
/** A snapshot of which nothing comes for so long is asked for again, and so long at first. */
export const ASK_RETRY_MS = 10_000
export const ASK_FIRST_MS = 3000
/** What is missed is asked for from so much before the last message that came in order. */
export const ASK_SLACK_MS = 5000
/** Epochs remembered of one sibling. */
export const EPOCHS_MAX = 4

/** Facts older than this are in no snapshot. */
export const SNAPSHOT_HORIZON_MS = 24 * 3_600_000
/** Pages of one snapshot; past that the oldest facts are left out. */
export const SNAPSHOT_PAGES_MAX = 500
/** Pages are so far apart. */
export const SNAPSHOT_PAGE_MS = 50
/** Entries of memory looked at in one turn. */
export const SNAPSHOT_LOOK_MAX = 5000
/** One sibling gets a snapshot so often at most. */
export const SNAPSHOT_EVERY_MS = 2000

/** Without a broker that delivers for so long is BUS_DOWN. */
export const BUS_DOWN_MS = 5000
/** A sibling, or this gate's own hello, that was not heard for so long is BUS_DOWN: three hellos. */
export const DEAF_MS = 6000
/** What comes later than this after it happened, or is missing for so long, is BUS_DOWN. */
export const LATE_MS = 3000
/** BUS_DOWN stays for so long after the last thing that was late. */
export const LATE_HOLD_MS = 10_000
/** Names of siblings in one alarm; the rest are counted. */
export const NAMES_SHOWN_MAX = 4
/** So many breaks of the connection in so long are BUS_DOWN. */
export const FLAPS_MAX = 3
export const FLAP_WINDOW_MS = 30_000
/** A hello whose time is further from this gate's clock shows nobody awake. */
export const HELLO_TOLERANCE_MS = 120_000
/** This gate's own hellos that may be on their way; past that the oldest no longer count. */
export const ECHOES_MAX = 16
/** Codes admitted twice that are told one by one within a minute; the rest are summed up. */
export const DOUBLES_PER_MINUTE_MAX = 60
/** Such codes that are known to have been told. */
export const DOUBLES_KNOWN_MAX = 10_000
/** Characters of an alarm's detail. */
export const DETAIL_CHARS_MAX = 400
/** Reconnects are tried after these bounds, growing between them. */
export const RECONNECT_MIN_MS = 500
export const RECONNECT_MAX_MS = 30_000
/** How long a broker may take to answer, and how often it is asked whether it is there, seconds. */
export const CONNECT_TIMEOUT_MS = 5000
export const KEEPALIVE_S = 10
/** A broker is asked so often whether it lets strangers in. */
export const STRANGER_EVERY_MS = 3_600_000
/** How long a stop waits for the last messages. */
export const BUS_STOP_MS = 1000
/** The bus thread's memory, MiB: a flood ends the thread, not the gate. */
export const THREAD_HEAP_MIB = 192
/** Messages a second and at once that are taken of one gate. */
export const SENDER_MESSAGES_PER_S = 60
export const SENDER_MESSAGES_BURST = 120
/** Messages that wait to be verified. */
export const RECEIVE_QUEUE_MAX = 1000
/** Counts of ignored messages are told so often. */
export const COUNTS_MS = 1000

/**
 * The embedded broker: connections that have shown no ticket yet, in all with those of 256 gates, and
 * from one address.
 */
export const STRANGERS_MAX = 32
export const CONNECTIONS_MAX = 256 + STRANGERS_MAX + 1
export const CONNECTIONS_PER_ADDRESS_MAX = 16
/** What one connection may send; a faster one is slowed down, a longer packet ends it. */
export const CONNECTION_LIMITS = {
  packetBytesMax: PACKET_BYTES_MAX,
  bytesPerS: 2 * 1_048_576,
  packetsPerS: 400,
} as const

/**
 * What any broker may send this gate: all its siblings' together, and what others may publish there
 * that is no message, up to a size that a broker is expected to refuse.
 */
export const BROKER_LIMITS = {
  packetBytesMax: 1_048_576,
  /** The longest of all (MQTT 3.1.1 §2.2.3): whatever lies on a broker, the gate goes on. */
  packetSkipMax: 268_435_460,
  bytesPerS: 16 * 1_048_576,
  packetsPerS: 4000,
} as const

/** A gate that reads nothing for so long is let go: shorter than what is late (`LATE_MS`). */
export const DRAIN_MS = 2000
/** Tickets that the embedded broker remembers as used. */
export const TICKETS_MAX = 10_000
/** A ticket's or a password's characters. */
export const TICKET_CHARS_MAX = 1024
