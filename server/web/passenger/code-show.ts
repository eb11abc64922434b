/**
 * The code while it is shown: the pass countersigned with the time, anew every 15 seconds, without a
 * network. What is not shown is not signed either (pass/specification.md, 14).
 */
import { type ReadonlySignal, signal } from '@preact/signals'
import { presentPass } from '../../../pass/present.ts'
import { encodePassText } from '../../../pass/text.ts'
import { CODE_MS } from '../shared/limits.ts'
import { signerOf } from '../shared/phone-keys.ts'
import type { Timers } from '../shared/ports.ts'
import type { ServiceClock } from '../shared/service-clock.ts'
import type { KeptCertificate } from './kept.ts'

export interface ShownCode {
  /** For the drawing alone: it is never shown as text. */
  readonly text: string
  /** Unix milliseconds by the service. */
  readonly madeAt: number
  /** When the next one comes. */
  readonly nextAt: number
}

export interface CodeShow {
  /** Undefined while none is shown. */
  readonly code: ReadonlySignal<ShownCode | undefined>
  /** Shows codes of this certificate from now on. */
  start(certificate: KeptCertificate): void
  /** Makes the next one now. */
  refresh(): void
  stop(): void
}

export function createCodeShow(serviceClock: ServiceClock, timers: Timers): CodeShow {
  const code = signal<ShownCode | undefined>(undefined)
  let shown: KeptCertificate | undefined
  let cancelNext = () => {}
  /** Of the newest start, refresh or stop: what an older one signs is not shown. */
  let turn = 0

  async function make(): Promise<void> {
    cancelNext()
    const mine = ++turn
    const of = shown
    if (of === undefined) return
    const madeAt = serviceClock.now()
    const presented = await presentPass({
      pass: of.pass,
      presentedAt: Math.floor(madeAt / 1000),
      sign: signerOf(of.holder),
    })
    if (mine !== turn) return
    code.value = { text: encodePassText(presented), madeAt, nextAt: madeAt + CODE_MS }
    cancelNext = timers.after(CODE_MS, () => void make())
  }

  return {
    code,
    start(certificate) {
      shown = certificate
      void make()
    },
    refresh: () => void make(),
    stop() {
      turn += 1
      cancelNext()
      shown = undefined
      code.value = undefined
    },
  }
}
