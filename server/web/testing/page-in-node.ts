/**
 * The logic of the passenger's page in Node: on virtual time, with a store in memory and a camera of
 * words, before a real service in this process whose clock moves with it.
 */
import { randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import { createVirtualTime, type VirtualTime } from '../../../fixtures/clock.ts'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { typedPerson } from '../../testing/applicant.ts'
import { type VirtualFaces, virtualFaces } from '../../testing/faces.ts'
import { NOON, openWorld, reopenWorld, type World } from '../../testing/world.ts'
import { CameraError, type CameraFault } from '../passenger/camera.ts'
import { openPassenger, type Passenger } from '../passenger/passenger.ts'
import { type MemoryVault, memoryVault } from './memory-vault.ts'
import { quiet, underWay } from './work-under-way.ts'

export interface NodeWorld {
  readonly world: World
  readonly time: VirtualTime
  readonly faces: VirtualFaces
  /** Ends every phone: what it does each second would go on. */
  endPhones(): void
}

const phones = new Set<NodePhone>()
/** No two pictures are the same, on whichever phone. */
let pictures = 0

/** `staff`: of the service's config. */
export async function openNodeWorld(t: Test, staff: object = {}): Promise<NodeWorld> {
  const dir = tempDir()
  await (await openWorld(dir, 3, ':memory:')).close()
  const time = createVirtualTime(NOON, quiet)
  const clock = {
    get time() {
      return time.clock.nowMs()
    },
    now: time.clock.nowMs,
  }
  const faces = virtualFaces()
  const world = await reopenWorld(dir, clock as World['clock'], ':memory:', faces, staff)
  t.teardown(() => world.close())
  return {
    ...{ world, time, faces },
    endPhones() {
      for (const phone of phones) phone.passenger.leave()
      phones.clear()
    },
  }
}

export interface NodePhone {
  readonly passenger: Passenger
  readonly vault: MemoryVault
  /** Who stands before the camera: a word, as the virtual face check takes it. */
  seen: string
  cameraFault: CameraFault | undefined
  /** What becomes of requests. */
  network: 'well' | 'none' | 'answers are lost'
  /** Answers that were lost. */
  readonly lost: number
  /** Lets time go on in steps until it is at the screen. */
  reach(at: string, stepMs?: number): Promise<void>
  /** Moves time on; what is under way ends before each timer. */
  advance(ms: number): Promise<void>
  /** From the welcome on, by a person on file. */
  toCertificate(documentNumber: string): Promise<void>
  toReady(documentNumber: string): Promise<void>
  /** The page again, as after it was closed. */
  reopen(): Promise<NodePhone>
}

/** A way to a screen that takes more is none. */
const STEPS_MAX = 1_000

/** `clockOffMs`: phone less service. */
export async function openPhone(
  nodeWorld: NodeWorld,
  { vault = memoryVault(), clockOffMs = 0, wanted = ['zh-CN'] } = {},
): Promise<NodePhone> {
  const { world, time } = nodeWorld
  const link = { network: 'well' as NodePhone['network'], lost: 0 }
  async function request(path: string, init: RequestInit): Promise<Response> {
    if (link.network === 'none') throw new TypeError('fetch failed')
    const answer = await underWay(() => world.call(path, init))
    if (link.network === 'answers are lost' && init.method === 'POST') {
      link.network = 'well'
      link.lost += 1
      throw new TypeError('the connection was reset')
    }
    return answer
  }
  const passenger = await openPassenger(
    {
      vault,
      clock: { now: () => time.clock.nowMs() + clockOffMs, monotonic: time.clock.monotonicMs },
      timers: time.timers,
      random: count => new Uint8Array(randomBytes(count)),
      fetch: ((path: string, init: RequestInit) => request(path, init)) as typeof fetch,
      isOnline: () => link.network !== 'none',
      camera: {
        async open() {
          if (phone.cameraFault !== undefined) throw new CameraError(phone.cameraFault)
          const take = async () => new Uint8Array(Buffer.from(`${phone.seen}#${pictures++}`))
          return { preview: undefined, take, close() {} }
        },
      },
    },
    wanted,
  )

  async function reach(at: string, stepMs = 0): Promise<void> {
    for (let steps = 0; steps < STEPS_MAX; steps++) {
      if (passenger.screen.value.at === at) return
      await time.advanceAsync(stepMs)
    }
    throw new Error(`not at ${at} but at ${passenger.screen.value.at}`)
  }

  const phone: NodePhone = {
    ...{ passenger, vault, seen: '', cameraFault: undefined, reach },
    get network() {
      return link.network
    },
    set network(one) {
      link.network = one
    },
    get lost() {
      return link.lost
    },
    advance: time.advanceAsync,
    async toReady(documentNumber) {
      const { name, documentType } = typedPerson(documentNumber)
      phone.seen = documentNumber
      passenger.steps.fillIn()
      passenger.steps.submit({ name, documentType, documentNumber, city: '杭州' })
      void passenger.steps.consent(false)
      await reach('ready')
    },
    async toCertificate(documentNumber) {
      await phone.toReady(documentNumber)
      const screen = passenger.screen.value
      if (screen.at === 'ready') void passenger.checkFace(screen.of)
      await reach('certificate', 100)
      await quiet()
    },
    reopen: () => openPhone(nodeWorld, { vault, clockOffMs }),
  }
  phones.add(phone)
  return phone
}
