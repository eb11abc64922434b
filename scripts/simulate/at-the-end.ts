/** What must be true when all that went wrong is over: of the journal, of its copy, of certificates. Pure. */
import type { GrantRef } from '../../gate/contract/events.ts'
import type { End, EndInvariant, Fail, GateEnd } from './invariant.ts'
import type { JournalLine } from './simulated-gate.ts'

const QUOTA_PER_MONTH = 3
/** By the calendar, not by the service's own arithmetic. */
const SHANGHAI_MONTH = new Intl.DateTimeFormat('en', {
  ...({ timeZone: 'Asia/Shanghai', month: 'long', year: 'numeric' } as const),
})

const bodyOf = (line: JournalLine) =>
  JSON.parse(line.body ?? '{}') as Readonly<Record<string, unknown>> & { readonly grant?: GrantRef }
const nameOf = (ref: GrantRef | undefined): string => `${ref?.epoch} ${ref?.seq}`
/** When and where a row was written. */
const placeOf = ({ at, lane }: JournalLine, startMs: number) => ({ atMs: at - startMs, lane })

/** What must be true of each gate by itself. `fail` has its place where no lane is named. */
const ofEachGate = (
  says: string,
  check: (gate: GateEnd, end: Pick<End, 'atMs' | 'startMs'>, fail: Fail) => void,
): EndInvariant => ({
  says,
  check(end, fail) {
    for (const gate of end.gates) {
      check(gate, end, one => fail({ ...one, lane: one.lane || gate.place }))
    }
  },
})

const USED_ONCE = ofEachGate(
  'one code lets one person through a gate',
  ({ journal }, { startMs }, fail) => {
    const codes = new Map<string, string>()
    const used = new Set<string>()
    for (const line of journal) {
      const body = bodyOf(line)
      if (line.kind === 'grant' && body.cti !== undefined) {
        codes.set(nameOf(line), `${body.cti} ${body.presentedAt} ${body.direction}`)
      }
      if (line.kind !== 'passage' || body.grant === undefined) continue
      const code = codes.get(nameOf(body.grant))
      if (code === undefined) continue
      if (used.has(code)) {
        const what = `a second person came through on one code of certificate ${body.cti}`
        fail({ ...placeOf(line, startMs), what })
      }
      used.add(code)
    }
  },
)

const ENDS_ONCE = ofEachGate(
  'each grant ends once, as a passage or annulled',
  ({ journal }, { startMs }, fail) => {
    const ends = new Map<string, { grant: JournalLine; count: number }>()
    for (const line of journal) {
      if (line.kind === 'grant') ends.set(nameOf(line), { grant: line, count: 0 })
      if (line.kind !== 'passage' && line.kind !== 'annulled') continue
      const ended = ends.get(nameOf(bodyOf(line).grant))
      if (ended !== undefined) ended.count += 1
    }
    for (const { grant, count } of ends.values()) {
      if (count === 1) continue
      const what = `the grant of row ${grant.seq} ended ${count} times`
      fail({ ...placeOf(grant, startMs), what })
    }
  },
)

const STORED_ONCE = ofEachGate(
  'the service has the gate’s journal, each row exactly once, or the gate keeps it aside',
  ({ journal, stored, setAside }, { atMs }, fail) => {
    const told = (what: string): void => fail({ atMs, lane: '', what })
    const keyOf = (line: Pick<JournalLine, 'epoch' | 'seq' | 'hash'>): string =>
      `${nameOf(line)} ${line.hash}`
    const names = new Set(stored.map(keyOf))
    const missing = journal.filter(line => !names.has(keyOf(line)) && !setAside.has(nameOf(line)))
    if (names.size !== stored.length) told('the service has a row twice')
    if (missing.length > 0) {
      told(`the service lacks ${missing.length} of the gate’s ${journal.length} rows`)
    }
    if (stored.length > journal.length) told('the service has rows that the gate has not')
  },
)

const ONE_ORDER = ofEachGate(
  'rows follow each other without a gap, and proved time never runs backwards',
  ({ journal }, { startMs }, fail) => {
    let last: JournalLine | undefined
    let proved: JournalLine | undefined
    for (const line of journal) {
      const told = (what: string, near = line): void => fail({ ...placeOf(near, startMs), what })
      const isNext = last?.epoch === line.epoch ? line.seq === last.seq + 1 : line.seq === 1
      if (!isNext) told(`row ${line.seq} follows ${last?.seq ?? 'nothing'}`)
      last = line
      if (line.clock !== 'TRUSTED') continue
      if (proved !== undefined && line.at < proved.at) {
        const lateMs = proved.at - line.at
        told(`row ${line.seq} is ${lateMs} ms older than row ${proved.seq} before it`, proved)
      }
      proved = line
    }
  },
)

const QUOTA: EndInvariant = {
  says: 'a person gets three certificates a month of Shanghai, and is refused none of them',
  check({ answers, startMs }, fail) {
    const counts = new Map<string, number>()
    for (const { person, atMs, isNew, code } of answers) {
      const month = SHANGHAI_MONTH.format(atMs)
      const key = `${person} ${month}`
      const count = counts.get(key) ?? 0
      const told = (what: string): void =>
        fail({ atMs: atMs - startMs, lane: '', what: `person ${person} ${what} ${month}` })
      if (code === 'QUOTA_USED' && count < QUOTA_PER_MONTH) {
        told(`was refused by the quota after ${count} certificates in`)
      }
      if (!isNew) continue
      counts.set(key, count + 1)
      if (count === QUOTA_PER_MONTH) told('got one certificate too many in')
    }
  },
}

export const END_INVARIANTS = { USED_ONCE, ENDS_ONCE, STORED_ONCE, ONE_ORDER, QUOTA } as const
