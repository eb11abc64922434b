/**
 * What a row of the journal says of its verification, and of how trust, clock, tickets and siblings
 * stood: read from its trace, for `decide` to be asked again. Pure.
 */
import type { ClockState, TraceStep } from '../../../gate/contract/events.ts'
import type { FreshnessStage } from '../../../gate/contract/freshness.ts'
import type { BoardingView } from '../../../gate/decide/boarding.ts'
import type { TrustRollback } from '../../../gate/decide/rollback.ts'
import { fromHex } from '../../../pass/bytes.ts'
import type { VerifiedPass, VerifyCode, VerifyResult } from '../../../pass/verify.ts'
import type { ExportedRow } from './read-export.ts'

export interface StoredOutcome {
  readonly found: VerifyResult
  readonly stage: FreshnessStage
  readonly listAgeMs: number
  readonly rollback: TrustRollback
  readonly clock: ClockState
  readonly doubt: 'unproven' | undefined
  readonly bus: 'up' | 'down' | undefined
  readonly boarding: BoardingView | undefined
}

const STAGES = ['FRESH', 'STALE', 'DEGRADED', 'OVERDUE', 'STAFF', 'CLOSED'] as const

export function storedOutcome(row: ExportedRow): StoredOutcome {
  const steps = new Map((row.body.trace as TraceStep[]).map(step => [step.rule, step]))
  const saw = (rule: string): string => steps.get(rule)?.saw ?? ''
  const stage = STAGES.find(one => saw('trust').startsWith(one))
  const clockSaw = saw('clock')
  const uncertain = clockSaw === 'uncertain' || row.body.code === 'CLOCK_UNCERTAIN'
  const closed = row.body.code === 'TRUST_STALE' ? 'CLOSED' : 'FRESH'
  const heard = saw('siblings')
  return {
    found: foundOf(row, saw),
    stage: stage ?? closed,
    listAgeMs: secondsIn(saw('paper'), /up to (\d+) s ago/),
    rollback: (/, (closed|accepted)$/.exec(saw('rollback'))?.[1] as TrustRollback) ?? 'none',
    clock: uncertain ? 'UNCERTAIN' : 'TRUSTED',
    doubt: clockSaw === 'unproven' ? 'unproven' : undefined,
    bus: heard === '' || heard === 'no bus' ? undefined : heard === 'heard' ? 'up' : 'down',
    boarding: boardingOf(row, saw('ticket')),
  }
}

function secondsIn(saw: string, pattern: RegExp): number {
  return Number(pattern.exec(saw)?.[1] ?? 0) * 1000
}

function foundOf({ body }: ExportedRow, saw: (rule: string) => string): VerifyResult {
  const ctiHex = body.cti as string | undefined
  const cti = fromHex(ctiHex ?? '')
  // A closed lane refuses before anything is said of the pass.
  const unsaid = saw('verify') === '' && body.presentedAt !== undefined ? 'phone' : undefined
  const authentic = /^(phone|paper), authentic$/.exec(saw('verify'))?.[1] ?? unsaid
  if (authentic === undefined || ctiHex === undefined) {
    const [code = 'MALFORMED', ...seen] = saw('verify').split(', ')
    const values = seen.map(one => [
      one.slice(0, one.indexOf(' ')),
      one.slice(one.indexOf(' ') + 1),
    ])
    return {
      ok: false,
      code: (code || 'MALFORMED') as VerifyCode,
      seen: Object.fromEntries(values),
      ...(ctiHex !== undefined && { cti }),
    }
  }
  const presentedAt = Number(body.presentedAt)
  const iat = Math.abs(presentedAt)
  const young = saw('ticket').includes('the pass is younger')
  const pass: Omit<VerifiedPass, symbol> = {
    ...{ cti, ctiHex, passClass: authentic as VerifiedPass['passClass'] },
    ...{ iat: young ? Number.MAX_SAFE_INTEGER : iat, exp: iat + 86_400 },
    inScope: !saw('scope').startsWith('not good'),
    statusKnown: saw('status') !== 'no list',
    presentedAt: authentic === 'paper' ? undefined : presentedAt,
    ...{ statusList: '', statusIndex: 0 },
    expiredByMs: secondsIn(saw('late'), /^expired (\d+) s ago$/),
    staleByMs: secondsIn(saw('late'), /^(\d+) s too old$/),
  }
  // Paper is named by its own date.
  const named = authentic === 'paper' ? { ...pass, iat } : pass
  return { ok: true, pass: named as VerifiedPass }
}

/** A list that says of this pass what the list of the station said. */
function boardingOf({ body }: ExportedRow, saw: string): BoardingView | undefined {
  if (saw === '' || saw === 'off' || saw === 'no boarding list') return undefined
  const {
    train: number = '',
    from = 0,
    until = 0,
  } = (body.boarding ?? {}) as {
    train?: string
    from?: number
    until?: number
  }
  const asOf = /list of (\S+?)(,|$)/.exec(saw)?.[1]
  return {
    asOf: asOf === undefined ? 0 : Date.parse(asOf) / 1000,
    fresh: !saw.endsWith('service not heard'),
    trains: () => (body.boarding === undefined ? [] : [{ number, from, until }]) as never,
    elsewhere: () => saw.startsWith('a ticket from another station'),
  }
}
