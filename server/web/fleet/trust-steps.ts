/** What gates go by: the trust document, the manifest, the keys; a key is denied, a manifest is made now. */
import { type ReadonlySignal, signal } from '@preact/signals'
import type { Api } from '../shared/api.d.ts'
import { type StaffContext, staffTroubleOf } from '../shared/staff/staff-context.ts'
import type { Loaded, StaffTrouble } from '../shared/staff/staff-screen.ts'

const ROUTE = 'GET /v1/fleet/trust'
const DENY = 'POST /v1/trust/denied-kids'
const PUBLISH = 'POST /v1/trust/publish'
export type Trust = Api[typeof ROUTE]['answer']
export type TrustKey = Trust['keys'][number]

export type TrustAct =
  | { readonly is: 'no' }
  | { readonly is: 'deny'; readonly kid: string; readonly trouble?: StaffTrouble }
  | { readonly is: 'denied'; readonly kid: string; readonly manifestVersion: number | null }
  | { readonly is: 'publish'; readonly trouble?: StaffTrouble }
  | { readonly is: 'published'; readonly manifestVersion: number | null }

export interface TrustSteps {
  readonly trust: ReadonlySignal<Loaded<Trust>>
  readonly act: ReadonlySignal<TrustAct>
  open(): Promise<void>
  begin(act: 'publish' | { readonly deny: string }): void
  callOff(): void
  deny(kid: string, reason: string): Promise<void>
  publish(reason: string): Promise<void>
  close(): void
}

const EVERY_MS = 10_000

export function createTrustSteps(page: StaffContext): TrustSteps {
  const trust = signal<Loaded<Trust>>({ is: 'loading' })
  const act = signal<TrustAct>({ is: 'no' })
  let isOpen = false
  let cancel = () => {}

  async function load(): Promise<void> {
    cancel()
    const answer = await page.call(ROUTE, {})
    if (!isOpen) return
    cancel = page.ports.timers.after(EVERY_MS, () => void load())
    if (answer.ok) trust.value = { is: 'here', value: answer.body }
    else if (trust.value.is !== 'here') {
      trust.value = { is: 'away', trouble: staffTroubleOf(page, ROUTE, answer) }
    }
  }

  return {
    ...{ trust, act },
    open() {
      isOpen = true
      return load()
    },
    begin(one) {
      act.value = one === 'publish' ? { is: 'publish' } : { is: 'deny', kid: one.deny }
    },
    callOff() {
      act.value = { is: 'no' }
    },
    async deny(kid, reason) {
      const answer = await page.work(DENY, { body: { kid, reason: reason.trim() } })
      act.value = answer.ok
        ? { is: 'denied', kid, manifestVersion: answer.body.manifestVersion }
        : { is: 'deny', kid, trouble: staffTroubleOf(page, DENY, answer) }
      await load()
    },
    async publish(reason) {
      const answer = await page.work(PUBLISH, { body: { reason: reason.trim() } })
      act.value = answer.ok
        ? { is: 'published', manifestVersion: answer.body.manifestVersion }
        : { is: 'publish', trouble: staffTroubleOf(page, PUBLISH, answer) }
      await load()
    },
    close() {
      isOpen = false
      cancel()
      trust.value = { is: 'loading' }
      act.value = { is: 'no' }
    },
  }
}
