/** When a day or a month of Asia/Shanghai ends, by which quotas count. Pure; Unix milliseconds. */
import { SHANGHAI_OFFSET_MS } from './certificate.ts'

const DAY_MS = 24 * 3600_000

/** When the next day begins. */
export function nextShanghaiDay(at: number): number {
  const local = at + SHANGHAI_OFFSET_MS
  return local - (local % DAY_MS) + DAY_MS - SHANGHAI_OFFSET_MS
}

/** When the next month begins. */
export function nextShanghaiMonth(at: number): number {
  const local = new Date(at + SHANGHAI_OFFSET_MS)
  return Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + 1, 1) - SHANGHAI_OFFSET_MS
}

const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
]

/** The date on which a day begins, as people read it. */
export function shanghaiDate(at: number): { readonly zh: string; readonly en: string } {
  const local = new Date(at + SHANGHAI_OFFSET_MS)
  const [month, day] = [local.getUTCMonth(), local.getUTCDate()]
  return { zh: `${month + 1}月${day}日零时`, en: `${day} ${MONTHS[month]}, 00:00` }
}
