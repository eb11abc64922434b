/**
 * What must be true at every moment of a simulation, whatever goes wrong, and at its end when all that
 * went wrong is over.
 */
import type { Observed } from '../../fixtures/stage/observed.ts'
import type { GrantRef } from '../../gate/contract/events.ts'
import type { Facts } from './facts.ts'
import type { JournalLine } from './system.ts'

export interface Broken {
  readonly invariant: string
  readonly atMs: number
  readonly what: string
}

/** The end: no fault acts any more, and all that waited had its time. */
export interface End {
  readonly atMs: number
  /** The gate's own journal, in its order. */
  readonly journal: readonly JournalLine[]
  /** What the service has of it, in any order. */
  readonly stored: readonly Pick<JournalLine, 'epoch' | 'seq' | 'hash'>[]
  /** Rows that were refused on their way and told so, as `EPOCH SEQ`. */
  readonly setAside: ReadonlySet<string>
}

interface Check {
  see?(one: Observed, lanes: Relays): void
  atEnd?(end: End): void
}
type Fail = (atMs: number, what: string) => void
/** Relays that are energised, by lane, and since when; `one` of `see` is in it already. */
type Relays = ReadonlyMap<string, ReadonlyMap<string, number>>

/** How long a grant holds a relay at most: five seconds, and what its row took. */
const ENERGISED_MS_MAX = 8000
const FIRE_MS_MAX = 100
/** A poll each ten seconds; the publisher's signature, and a pause after a failed poll. */
const KNOWN_AFTER_MS = 30_000

const bodyOf = (line: JournalLine) =>
  JSON.parse(line.body ?? '{}') as Readonly<Record<string, unknown>> & { readonly grant?: GrantRef }

export const INVARIANTS: Readonly<Record<string, (facts: Facts, fail: Fail) => Check>> = {
  /** An entry opens for a grant that is on disk, or because the lane stands open. */
  GRANT_FIRST(facts, fail) {
    const open = new Map<string, number>()
    return {
      see(one) {
        if (one.what === 'row' && one.kind === 'grant' && one.body.direction === 'entry') {
          open.set(one.lane, (open.get(one.lane) ?? 0) + 1)
        }
        const isEnd = one.what === 'row' && ['passage', 'annulled'].includes(one.kind)
        if (isEnd) open.set(one.lane, Math.max(0, (open.get(one.lane) ?? 0) - 1))
        const opens = one.what === 'relay' && one.name === 'entry' && one.on
        if (opens && !open.get(one.lane) && !facts.mayBeOpen(one.lane, one.atMs)) {
          fail(one.atMs, `${one.lane}: the entry opened, and no grant of it is on disk`)
        }
      },
    }
  },

  /** No relay stays energised for longer than a grant may wait. */
  RELAY_LIMIT(facts, fail) {
    const since = new Map<string, number>()
    return {
      see(one) {
        if (one.what !== 'relay') return
        const key = `${one.lane} ${one.name}`
        if (one.on) return void since.set(key, one.atMs)
        const fromMs = since.get(key) ?? one.atMs
        const isLong = one.atMs - fromMs > ENERGISED_MS_MAX
        if (isLong && !facts.mayBeOpen(one.lane, fromMs) && !facts.mayBeOpen(one.lane, one.atMs)) {
          fail(one.atMs, `${key} was energised for ${one.atMs - fromMs} ms`)
        }
      },
    }
  },

  /** A fire opens both ways at once, in any state. */
  FIRE_OPENS(facts, fail) {
    const begun = new Map<string, number>()
    return {
      see(one, relays) {
        if (one.what === 'contact' && one.name === 'fire' && one.on) begun.set(one.lane, one.atMs)
        for (const [lane, atMs] of begun) {
          const deaf = ['power cut', 'board lost'].some(kind => facts.acting(lane).has(kind))
          if (!deaf && one.atMs <= atMs + FIRE_MS_MAX) continue
          begun.delete(lane)
          if (!deaf && relays.get(lane)?.size !== 2)
            fail(one.atMs, `${lane}: a fire did not open it`)
        }
      },
    }
  },

  /** A revoked certificate is refused once the gate could know of it. */
  REVOKED(facts, fail) {
    return {
      see(one) {
        if (one.what !== 'row' || one.kind !== 'grant' || one.body.direction !== 'entry') return
        const sinceMs = facts.revoked.get(String(one.body.cti))
        if (sinceMs !== undefined && facts.wasCalm(KNOWN_AFTER_MS, sinceMs, one.atMs)) {
          fail(
            one.atMs,
            `${one.lane}: admitted ${one.body.cti}, revoked ${one.atMs - sinceMs} ms ago`,
          )
        }
      },
    }
  },

  /** A code lets through once. */
  USED_ONCE(_facts, fail) {
    return {
      atEnd({ journal, atMs }) {
        const codes = new Map<string, string>()
        const used = new Set<string>()
        for (const line of journal) {
          const body = bodyOf(line)
          if (line.kind === 'grant' && body.cti !== undefined) {
            codes.set(
              `${line.epoch} ${line.seq}`,
              `${body.cti} ${body.presentedAt} ${body.direction}`,
            )
          }
          if (line.kind !== 'passage' || body.grant === undefined) continue
          const code = codes.get(`${body.grant.epoch} ${body.grant.seq}`)
          if (code === undefined) continue
          if (used.has(code)) fail(atMs, `one code let two people through: ${code}`)
          used.add(code)
        }
      },
    }
  },

  /** Each grant ends once, as a passage or annulled. */
  ENDS_ONCE(_facts, fail) {
    return {
      atEnd({ journal, atMs }) {
        const ends = new Map<string, number>()
        for (const line of journal) {
          if (line.kind === 'grant') ends.set(`${line.epoch} ${line.seq}`, 0)
          if (line.kind !== 'passage' && line.kind !== 'annulled') continue
          const { grant } = bodyOf(line)
          const key = `${grant?.epoch} ${grant?.seq}`
          ends.set(key, (ends.get(key) ?? 0) + 1)
        }
        for (const [grant, count] of ends) {
          if (count !== 1) fail(atMs, `grant ${grant} ended ${count} times`)
        }
      },
    }
  },

  /** The service has the gate's journal, each row exactly once; what it refused is kept at the gate. */
  STORED_ONCE(_facts, fail) {
    const nameOf = (line: Pick<JournalLine, 'epoch' | 'seq' | 'hash'>) =>
      `${line.epoch} ${line.seq} ${line.hash}`
    return {
      atEnd({ journal, stored, setAside, atMs }) {
        const names = new Set(stored.map(nameOf))
        if (names.size !== stored.length) fail(atMs, 'the service has a row twice')
        const missing = journal.filter(
          line => !names.has(nameOf(line)) && !setAside.has(`${line.epoch} ${line.seq}`),
        )
        if (missing.length > 0) fail(atMs, `the service has not ${missing.length} rows of the gate`)
        if (stored.length > journal.length) fail(atMs, 'the service has rows that the gate has not')
      },
    }
  },

  /** Rows follow each other without a gap, and time that is proved never runs backwards. */
  ONE_ORDER(_facts, fail) {
    return {
      atEnd({ journal, atMs }) {
        let last: JournalLine | undefined
        let proved: JournalLine | undefined
        for (const line of journal) {
          const isNext = last?.epoch === line.epoch ? line.seq === last.seq + 1 : line.seq === 1
          if (!isNext) fail(atMs, `row ${line.seq} follows ${last?.seq ?? 'nothing'}`)
          last = line
          if (line.clock !== 'TRUSTED') continue
          if (proved !== undefined && line.at < proved.at) {
            fail(atMs, `row ${line.seq} is ${proved.at - line.at} ms older than row ${proved.seq}`)
          }
          proved = line
        }
      },
    }
  },
}

export interface Invariants {
  see(one: Observed): void
  atEnd(end: End): void
  readonly broken: readonly Broken[]
}

export function createInvariants(facts: Facts): Invariants {
  const broken: Broken[] = []
  const relays = new Map<string, Map<string, number>>()
  const checks = Object.entries(INVARIANTS).map(([invariant, create]) =>
    create(facts, (atMs, what) => void broken.push({ invariant, atMs, what })),
  )

  function seeRelay(one: Observed): void {
    if (one.what !== 'relay') return
    const on = relays.get(one.lane) ?? new Map<string, number>()
    relays.set(one.lane, on)
    if (one.on) on.set(one.name, one.atMs)
    else on.delete(one.name)
  }

  return {
    broken,
    see(one) {
      seeRelay(one)
      for (const check of checks) check.see?.(one, relays)
    },
    atEnd(end) {
      for (const check of checks) check.atEnd?.(end)
    },
  }
}
