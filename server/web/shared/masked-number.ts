/** A document number as it may be shown: its ends alone. The stars do not tell how long it is. */
const SHOWN = 4

export function maskedNumber(number: string): string {
  const points = [...number]
  const end = points.slice(-SHOWN).join('')
  if (points.length <= 2 * SHOWN) return `**** ${end}`
  return `${points.slice(0, SHOWN).join('')} **** **** ${end}`
}
