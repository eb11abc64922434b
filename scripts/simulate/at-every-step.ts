/** What must be true at every moment of a simulation, whatever goes wrong. */
import { UPLOAD_RETRY_MAX_MS } from '../../gate/limits.ts'
import { STATION_INVARIANTS } from './at-the-station.ts'
import type { StepInvariant } from './invariant.ts'

/** How long a grant holds a relay at most: five seconds, and what its row took. */
const ENERGISED_MS_MAX = 8000
const FIRE_MS_MAX = 100
/** The longest pause of an upload, whose answer brings a poll that failed forward; the publisher's signature. */
const KNOWN_AFTER_MS = UPLOAD_RETRY_MAX_MS + 15_000

const GRANT_FIRST: StepInvariant = {
  says: 'an entry opens for a grant that is on disk, or stands open by fire, emergency, mode or staff',
  watch(facts, fail) {
    const grants = new Map<string, number>()
    return one => {
      const { lane, atMs } = one
      const open = grants.get(lane) ?? 0
      if (one.what === 'row' && one.kind === 'grant' && one.body.direction === 'entry') {
        grants.set(lane, open + 1)
      }
      const isEnd = one.what === 'row' && ['passage', 'annulled'].includes(one.kind)
      if (isEnd) grants.set(lane, Math.max(0, open - 1))
      const opens = one.what === 'relay' && one.name === 'entry' && one.on
      if (!opens || open > 0 || facts.mayBeOpen(lane, atMs)) return
      if (!facts.mayReleaseUnwritten(lane, atMs)) {
        fail({ atMs, lane, what: 'the entry opened, and no grant of it is on disk' })
      }
    }
  },
}

const RELAY_LIMIT: StepInvariant = {
  says: 'no relay stays energised for longer than a grant may wait',
  watch(facts, fail) {
    const since = new Map<string, number>()
    return one => {
      if (one.what !== 'relay') return
      const { lane, name, atMs } = one
      const key = `${lane} ${name}`
      if (one.on) return void since.set(key, atMs)
      const fromMs = since.get(key) ?? atMs
      if (atMs - fromMs <= ENERGISED_MS_MAX) return
      if (facts.mayBeOpen(lane, fromMs) || facts.mayBeOpen(lane, atMs)) return
      fail({
        atMs,
        lane,
        what: `its relay ${name} was energised for ${(atMs - fromMs).toFixed(0)} ms`,
      })
    }
  },
}

const FIRE_OPENS: StepInvariant = {
  says: 'a fire opens both ways within 100 ms, unless power or board are away',
  watch(facts, fail) {
    const begun = new Map<string, number>()
    return (one, relays) => {
      if (one.what === 'contact' && one.name === 'fire' && one.on) begun.set(one.lane, one.atMs)
      for (const [lane, fromMs] of begun) {
        const acting = facts.acting(lane)
        const deaf = acting.has('power cut') || acting.has('board lost')
        if (!deaf && one.atMs <= fromMs + FIRE_MS_MAX) continue
        begun.delete(lane)
        if (deaf || relays.get(lane)?.size === 2) continue
        fail({ atMs: one.atMs, lane, what: 'a fire did not open it both ways' })
      }
    }
  },
}

const REVOKED: StepInvariant = {
  says: 'a revoked certificate is refused once the gate could know: 45 s without any fault',
  watch(facts, fail) {
    return one => {
      if (one.what !== 'row' || one.kind !== 'grant' || one.body.direction !== 'entry') return
      const { lane, atMs } = one
      const cti = String(one.body.cti)
      const sinceMs = facts.revoked.get(cti)
      if (sinceMs === undefined || !facts.wasCalm(lane, KNOWN_AFTER_MS, sinceMs, atMs)) return
      const ago = `${((atMs - sinceMs) / 1000).toFixed(0)} s ago`
      fail({ atMs, lane, what: `it admitted certificate ${cti}, which was revoked ${ago}` })
    }
  },
}

export const STEP_INVARIANTS = {
  ...{ GRANT_FIRST, RELAY_LIMIT, FIRE_OPENS, REVOKED },
  ...STATION_INVARIANTS,
} as const
