/**
 * The logic of the fleet's page in Node: on virtual time, before the real service of `openNodeWorld`. The
 * stream of gates is the test's own hand, or what the service answers.
 */
import { randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import type { Role } from '../../auth/permissions.ts'
import { type Fleet, openFleet } from '../fleet/fleet.ts'
import type { Heard, StreamEvent } from '../fleet/stream.ts'
import { cookieJar } from './cookie-jar.ts'
import { type MemoryVault, memoryVault } from './memory-vault.ts'
import { type NodeWorld, openNodeWorld } from './page-in-node.ts'
import { quiet, underWay, untilAborted } from './work-under-way.ts'

export interface NodeFleet {
  readonly fleet: Fleet
  readonly vault: MemoryVault
  /** What becomes of requests. */
  network: 'well' | 'none' | 'silent' | 'answers are lost'
  readonly stream: HandStream
  /** Resolves when nothing is under way any more. */
  settle(): Promise<void>
  advance(ms: number): Promise<void>
}

/** A stream in the test's hand. */
export interface HandStream {
  /** How many were opened, and how many of them are open. */
  readonly opened: number
  readonly open: number
  tell(event: StreamEvent, data: object): void
  /** Breaks off. */
  lose(): void
}

interface FleetOptions {
  readonly vault?: MemoryVault
  readonly wanted?: readonly string[]
  readonly hash?: string
}

export interface FleetTests {
  readonly nodeWorld: NodeWorld
  /** Signed in as a new account of the role; nobody when left out. */
  open(role?: Role, options?: FleetOptions): Promise<NodeFleet>
}

/** `staff`: of the service's config. */
export async function openFleetTests(t: Test, staff: object = {}): Promise<FleetTests> {
  const nodeWorld = await openNodeWorld(t, staff)
  const { world } = nodeWorld
  const opened: NodeFleet[] = []
  t.afterEach(async () => {
    for (const one of opened.splice(0)) one.fleet.fail()
    await world.service.db.deleteFrom('staff_rate_limits' as 'staff').execute()
  })
  return {
    nodeWorld,
    async open(role, options = {}) {
      const session = role === undefined ? undefined : await world.signIn(role)
      const one = await openNodeFleet(nodeWorld, session, options)
      opened.push(one)
      return one
    },
  }
}

async function openNodeFleet(
  { world, time }: NodeWorld,
  session: Readonly<Record<string, string>> | undefined,
  { vault = memoryVault(), wanted = ['zh-CN'], hash = '' }: FleetOptions,
): Promise<NodeFleet> {
  const jar = cookieJar(session?.cookie)
  const link: { network: NodeFleet['network'] } = { network: 'well' }
  const hand = handStream()

  async function request(path: string, init: RequestInit): Promise<Response> {
    if (link.network === 'none') throw new TypeError('fetch failed')
    if (link.network === 'silent') return untilAborted(init)
    const headers = { ...(init.headers as object), ...jar.headers(), origin: 'http://desk.test' }
    const answer = await underWay(() => world.call(path, { ...init, headers }))
    jar.keep(answer)
    if (link.network === 'answers are lost' && init.method !== 'GET') {
      throw new TypeError('the connection was reset')
    }
    return answer
  }
  const fleet = await openFleet(
    {
      vault,
      clock: { now: time.clock.nowMs, monotonic: time.clock.monotonicMs },
      timers: time.timers,
      random: count => new Uint8Array(randomBytes(count)),
      fetch: ((path: string, init: RequestInit) => request(path, init)) as typeof fetch,
      openStream: hand.openStream,
      isOnline: () => link.network !== 'none',
      go: () => {},
    },
    { wanted, hash },
  )
  await quiet()
  return {
    ...{ fleet, vault, stream: hand },
    get network() {
      return link.network
    },
    set network(one) {
      link.network = one
    },
    settle: quiet,
    advance: time.advanceAsync,
  }
}

function handStream() {
  let opened = 0
  let heard: Heard | undefined
  return {
    get opened() {
      return opened
    },
    get open() {
      return heard === undefined ? 0 : 1
    },
    openStream(_path: string, one: Heard) {
      opened += 1
      heard = one
      return () => {
        if (heard === one) heard = undefined
      }
    },
    tell(event: StreamEvent, data: object) {
      heard?.onEvent(event, JSON.stringify(data))
    },
    lose() {
      heard?.onLost()
    },
  }
}
