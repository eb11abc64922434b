/** Ids that sort by the time at which they were made: what pages go by. */
import type { Random } from '../../clock.ts'

/** 28 hex digits: Unix ms, then 64 random bits. */
export const makeTimeId = (random: Random, now: number): string =>
  `${firstTimeId(now)}${random.bytes(8).toString('hex')}`

/** Sorts before all ids made at `now` or later, and after those made earlier. */
export const firstTimeId = (now: number): string => Math.max(0, now).toString(16).padStart(12, '0')
