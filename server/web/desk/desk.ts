/**
 * The desk's page: its state as signals, and what staff can do. Views draw the state and call these;
 * the logic runs in Node as it runs in a browser.
 */
import { type ReadonlySignal, signal } from '@preact/signals'
import type { DocumentType } from '../../domain/document-type.ts'
import { LANGUAGES, type Language, language, preferred } from '../shared/language.ts'
import type { Waiting } from '../shared/patience.ts'
import { createSignInSteps, type SignInSteps } from '../shared/staff/sign-in-steps.ts'
import type { Permission, StaffScreen } from '../shared/staff/staff-screen.ts'
import { createDeskContext, type DeskPorts } from './desk-context.ts'
import { createFindSteps, type FindSteps } from './find-steps.ts'
import { createQueue, type Queue } from './queue.ts'
import type { Act, Found, PaperSize, Purpose } from './screens.ts'
import { createSecondSteps, type SecondSteps } from './second-steps.ts'
import { createTicketSteps, type TicketSteps } from './ticket-steps.ts'
import { createWindowSteps, type WindowSteps } from './window-steps.ts'

export interface Desk {
  readonly screen: ReadonlySignal<StaffScreen>
  readonly found: ReadonlySignal<Found>
  readonly act: ReadonlySignal<Act | undefined>
  readonly waiting: ReadonlySignal<Waiting>
  readonly isReachable: ReadonlySignal<boolean>
  /** Of document that is looked for, and what a code is scanned for. */
  readonly type: ReadonlySignal<DocumentType>
  readonly purpose: ReadonlySignal<Purpose>
  readonly paperSize: ReadonlySignal<PaperSize>
  readonly signIn: SignInSteps
  readonly person: FindSteps
  readonly window: WindowSteps
  readonly tickets: TicketSteps
  readonly second: SecondSteps
  readonly queue: Queue
  may(permission: Permission): boolean
  /** Unix milliseconds by the service. */
  now(): number
  speak(language: Language): void
  choose(chosen: { readonly type?: DocumentType; readonly purpose?: Purpose }): void
  /** What the scanner read, or what was typed into its field: found, or shown for the ticket at hand. */
  scan(text: string): Promise<void>
  /** Begins what can be done for the person at hand, and calls it off. */
  begin(act: 'issue' | 'paper' | 'revoke' | 'unlock' | 'sale' | 'refund' | 'change'): void
  callOff(): void
  online(): void
  offline(): void
  hide(): void
  unhide(): void
  /** A fault of the page's own. */
  fail(): void
}

/** Opens the page. `wanted`: the browser's languages; `error`: what the provider's way back said. */
export async function openDesk(
  ports: DeskPorts,
  wanted: readonly string[],
  error?: string,
): Promise<Desk> {
  language.value = preferred(wanted)
  const kept = await ports.vault.get<Language>('language').catch(() => undefined)
  if (kept !== undefined && LANGUAGES.includes(kept)) language.value = kept
  const size = await ports.vault.get<PaperSize>('paper').catch(() => undefined)
  const desk = createDesk(ports, size === 'receipt' ? size : 'a5')
  void desk.signIn.open(error)
  return desk
}

/** Without one of these there is nothing to do here. */
const OF_DESK: readonly Permission[] = ['person.look', 'check.identity', 'approval.decide']

function createDesk(ports: DeskPorts, size: PaperSize): Desk {
  const page = createDeskContext(ports, code => signIn.over(code))
  const type = signal<DocumentType>('resident-id')
  const purpose = signal<Purpose>('sale')
  const paperSize = signal<PaperSize>(size)
  const keep = (name: string, value: string) => void ports.vault.set(name, value).catch(() => {})
  const queue = createQueue(page)
  const person = createFindSteps(page)
  const tickets = createTicketSteps(page, () => void person.tickets())
  const second = createSecondSteps(page, { find: person, onChanged: queue.begin })
  const signIn = createSignInSteps(page, {
    wants: OF_DESK,
    here: '/desk',
    onIn: queue.begin,
    onOut() {
      queue.end()
      person.leave()
    },
    onStuck(trouble) {
      page.act.value = { is: 'trouble', trouble }
    },
  })
  const window = createWindowSteps(page, {
    onAsked: queue.begin,
    keepSize(one) {
      paperSize.value = one
      keep('paper', one)
    },
  })
  const { act } = page

  return {
    ...{ screen: page.screen, found: page.found, act, waiting: page.patience.waiting },
    ...{ isReachable: page.isReachable, type, purpose, paperSize },
    ...{ signIn, person, window, tickets, second, queue, may: page.may },
    now: page.serviceClock.now,
    speak(one) {
      language.value = one
      keep('language', one)
    },
    choose(chosen) {
      type.value = chosen.type ?? type.value
      purpose.value = chosen.purpose ?? purpose.value
    },
    async scan(text) {
      if (page.screen.value.at !== 'in' || page.patience.waiting.value !== 'no') return
      if (act.value?.is === 'present') return tickets.present(text)
      await person.find(text, type.value, purpose.value)
    },
    begin(one) {
      if (page.found.value.is !== 'person') return
      if (one === 'sale') void tickets.trip('sale')
      else if (one === 'refund' || one === 'change') act.value = { is: 'pick', purpose: one }
      else act.value = { is: one }
    },
    callOff() {
      act.value = undefined
    },
    online() {
      page.isReachable.value = true
      if (page.screen.value.at === 'in') queue.begin()
    },
    offline() {
      page.isReachable.value = false
    },
    hide: queue.hide,
    unhide() {
      if (page.screen.value.at === 'in') queue.unhide()
    },
    fail() {
      queue.end()
      page.screen.value = { at: 'fault' }
    },
  }
}
