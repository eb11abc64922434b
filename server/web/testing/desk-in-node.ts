/**
 * The logic of the desk's page in Node: on virtual time, with a jar for cookies, before the real service
 * of `openNodeWorld`.
 */
import { randomBytes } from 'node:crypto'
import type { Role } from '../../auth/permissions.ts'
import type { World } from '../../testing/world.ts'
import { type Desk, openDesk } from '../desk/desk.ts'
import { cookieJar } from './cookie-jar.ts'
import { type MemoryVault, memoryVault } from './memory-vault.ts'
import type { NodeWorld } from './page-in-node.ts'
import { quiet, underWay, untilAborted } from './work-under-way.ts'

export interface NodeDesk {
  readonly desk: Desk
  readonly vault: MemoryVault
  /** What becomes of requests. */
  network: 'well' | 'none' | 'silent' | 'answers are lost'
  /** How often the print dialog was opened, and where the browser was sent. */
  readonly printed: number
  readonly sentTo: readonly string[]
  /** The browser goes to an address of the service, with its cookies; where it is sent from there. */
  visit(path: string): Promise<string | null>
  /** Resolves when nothing is under way any more. */
  settle(): Promise<void>
  advance(ms: number): Promise<void>
  /** The page is closed. */
  close(): void
}

interface DeskOptions {
  /** Signed in as, before the page opens. */
  readonly session?: Readonly<Record<string, string>>
  readonly vault?: MemoryVault
  readonly wanted?: readonly string[]
  /** Of the address. */
  readonly error?: string
  readonly network?: NodeDesk['network']
}

export async function openNodeDesk(
  { world, time }: NodeWorld,
  { session, vault = memoryVault(), wanted = ['zh-CN'], error, network = 'well' }: DeskOptions = {},
): Promise<NodeDesk> {
  const jar = cookieJar(session?.cookie)
  const link = { network, printed: 0 }
  const sentTo: string[] = []

  async function request(path: string, init: RequestInit): Promise<Response> {
    if (link.network === 'none') throw new TypeError('fetch failed')
    if (link.network === 'silent') return untilAborted(init)
    const headers = { ...(init.headers as object), ...jar.headers(), origin: 'http://desk.test' }
    const answer = await underWay(() => world.call(path, { ...init, headers }))
    jar.keep(answer)
    if (link.network === 'answers are lost' && init.method === 'POST') {
      throw new TypeError('the connection was reset')
    }
    return answer
  }
  const desk = await openDesk(
    {
      vault,
      clock: { now: time.clock.nowMs, monotonic: time.clock.monotonicMs },
      timers: time.timers,
      random: count => new Uint8Array(randomBytes(count)),
      fetch: ((path: string, init: RequestInit) => request(path, init)) as typeof fetch,
      isOnline: () => link.network !== 'none',
      go: url => sentTo.push(url),
      print() {
        link.printed += 1
      },
    },
    wanted,
    error,
  )
  await quiet()
  return {
    ...{ desk, vault, sentTo },
    get network() {
      return link.network
    },
    set network(one) {
      link.network = one
    },
    get printed() {
      return link.printed
    },
    async visit(path) {
      const answer = await underWay(() => world.call(path, { headers: jar.headers() }))
      jar.keep(answer)
      return answer.headers.get('location')
    },
    settle: quiet,
    advance: time.advanceAsync,
    close: () => desk.fail(),
  }
}

/** Signed in by a new account of the role. */
export async function openNodeDeskAs(
  nodeWorld: NodeWorld,
  role: Role,
  options: DeskOptions = {},
): Promise<NodeDesk> {
  const session = await nodeWorld.world.signIn(role)
  return openNodeDesk(nodeWorld, { ...options, session })
}

/** Ends every session, as their time does. */
export async function endSessions(world: World): Promise<void> {
  await world.service.db.deleteFrom('staff_sessions').execute()
}
