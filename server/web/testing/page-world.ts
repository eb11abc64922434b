/**
 * A service in this process that serves the pages, for tests in a browser: its clock goes on by itself
 * and can be moved, and whether a face check passes is the test's to say.
 */
import type { FaceCheck, FaceReason } from '../../face/port.ts'
import { registerPerson } from '../../services/people-registry.ts'
import { transact } from '../../store/engine/transact.ts'
import { NOON, openWorld, reopenWorld, type World } from '../../testing/world.ts'
import { buildPages } from '../build.ts'
import { readPageFiles } from '../page-files.ts'

export interface PageWorld {
  readonly world: World
  readonly url: string
  /** Why the next face checks are refused; undefined lets them pass. */
  faceReason: FaceReason | undefined
  /** Puts somebody on file whose number nobody else has. */
  newPerson(): Promise<{ readonly name: string; readonly documentNumber: string }>
  /** Moves the service's clock on. */
  advance(ms: number): void
  close(): Promise<void>
}

const PERSON = { name: '张三明', documentType: 'passport' } as const

/** `dir`: an empty folder. Throws where the pages can't be built. */
export async function openPageWorld(dir: string): Promise<PageWorld> {
  const build = await buildPages({ onStart: () => {} })
  if (!build.ok) throw new Error(build.problem)
  await (await openWorld(dir, 3, ':memory:')).close()
  const from = performance.now()
  let moved = 0
  const clock = {
    get time() {
      return Math.round(NOON + moved + performance.now() - from)
    },
    set time(at) {
      moved += at - clock.time
    },
    now: () => clock.time,
  }
  const faces: FaceCheck = {
    async check() {
      const reason = pageWorld.faceReason
      if (reason === undefined) return { challengePassed: true, matched: true, band: 'near' }
      const challengePassed = reason === 'NO_MATCH'
      return { challengePassed, matched: false, reason, ...(challengePassed && { band: 'far' }) }
    },
    warm() {},
    async close() {},
  }
  const pages = readPageFiles(build.folder)
  const world = await reopenWorld(dir, clock, ':memory:', faces, {}, { pages })
  const url = await world.listen()
  let people = 0
  const pageWorld: PageWorld = {
    world,
    url,
    faceReason: undefined,
    async newPerson() {
      const documentNumber = `E${String(10_000_000 + people++)}`
      const { db, secrets } = world.service
      await transact(db, tx =>
        registerPerson(tx, secrets, { ...PERSON, documentNumber }, new Uint8Array(3), clock.time),
      )
      return { name: PERSON.name, documentNumber }
    },
    advance(ms) {
      moved += ms
    },
    close: () => world.close(),
  }
  return pageWorld
}
