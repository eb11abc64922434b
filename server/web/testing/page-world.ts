/**
 * A service in this process that serves the pages, for tests in a browser: its clock can be moved, it
 * can be stopped and started, and whether a face check passes is the test's to say.
 */
import type { FaceCheck, FaceReason } from '../../face/port.ts'
import { registerPerson } from '../../services/people-registry.ts'
import { transact } from '../../store/engine/transact.ts'
import { issueAtWindow } from '../../testing/holder.ts'
import { NOON, openWorld, reopenWorld, type World } from '../../testing/world.ts'
import { buildPages } from '../build.ts'
import { readPageFiles } from '../page-files.ts'

export interface PageWorld {
  /** Another one after each start. */
  readonly world: World
  readonly url: string
  /** Clocks, the page's too, go on by the test's hand alone. */
  readonly isStill: boolean
  /** Why the next face checks are refused; undefined lets them pass. */
  faceReason: FaceReason | undefined
  isServing(): boolean
  /** Puts somebody on file whose number nobody else has. */
  newPerson(): Promise<{ readonly name: string; readonly documentNumber: string }>
  /** A code from the window, for a certificate of somebody new. */
  windowCode(): Promise<string>
  /** Moves the service's clock on, and with it what follows it. */
  advance(ms: number): Promise<void>
  /** Runs `follow` whenever the clock was moved, so that it is never far behind. */
  onMoved(follow: () => Promise<void>): void
  /** Ends the service: connections to its address are refused. */
  stop(): Promise<void>
  /** The service again, on its database and at its address. */
  start(): Promise<void>
  close(): Promise<void>
}

/** Operators need a second factor; the provider is down. */
const STAFF = {
  totpFor: ['operator'],
  oidc: {
    ...{ issuer: 'http://127.0.0.1:9', name: 'Rail ID', clientId: 'desk' },
    roles: [{ value: 'desk', role: 'agent' }],
  },
}
const PERSON = { name: '张三明', documentType: 'passport' } as const
/** A clock that was moved so far at once would be taken for one that is set. */
const STEP_MS = 2_000

/** `dir`: an empty folder. Throws where the pages can't be built. */
export async function openPageWorld(dir: string, { isStill = false } = {}): Promise<PageWorld> {
  const build = await buildPages({ onStart: () => {} })
  if (!build.ok) throw new Error(build.problem)
  const pages = readPageFiles(build.folder)
  await (await openWorld(dir, 3)).close()
  const clock = createMovedClock(isStill)
  const followers: (() => Promise<void>)[] = []
  const faces = facesAsSaid(() => pageWorld.faceReason)
  const ports = { pages, isAtOwnAddress: true }
  const open = () => reopenWorld(dir, clock, undefined, faces, STAFF, ports)
  let world = await open()
  let isServing = true
  const url = await world.listen()
  let people = 0

  const pageWorld: PageWorld = {
    get world() {
      return world
    },
    ...{ url, isStill, faceReason: undefined },
    isServing: () => isServing,
    async newPerson() {
      const documentNumber = `E${String(10_000_000 + people++)}`
      const { db, secrets } = world.service
      await transact(db, tx =>
        registerPerson(tx, secrets, { ...PERSON, documentNumber }, new Uint8Array(3), clock.time),
      )
      return { name: PERSON.name, documentNumber }
    },
    async windowCode() {
      const person = await pageWorld.newPerson()
      const agent = await world.signIn('agent')
      return (await issueAtWindow(world, agent, { ...PERSON, ...person })).claim.code
    },
    async advance(ms) {
      const stepMs = followers.length > 0 ? STEP_MS : ms
      for (let left = ms; left > 0; left -= stepMs) {
        clock.time += Math.min(stepMs, left)
        for (const follow of followers) await follow()
      }
    },
    onMoved: follow => void followers.push(follow),
    async stop() {
      isServing = false
      await world.close()
    },
    async start() {
      world = await open()
      await world.listen(Number(new URL(url).port))
      isServing = true
    },
    close: async () => (isServing ? world.close() : undefined),
  }
  return pageWorld
}

/** From NOON on; what it is set to, it goes on from, or stands at. */
function createMovedClock(isStill: boolean): World['clock'] {
  const from = performance.now()
  let moved = 0
  const clock = {
    get time() {
      return Math.round(NOON + moved + (isStill ? 0 : performance.now() - from))
    },
    set time(at) {
      moved += at - clock.time
    },
    now: () => clock.time,
  }
  return clock
}

function facesAsSaid(reasonNow: () => FaceReason | undefined): FaceCheck {
  return {
    async check() {
      const reason = reasonNow()
      if (reason === undefined) return { challengePassed: true, matched: true, band: 'near' }
      const challengePassed = reason === 'NO_MATCH'
      return { challengePassed, matched: false, reason, ...(challengePassed && { band: 'far' }) }
    },
    warm() {},
    async close() {},
  }
}
