/**
 * Maxima of requests and connections of a replica: bodies, headers, streams, descriptors. Sizes in
 * bytes, times in milliseconds.
 */

/** Body of an ordinary request. */
export const BODY_BYTES_MAX = 64 * 1024
/** Body of one upload of journal rows: 200 rows, each body JSON inside JSON. */
export const EVENTS_BODY_BYTES_MAX = 4 * 1024 * 1024
/**
 * Bytes of bodies under way at one replica, in all and of one client: its address, or the gate or
 * member of staff that it is known to be. Pictures and journals take no room from the others.
 */
export const BODY_ROOMS = {
  small: { all: 16 * 1024 * 1024, client: 2 * 1024 * 1024 },
  pictures: { all: 32 * 1024 * 1024, client: 16 * 1024 * 1024 },
  journals: { all: 64 * 1024 * 1024, client: 8 * 1024 * 1024 },
} as const
/** Of a connection, so much is read ahead of whoever wants it, and what came with it. */
export const READ_AHEAD_BYTES = 16 * 1024
/** Memory for a body is taken in steps. */
export const BODY_GROWS_BYTES = 64 * 1024
/** A body must bring so many more bytes, or its end, within so long; then it is broken off. */
export const BODY_STEP_BYTES = 16 * 1024
export const BODY_STEP_MS_MAX = 7_000
/** One that has not for so long gives its place to who finds no room. */
export const BODY_MAKES_ROOM_MS = 1_000
/** Bodies whose request is answered: so many bytes of all of them are thrown away at each look. */
export const DRAIN_BYTES_A_LOOK = 128 * 1024
export const DRAIN_LOOK_MS = 10
/** One turn in so many rounds of the event loop: as many connections are accepted meanwhile. */
export const TURN_ROUNDS = 4
/** Requests that wait for a turn; with more, who comes is told to come again, seconds later. */
export const TURNS_WAITING_MAX = 2048
export const TURN_RETRY_S = '2'
/** A turn counts half after so long; with less than so much of one a client is forgotten. */
export const TURN_HALF_MS = 5_000
export const TURNS_FORGOTTEN = 0.1
export const TURN_CLIENTS_MAX = 10_000
/** A whole request must have arrived within this time. */
export const REQUEST_MS_MAX = 15_000
export const HEADERS_MS_MAX = 10_000
/** How often connections are looked at for those two deadlines. */
export const DEADLINE_LOOK_MS = 500
/** An idle connection is kept this long: gates poll every 10 s. */
export const KEEP_ALIVE_MS = 20_000
export const HEADER_BYTES_MAX = 16 * 1024
/** How long a browser that came by https comes back by https alone: half a year, in seconds. */
export const HSTS_SECONDS = 15_552_000
/** The listener of the metrics: connections at once, and how long one may last in all. */
export const METRICS_CONNECTIONS_MAX = 32
export const METRICS_CONNECTION_MS_MAX = 10_000
/**
 * Connections at once, as far as there are descriptors. A gate keeps two, its event stream is one.
 * Half of them may be of one address, half may be event streams.
 */
export const CONNECTIONS = 4096
export const CONNECTIONS_MIN = 32
export const CONNECTIONS_MAX = 65_536
/** Descriptors for all else: databases, files, the face check, connections of our own. */
export const DESCRIPTORS_KEPT = 96
/** Without room, a connection that has waited so long without a whole request is ended for another. */
export const CONNECTION_MAKES_ROOM_MS = 1_000
/** Event streams of one address: as many as a station has gates. */
export const STREAMS_OF_ADDRESS_MAX = 256
/** Requests of one connection that wait for their answers; with more it is ended. */
export const PENDING_REQUESTS_MAX = 16
/** A connection on which nothing is read or written is ended. Event streams write every 30 s. */
export const CONNECTION_STILL_MS_MAX = 60_000
/** After a stop is asked for, open requests have this long. */
export const STOP_MS_MAX = 5_000
/** How often a stopping server looks for connections that have turned idle. */
export const IDLE_LOOK_MS = 20
/**
 * Memory is given back after a time in which the process took so much of a core, once it takes so
 * little at so many looks.
 */
export const MEMORY_LOOK_MS = 5_000
export const MEMORY_BUSY_SHARE = 0.3
export const MEMORY_QUIET_SHARE = 0.1
export const MEMORY_QUIET_LOOKS = 2
