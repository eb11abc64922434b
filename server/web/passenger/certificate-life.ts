/**
 * A certificate on the phone, second by second: whether its code is shown, hidden, or shown for the way
 * out; and whether the service still has it as running.
 */
import { type ReadonlySignal, signal } from '@preact/signals'
import { AWAY_MS_MAX, LOOK_EVERY_MS } from '../shared/limits.ts'
import type { Timers } from '../shared/ports.ts'
import type { ServiceClient } from '../shared/service-client.ts'
import type { ServiceClock } from '../shared/service-clock.ts'
import { createCodeShow, type ShownCode } from './code-show.ts'
import type { KeptCertificate } from './kept.ts'
import type { CodeState, Ended } from './screens.ts'

export interface LifePorts {
  readonly serviceClock: ServiceClock
  readonly timers: Timers
  readonly client: ServiceClient
  readonly device: () => Promise<CryptoKeyPair>
  /** Whether the last request was answered. */
  readonly isReachable: ReadonlySignal<boolean>
  /** The service told something new of it. */
  readonly onTold: (certificate: KeptCertificate) => void
  /** It is over: nothing of it is shown any more. */
  readonly onEnded: (why: Ended) => void
}

export interface CertificateLife {
  readonly state: ReadonlySignal<CodeState>
  readonly code: ReadonlySignal<ShownCode | undefined>
  /** The service's time, Unix milliseconds, each second. */
  readonly now: ReadonlySignal<number>
  /** Shows a code that is covered, or one for the way out. */
  show(): void
  refresh(): void
  /** The page goes to the background, and comes back. */
  hide(): void
  unhide(): void
  /** Asks the service whether the certificate still runs. */
  look(): Promise<void>
  end(): void
}

const SECOND_MS = 1000

export function createLife(certificate: KeptCertificate, ports: LifePorts): CertificateLife {
  const { serviceClock, timers, client, isReachable } = ports
  const show = createCodeShow(serviceClock, timers)
  const now = signal(serviceClock.now())
  const state = signal<CodeState>('face-due')
  let known = certificate
  let isCovered = false
  let isExitWanted = false
  /** When the page went to the background, by the service's time. */
  let hiddenAt: number | undefined
  let isOver = false
  let lookedAt = Number.NEGATIVE_INFINITY
  let cancelTick = () => {}

  function stateNow(): CodeState {
    if (isCovered) return 'covered'
    if (now.value < known.passExpiresAt) return 'live'
    if (isReachable.value) return 'face-due'
    return isExitWanted ? 'exit-only' : 'exit-offered'
  }

  /** Brings what is shown in line with the state. */
  function settle(): void {
    if (isOver) return
    now.value = serviceClock.now()
    if (now.value >= known.validUntil && isReachable.value) {
      over('expired')
      return
    }
    state.value = stateNow()
    const isShown =
      (state.value === 'live' || state.value === 'exit-only') && hiddenAt === undefined
    if (!isShown) show.stop()
    else if (show.code.value === undefined) show.start(known)
  }

  function tick(): void {
    settle()
    if (isOver) return
    if (hiddenAt === undefined && now.value - lookedAt >= LOOK_EVERY_MS) void look()
    cancelTick = timers.after(SECOND_MS - (now.value % SECOND_MS), tick)
  }

  function over(why: Ended): void {
    end()
    ports.onEnded(why)
  }

  function end(): void {
    isOver = true
    cancelTick()
    show.stop()
  }

  async function look(): Promise<void> {
    lookedAt = serviceClock.now()
    // The phone's clock may have been set since.
    await client.call('GET /v1/time', {})
    if (isOver) return
    const given = { params: { id: known.id } }
    const answer = await client.call('GET /v1/certificates/{id}', given, await ports.device())
    if (isOver) return
    if (answer.ok) {
      if (answer.body.state !== 'active') return over(answer.body.state)
      const validUntil = Date.parse(answer.body.validUntil)
      known = { ...known, validUntil, monthLeft: answer.body.monthLeft }
      ports.onTold(known)
    } else if (answer.why === 'refused' && answer.problem.code === 'CERTIFICATE_UNKNOWN') {
      return over('unknown')
    }
    settle()
  }

  tick()
  return {
    state,
    code: show.code,
    now,
    show() {
      if (state.value === 'exit-offered') isExitWanted = true
      isCovered = false
      settle()
    },
    refresh: show.refresh,
    hide() {
      hiddenAt = serviceClock.now()
      settle()
    },
    unhide() {
      const awayMs = serviceClock.now() - (hiddenAt ?? serviceClock.now())
      hiddenAt = undefined
      const isShown = state.value === 'live' || state.value === 'exit-only'
      if (awayMs > AWAY_MS_MAX && isShown) isCovered = true
      settle()
      if (!isOver) void look()
    },
    look,
    end,
  }
}
