/** Whom the page can send, in the order of its buttons, by what becomes of them. */
export const SENT = [
  ...(['valid', 'luggage', 'pair', 'child', 'wheelchair', 'runner'] as const),
  ...([
    'screenshot',
    'expired',
    'revoked',
    'noticket',
    'copied',
    'forged',
    'menu',
    'staffed',
  ] as const),
] as const
export type SentName = (typeof SENT)[number]
