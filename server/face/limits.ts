/** Every maximum of the face check, and the bounds of its judgement. Times in milliseconds. */

/** Frames of one capture, and of one prompt. */
export const FRAMES_MIN = 4
export const FRAMES_MAX = 8
export const FRAMES_PER_PROMPT_MAX = 3
/** Prompts of one challenge, and the pictures it asks for in all: each may be refused, and takes time. */
export const PROMPTS_COUNT_MIN = 4
export const PROMPTS_COUNT_MAX = 6
export const PICTURES_ASKED_MAX = 7

/** Cells across and down of a picture's sketch, its length, and how many of its 256 bits differ in a copy. */
export const PRINT_SIDE = 16
export const PRINT_BYTES = (PRINT_SIDE * PRINT_SIDE) / 8
export const PRINT_BITS_NEAR = 6

/** One picture, bytes and pixels; it is looked at with its longer side at 640. */
export const PICTURE_BYTES_MAX = 6 * 1_048_576
export const PICTURE_PIXELS_MAX = 24_000_000
export const PICTURE_SIDE = 640
/** The longer side in units of the shorter. */
export const PICTURE_ASPECT_MAX = 4
/** Scans of a JPEG: the usual progressive one has ten. */
export const PICTURE_SCANS_MAX = 16
/** Pixels of what a decoder holds as a whole: a JPEG of several scans, a WebP. 4096 × 3072. */
export const PICTURE_WHOLE_PIXELS_MAX = 12_582_912
/** What decoding one picture may take: the dearest that is taken takes half a second. */
export const PICTURE_MS_MAX = 3_000

/** Checks that wait, and how long one waits: a phone asks again. */
export const QUEUE_MAX = 16
export const QUEUE_WAIT_MS_MAX = 10_000
/**
 * What was worked for an address counts half after so long, and nothing below so much. Addresses that
 * are counted at once.
 */
export const SHARE_HALF_MS = 30_000
export const SHARE_FORGOTTEN_MS = 10
export const SHARE_ADDRESSES_MAX = 10_000

/** Niceness of its process: polls and staff go before face checks where cores are few. */
export const PROCESS_NICENESS = 5
/**
 * What one check may take: eight frames take about one and a half seconds, and many on a machine with
 * other work. Pictures have a bound of their own, and no address holds up another.
 */
export const CHECK_MS_MAX = 20_000
/** Loading the networks and a first look: two seconds, and many where a machine has other work. */
export const READY_MS_MAX = 40_000

/**
 * The process of the face check, MiB: it has 450 with its networks at work, and 100 more while it
 * decodes the dearest picture that is taken. Past the first it is ended at once; past the second, or
 * after so many pictures, another takes its place between two checks. Then the bound of its scripts' heap.
 */
export const PROCESS_MIB_MAX = 1024
export const PROCESS_MIB_REST = 768
export const PROCESS_PICTURES_MAX = 5_000
export const PROCESS_HEAP_MIB_MAX = 256
/**
 * How large its old generation may grow before it is first collected. Pixels count there: without this
 * each check had one or two collections of everything, a tenth of its CPU, to save 30 MiB.
 */
export const PROCESS_HEAP_MIB_FIRST = 64
/** How often it looks at its own memory and clock while it decodes. */
export const PROCESS_LOOK_MS = 20

/** Smallest confidence of a face, by each detector. */
export const CONFIDENCE_MIN = 0.5
/** The outer corners of the eyes, pixels apart in the picture as looked at. */
export const EYES_PX_MIN = 40
/** Mean luma of the face, 0 to 255. */
export const LUMA_MIN = 40
/** Variance of the Laplacian over the face's square scaled to 128. */
export const SHARPNESS_MIN = 19

/**
 * Embeddings closer than this are one person: on 129 people (an ID portrait against a later photo)
 * 5 of 129 were refused and 8 of 16,512 strangers taken. The often quoted 0.6 takes 1 %.
 */
export const MATCH_DISTANCE_MAX = 0.52
/** Below it the match is not near the bound. */
export const NEAR_DISTANCE_MAX = 0.42
/** A turned head against its own frontal frame: turning raises distances. */
export const TURNED_DISTANCE_MAX = 0.6

/** How far the nose moves beside the eyes, in eye distances, before a head counts as turned. */
export const TURN_MIN = 0.09
/** Frames looking ahead differ by less. */
export const AHEAD_MAX = 0.07
/** How far from the middle the nose may be when looking ahead: faces aren't even. */
export const AHEAD_OFF_MAX = 0.3
/**
 * Landmarks of two frames that differ by less, in eye distances, are of one still: moved and scaled
 * stills differed by up to 0.07, a head that turns by 0.16 and more.
 */
export const STILL_SHAPE_MAX = 0.11

/** A face check of the authority's: what one may take, and between which bounds the config sets it. */
export const REMOTE_DEADLINE_MS = 10_000
export const REMOTE_DEADLINE_MS_MIN = 500
export const REMOTE_DEADLINE_MS_MAX = 30_000
/** Its answer, bytes. */
export const REMOTE_ANSWER_BYTES_MAX = 16 * 1024
/** Checks under way at once: each holds its pictures in memory. */
export const REMOTE_CHECKS_MAX = 16
/** How often one check is sent, and the wait between. */
export const REMOTE_SENDS_MAX = 2
export const REMOTE_AGAIN_MS = 250
/** After so many failures in a row it is not asked for so long. */
export const REMOTE_FAILURES_MAX = 5
export const REMOTE_AWAY_MS = 30_000
/** Characters of its bearer secret. */
export const REMOTE_SECRET_CHARS_MIN = 16
export const REMOTE_SECRET_CHARS_MAX = 4096
