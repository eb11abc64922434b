/** Times as people read them: by the clock of China, and as what is left. */
import { type Language, TAGS } from './language.ts'

const ZONE = 'Asia/Shanghai'
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** The hour and minute, and the day where it is not today. `at`, `now`: Unix milliseconds. */
export function clockTime(at: number, now: number, language: Language): string {
  const time = format(at, language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const day = dayNumber(at) - dayNumber(now)
  if (day === 0) return time
  if (day === 1) return language === 'zh' ? `明天 ${time}` : `tomorrow ${time}`
  return `${format(at, language, { month: 'short', day: 'numeric' })} ${time}`
}

/** What is left, by hours and minutes; under a minute by seconds, from two days on by days. Never less than nothing. */
export function timeLeft(ms: number, language: Language): string {
  const left = Math.max(0, ms)
  const zh = language === 'zh'
  if (left < MINUTE_MS) {
    const seconds = Math.ceil(left / 1000)
    return zh ? `${seconds} 秒` : `${seconds} s`
  }
  if (left >= 2 * DAY_MS) {
    const days = Math.floor(left / DAY_MS)
    return zh ? `${days} 天` : `${days} days`
  }
  const hours = Math.floor(left / HOUR_MS)
  const minutes = Math.floor((left % HOUR_MS) / MINUTE_MS)
  if (hours === 0) return zh ? `${minutes} 分钟` : `${minutes} min`
  return zh ? `${hours} 小时 ${minutes} 分` : `${hours} h ${minutes} min`
}

/** Of a difference between two clocks. */
export function howFar(ms: number, language: Language): string {
  return timeLeft(Math.abs(ms), language)
}

const format = (at: number, language: Language, parts: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(TAGS[language], { timeZone: ZONE, ...parts }).format(at)

/** Days since 1970 in Shanghai, which has no summer time. */
const dayNumber = (at: number) => Math.floor((at + 8 * HOUR_MS) / DAY_MS)
