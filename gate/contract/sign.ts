/** What a code's row says: the sign a lane shows, who acts, and the sentences. Pure data. */

/**
 * What a lane shows and sounds. Never colour alone: shape, lamp and sound differ together.
 * `pass` arrow, rising tone · `refuse` cross, two low tones · `retry` amber cross, one tone ·
 * `fraud` cross blinking, broken tone · `intrusion` cross blinking, steady tone · `open` arrows
 * both ways · `service` amber lamp for staff only · `none` nothing changes for the passenger.
 */
export const SIGNS = [
  ...(['pass', 'refuse', 'retry', 'fraud'] as const),
  ...(['intrusion', 'open', 'service', 'none'] as const),
] as const
/** Those that are heard, too. */
export const SOUNDED = ['pass', 'refuse', 'retry', 'fraud', 'intrusion', 'open'] as const
export type Sign = (typeof SIGNS)[number]

/** Who acts: passenger, staff, technician, or nobody. */
export type Actor = 'passenger' | 'staff' | 'technician' | 'nobody'

export interface VerdictRow {
  readonly sign: Sign
  readonly zh: string
  readonly en: string
  readonly who: Actor
  /** The technician's or staff's next step. */
  readonly action: string
}

export interface AlarmRow {
  readonly sign: Sign
  readonly who: Actor
  readonly action: string
}

export const verdict = (
  sign: Sign,
  zh: string,
  en: string,
  who: Actor,
  action: string,
): VerdictRow => ({
  sign,
  zh,
  en,
  who,
  action,
})

export const alarm = (sign: Sign, who: Actor, action: string): AlarmRow => ({ sign, who, action })
