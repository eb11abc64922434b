/** What was seen, as lines for people: the golden trace of a scenario. Pure. */
import { diff } from 'node:util'
import type { Observed } from '../../fixtures/stage/observed.ts'

const TIME_CHARS = 10
const LANE_CHARS = 4

/** `    1.234 s A  relay entry on` */
export function traceLine(one: Observed): string {
  const time = `${(one.atMs / 1000).toFixed(3)} s`.padStart(TIME_CHARS)
  return `${time} ${one.lane.padEnd(LANE_CHARS)} ${said(one)}`.trimEnd()
}

function said(one: Observed): string {
  switch (one.what) {
    case 'row':
      return `row ${rowSaid(one.kind, one.body)}`
    case 'sign':
      return `sign ${one.sign} ${one.code}`
    case 'relay':
    case 'lamp':
    case 'contact':
      return `${one.what} ${one.name} ${one.on ? 'on' : 'off'}`
    case 'buzzer':
      return `buzzer ${one.on ? 'on' : 'off'}`
    case 'device':
      return `device ${one.name} ${one.state}`
    case 'person':
      return `${one.name} ${one.through ? 'came through' : 'went back'}`
    case 'step':
      return `> ${one.text}`
  }
}

/** A row's words in the order of its body; names that are drawn, and long values, are left out. */
export function rowSaid(kind: string, body: Readonly<Record<string, unknown>>): string {
  const words = ['code', 'on', 'reason', 'stage', 'direction', 'area', 'source', 'about', 'what']
    .filter(key => body[key] !== undefined && body[key] !== '')
    .map(key => (key === 'on' ? (body.on ? 'begins' : 'is over') : String(body[key])))
  const flags = (body.flags as readonly string[] | undefined) ?? []
  return [kind, ...words, ...(flags.length > 0 ? [`flags ${flags.join(' ')}`] : [])].join(' ')
}

/** Lines that differ, each with two around it: `-` was expected, `+` is so now. */
export function traceDifference(expected: readonly string[], now: readonly string[]): string[] {
  const all = diff([...now], [...expected])
  const isNear = (i: number) =>
    all.slice(Math.max(0, i - AROUND), i + AROUND + 1).some(([kind]) => kind !== SAME)
  return all.flatMap(([kind, line], i) => {
    if (!isNear(i)) return []
    return [`${kind === SAME ? ' ' : kind === EXPECTED ? '-' : '+'} ${line}`]
  })
}

const AROUND = 2
const [SAME, EXPECTED] = [0, -1]
