/**
 * The fleet's page: its state as signals, and what operators, technicians and auditors can do. Views draw
 * the state and call these; the logic runs in Node as it runs in a browser.
 */
import { type ReadonlySignal, signal } from '@preact/signals'
import { LANGUAGES, type Language, language, preferred } from '../shared/language.ts'
import type { Waiting } from '../shared/patience.ts'
import type { Vault } from '../shared/ports.ts'
import { createSignInSteps, type SignInSteps } from '../shared/staff/sign-in-steps.ts'
import { createStaffContext, type StaffPorts } from '../shared/staff/staff-context.ts'
import type { Permission, StaffScreen, StaffTrouble } from '../shared/staff/staff-screen.ts'
import { ACTIONS, type ActionName } from './actions.ts'
import { type AdminSteps, createAdminSteps } from './admin-steps.ts'
import { type AuditSteps, createAuditSteps } from './audit-steps.ts'
import { type ConfigSteps, createConfigSteps } from './config-steps.ts'
import { createGates, type Gates } from './gates.ts'
import { createHealthSteps, type HealthSteps } from './health-steps.ts'
import { createJournal, type Journal } from './journal.ts'
import { type Place, placeOf } from './place.ts'
import { createSeconds } from './seconds.ts'
import type { OpenStream } from './stream.ts'
import { createTrustSteps, type TrustSteps } from './trust-steps.ts'

export interface FleetPorts extends StaffPorts {
  /** Keeps the language, nothing else. */
  readonly vault: Vault
  readonly openStream: OpenStream
}

export interface Fleet {
  readonly screen: ReadonlySignal<StaffScreen>
  readonly place: ReadonlySignal<Place>
  readonly waiting: ReadonlySignal<Waiting>
  readonly isReachable: ReadonlySignal<boolean>
  readonly isOnline: ReadonlySignal<boolean>
  /** Why somebody could not be signed out. */
  readonly stuck: ReadonlySignal<StaffTrouble | undefined>
  readonly signIn: SignInSteps
  readonly gates: Gates
  readonly journal: Journal
  readonly health: HealthSteps
  readonly configs: ConfigSteps
  readonly admin: AdminSteps
  readonly trust: TrustSteps
  readonly audit: AuditSteps
  may(action: ActionName): boolean
  /** Unix milliseconds by the service, of this second. */
  readonly now: ReadonlySignal<number>
  speak(language: Language): void
  /** The address says something else; `hash`: its end. */
  go(hash: string): void
  online(): void
  offline(): void
  /** The page goes to the background, and comes back. */
  hide(): void
  unhide(): void
  /** A fault of the page's own. */
  fail(): void
}

/** Without one of these there is nothing to do here. */
const OF_FLEET: readonly Permission[] = ['fleet.read', 'audit.read']

/** Opens the page. `wanted`: the browser's languages; `error`: what the provider's way back said. */
export async function openFleet(
  ports: FleetPorts,
  { wanted, hash, error }: { wanted: readonly string[]; hash: string; error?: string },
): Promise<Fleet> {
  language.value = preferred(wanted)
  const kept = await ports.vault.get<Language>('language').catch(() => undefined)
  if (kept !== undefined && LANGUAGES.includes(kept)) language.value = kept
  const fleet = createFleet(ports, placeOf(hash))
  void fleet.signIn.open(error)
  return fleet
}

function createFleet(ports: FleetPorts, first: Place): Fleet {
  const page = createStaffContext(ports, code => signIn.over(code))
  const place = signal(first)
  const isOnline = signal(ports.isOnline())
  const stuck = signal<StaffTrouble>()
  const seconds = createSeconds(page)
  const gates = createGates(page, {
    open: ports.openStream,
    onTime: seconds.look,
    onOtherRole() {
      end()
      void signIn.open()
    },
  })
  const journal = createJournal(page)
  const health = createHealthSteps(page)
  const configs = createConfigSteps(page, gates.lanesOf)
  const admin = createAdminSteps(page)
  const trust = createTrustSteps(page)
  const audit = createAuditSteps(page)
  const parts = { journal, health, configs, admin, trust, audit }

  function leave(): void {
    for (const part of [journal, health, configs, trust, audit]) part.close()
    admin.leave()
  }

  /** What a place needs is asked for when one comes there. */
  function arrive(): void {
    const now = place.value
    if (now.at === 'trust') void trust.open()
    if (now.at === 'audit' && may('audit')) void audit.open()
    if (now.at !== 'gate') return
    if (now.part === 'state') void health.open(now.gate)
    if (now.part === 'journal') void journal.open(now.gate)
    if (now.part === 'config') void configs.open(now.gate)
  }

  function begin(): void {
    if (page.may('fleet.read')) gates.begin()
    seconds.begin()
    arrive()
  }
  function end(): void {
    gates.end()
    seconds.end()
    leave()
  }

  const signIn = createSignInSteps(page, {
    ...{ wants: OF_FLEET, here: '/fleet', onIn: begin, onOut: end },
    onStuck(trouble) {
      stuck.value = trouble
    },
  })
  const isIn = () => page.screen.value.at === 'in'
  const may = (action: ActionName): boolean => page.may(ACTIONS[action])

  return {
    ...{ ...parts, screen: page.screen, place, waiting: page.patience.waiting, stuck, signIn },
    ...{ gates, isReachable: page.isReachable, isOnline, may, now: seconds.now },
    speak(one) {
      language.value = one
      void ports.vault.set('language', one).catch(() => {})
    },
    go(hash) {
      const next = placeOf(hash)
      stuck.value = undefined
      leave()
      place.value = next
      if (isIn()) arrive()
    },
    online() {
      isOnline.value = true
      if (isIn()) gates.begin()
    },
    offline() {
      isOnline.value = false
    },
    hide: gates.hide,
    unhide() {
      if (isIn()) gates.begin()
    },
    fail() {
      end()
      page.screen.value = { at: 'fault' }
    },
  }
}
