/** What several gates of one station promise together, over its bus (gate/bus/rules.md). */
import { DEAF_MS, LATE_MS } from '../../gate/bus/limits.ts'
import type { StepInvariant } from './invariant.ts'

/** A message takes some milliseconds; its row comes first. */
const TOLD_MS = 200
/** After a trouble of the bus or of a gate all that was missed has come again: snapshots, retries. */
const HEALED_MS = 45_000
/** Past that the second grant is flagged, whatever has happened; a passage reports itself late. */
const FLAGGED_MS = DEAF_MS + LATE_MS + 2000

/** A code that a lane of the station let in, and whether its grant came to nothing. */
interface Use {
  readonly lane: string
  readonly atMs: number
  isAnnulled: boolean
}

const USED_ONCE_AT_STATION: StepInvariant = {
  says: 'a code that a sibling let in opens nothing, once the gate could know; before, it is flagged after 11 s',
  watch(facts, fail) {
    const codes = new Map<string, Use[]>()
    /** The last grant of each lane. */
    const grants = new Map<string, Use>()
    return one => {
      if (one.what !== 'row') return
      const { lane, atMs, kind, body } = one
      const last = grants.get(lane)
      if (kind === 'annulled' && last !== undefined) last.isAnnulled = true
      if (kind !== 'grant' || body.cti === undefined) return
      const use: Use = { lane, atMs, isAnnulled: false }
      const name = `${body.cti} ${body.presentedAt} ${body.direction}`
      const before = codes.get(name) ?? []
      grants.set(lane, use)
      codes.set(name, [...before, use])
      const isFlagged = ((body.flags ?? []) as readonly string[]).includes('BUS_DOWN')
      for (const other of before) {
        const agoMs = atMs - other.atMs
        const isOwn = facts.gateOf(other.lane) === facts.gateOf(lane)
        if (isOwn || other.isAnnulled || agoMs < TOLD_MS) continue
        const knew = facts.wasBusCalm([lane, other.lane], atMs - HEALED_MS, atMs)
        const what = `certificate ${body.cti} came in on a code that ${other.lane} let in ${agoMs.toFixed(0)} ms ago`
        if (knew) fail({ atMs, lane, what })
        else if (agoMs > FLAGGED_MS && !isFlagged) fail({ atMs, lane, what: `${what}, unflagged` })
      }
    }
  },
}

const REFUSED_FOR_CAUSE: StepInvariant = {
  says: 'a code is refused as used, or its holder as inside, for a grant of the station or a sibling’s word',
  watch(facts, fail) {
    const granted = new Set<string>()
    return one => {
      if (one.what !== 'row') return
      const { lane, atMs, kind, body } = one
      const cti = String(body.cti)
      const code = `${cti} ${body.presentedAt}`
      // A free way that somebody took uses their code too.
      const isUse = kind === 'grant' || (kind === 'scan' && body.area !== undefined)
      if (isUse) granted.add(code).add(cti)
      if (kind !== 'scan' || facts.slandered.has(cti)) return
      const isUsed = body.code === 'ALREADY_USED'
      if (!isUsed && body.code !== 'ALREADY_INSIDE') return
      if (granted.has(isUsed ? code : cti)) return
      const presentedAt = isUsed ? Number(body.presentedAt) : undefined
      if (!facts.mayBeUnwritten(cti, presentedAt, atMs)) {
        fail({ atMs, lane, what: `${body.code} for certificate ${cti}, which nobody had let in` })
      }
    }
  },
}

export const STATION_INVARIANTS = { USED_ONCE_AT_STATION, REFUSED_FOR_CAUSE } as const
