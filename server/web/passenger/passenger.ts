/**
 * What the passenger's page does: from an empty phone over application and face check to a certificate,
 * and what comes after. It has one screen at a time; the views draw it and call what is here.
 */
import { type ReadonlySignal, signal } from '@preact/signals'
import { LANGUAGES, type Language, language, preferred } from '../shared/language.ts'
import type { Waiting } from '../shared/patience.ts'
import { VaultError } from '../shared/ports.ts'
import { type ApplySteps, createApplySteps } from './apply-steps.ts'
import { type CertificateLife, createLife } from './certificate-life.ts'
import { type ClaimStep, createClaimStep } from './claim-step.ts'
import { createFaceSteps } from './face-steps.ts'
import { createKeeper, type Keeper, type KeptCertificate } from './kept.ts'
import {
  begun,
  createContext,
  EMPTY_DRAFT,
  type PageContext,
  type PassengerPorts,
  troubleOf,
  waitedFor,
} from './page-context.ts'
import type { Draft, Ended, FaceOf, Screen, Trouble } from './screens.ts'

export interface Passenger {
  readonly screen: ReadonlySignal<Screen>
  readonly draft: ReadonlySignal<Draft>
  readonly waiting: ReadonlySignal<Waiting>
  /** Whether the last request was answered. */
  readonly isReachable: ReadonlySignal<boolean>
  /** Service less phone, milliseconds. */
  readonly clockOffset: ReadonlySignal<number>
  /** The certificate could not be kept: it is gone when the page is closed. */
  readonly isUnkept: ReadonlySignal<boolean>
  /** The code and its state, while there is a certificate. */
  readonly life: ReadonlySignal<CertificateLife | undefined>
  readonly steps: ApplySteps
  /** From the window. */
  readonly claim: ClaimStep
  now(): number
  speak(one: Language): void
  checkFace(of: FaceOf): Promise<void>
  breakOff(): void
  askToCancel(certificate: KeptCertificate): void
  cancel(certificate: KeptCertificate): Promise<void>
  back(certificate: KeptCertificate): void
  /** To the beginning, where there is no certificate. */
  restart(): void
  /** The page goes to the background, and comes back. */
  hide(): void
  unhide(): void
  /** The phone has a network again, and has none any more. */
  online(): void
  offline(): void
  /** A fault of the page's own. */
  fail(): void
  /** Another tab has the page now. */
  leave(): void
}

/** Reads what is kept and shows it. `wanted`: the browser's languages, the best first. */
export async function openPassenger(
  ports: PassengerPorts,
  wanted: readonly string[],
): Promise<Passenger> {
  language.value = preferred(wanted)
  const keeper = createKeeper(ports.vault)
  try {
    if (globalThis.crypto?.subtle === undefined) return troubled(ports, keeper, 'NO_CRYPTO')
    const kept = await keeper.get('language')
    if (kept !== undefined && LANGUAGES.includes(kept)) language.value = kept
    const page = createContext(ports, keeper, (await keeper.get('clockOffset')) ?? 0)
    const passenger = createPassenger(page)
    await resume(page, keeper, passenger.begin)
    return passenger
  } catch (error) {
    return troubled(ports, keeper, troubleOf(error))
  }
}

function troubled(ports: PassengerPorts, keeper: Keeper, trouble: Trouble): Passenger {
  const page = createContext(ports, keeper, 0)
  page.screen.value = { at: 'trouble', trouble }
  return createPassenger(page)
}

/** Where the person was. */
async function resume(
  page: PageContext,
  keeper: Keeper,
  begin: (certificate: KeptCertificate) => void,
): Promise<void> {
  const certificate = await keeper.get('certificate')
  if (certificate !== undefined) return begin(certificate)
  const application = await keeper.get('application')
  const isOpen = application !== undefined && page.serviceClock.now() < application.expiresAt
  page.screen.value = isOpen
    ? { at: 'ready', of: { kind: 'application', application } }
    : { at: 'welcome' }
  void page.client.call('GET /v1/time', {})
}

function createPassenger(
  page: PageContext,
): Passenger & { readonly begin: (certificate: KeptCertificate) => void } {
  const { screen, keeper, client, patience, serviceClock } = page
  const life = signal<CertificateLife | undefined>(undefined)
  const isUnkept = signal(false)

  async function keep(certificate: KeptCertificate): Promise<void> {
    try {
      await keeper.set('certificate', certificate)
      await keeper.remove('application')
      isUnkept.value = false
    } catch (error) {
      if (!(error instanceof VaultError)) throw error
      isUnkept.value = true
    }
  }

  function begin(certificate: KeptCertificate): void {
    life.value?.end()
    screen.value = { at: 'certificate', certificate }
    life.value = createLife(certificate, {
      ...{ serviceClock, client, timers: page.ports.timers, isReachable: page.isReachable },
      device: keeper.device,
      onTold: told,
      onEnded: why => void over(why),
    })
  }

  function told(certificate: KeptCertificate): void {
    if (screen.value.at === 'certificate') screen.value = { at: 'certificate', certificate }
    void keep(certificate)
  }

  /** The key goes with the certificate. */
  async function over(why: Ended): Promise<void> {
    screen.value = { at: 'ended', why }
    life.value?.end()
    life.value = undefined
    await keeper.remove('certificate').catch(() => {})
  }

  async function issued(certificate: KeptCertificate): Promise<void> {
    page.draft.value = EMPTY_DRAFT
    await keep(certificate)
    begin(certificate)
  }

  const face = createFaceSteps(page, {
    onIssued: issued,
    onBrokenOff(of) {
      if (of.kind === 'certificate') begin(of.certificate)
      else screen.value = { at: 'ready', of }
    },
  })

  async function cancel(certificate: KeptCertificate): Promise<void> {
    const given = { params: { id: certificate.id } }
    const device = await keeper.device()
    const answer = await client.call('DELETE /v1/certificates/{id}', given, device)
    if (answer.ok || (answer.why === 'refused' && answer.problem.code === 'CERTIFICATE_ENDED')) {
      return over('cancelled')
    }
    screen.value =
      answer.why === 'refused'
        ? { at: 'refused', problem: answer.problem, of: { kind: 'certificate', certificate } }
        : { at: 'unreachable', again: () => void waitedFor(page, () => cancel(certificate)) }
  }

  return {
    screen,
    draft: page.draft,
    waiting: patience.waiting,
    isReachable: page.isReachable,
    clockOffset: page.clockOffset,
    isUnkept,
    life,
    steps: createApplySteps(page),
    claim: createClaimStep(page, issued),
    begin,
    now: serviceClock.now,
    speak(one) {
      language.value = one
      void keeper.set('language', one).catch(() => {})
    },
    async checkFace(of) {
      life.value?.end()
      life.value = undefined
      await begun(page, () => face.check(of))
    },
    breakOff: face.breakOff,
    askToCancel(certificate) {
      screen.value = { at: 'cancel', certificate }
    },
    cancel: certificate => waitedFor(page, () => cancel(certificate)),
    back: begin,
    restart() {
      screen.value = { at: 'welcome' }
      void keeper.remove('application').catch(() => {})
    },
    hide: () => life.value?.hide(),
    unhide: () => life.value?.unhide(),
    online: () => void (life.value?.look() ?? client.call('GET /v1/time', {})),
    offline() {
      page.isReachable.value = false
    },
    fail() {
      face.breakOff()
      life.value?.end()
      screen.value = { at: 'trouble', trouble: 'FAULT' }
    },
    leave() {
      face.breakOff()
      life.value?.end()
      screen.value = { at: 'trouble', trouble: 'SECOND_TAB' }
    },
  }
}
