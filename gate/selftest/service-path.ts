/**
 * How far the way to the service goes: its name, a connection, TLS, an answer over HTTP. The first
 * step that fails is where to look.
 */
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { connect, isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Timers } from '../../hardware/ports.ts'
import { serviceAddress } from '../contract/service-url.ts'
import { createDeadline } from '../timing/deadline.ts'

export type PathStep = 'name' | 'connection' | 'tls' | 'status'

/** The first step that fails, and why; `undefined`: all of them are good. */
export interface PathFault {
  readonly step: PathStep
  /** As `gate.example: ENOTFOUND`. */
  readonly detail: string
}

/** `url`: as the config has it. Never rejects; ends within `withinMs` a step. */
export type ReachService = (url: string, withinMs: number) => Promise<PathFault | undefined>

export interface ReachParts {
  readonly timers: Timers
  readonly fetch: typeof fetch
}

const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 }

/** Over this machine's network. */
export function createReach({ timers, fetch }: ReachParts): ReachService {
  return async (url, withinMs) => {
    const { protocol, hostname, port } = new URL(url)
    const host = hostname.replace(/^\[|\]$/g, '')
    const to = { host, port: port === '' ? (PORTS[protocol] ?? 443) : Number(port) }
    const at = `${host}:${to.port}`
    const steps: [PathStep, string, (late: AbortSignal) => Promise<unknown>][] = [
      ['name', host, late => Promise.race([lookup(host), rejection(late)])],
      ['connection', at, late => opened(connect(to), 'connect', late)],
      ['status', at, late => answered(url, fetch, late)],
    ]
    const tls = (late: AbortSignal) => opened(connectTls(tlsOf(to)), 'secureConnect', late)
    if (protocol === 'https:') steps.splice(2, 0, ['tls', at, tls])
    for (const [step, what, run] of steps) {
      const deadline = createDeadline(timers, withinMs)
      try {
        await run(deadline.signal)
      } catch (error) {
        const late = `no answer within ${withinMs} ms`
        return { step, detail: `${what}: ${deadline.signal.aborted ? late : reasonOf(error)}` }
      } finally {
        deadline.cancel()
      }
    }
    return undefined
  }
}

/** An address is no name to ask for in TLS. */
function tlsOf(to: { readonly host: string; readonly port: number }) {
  return isIP(to.host) > 0 ? to : { ...to, servername: to.host }
}

/** Closes the socket however it went. */
async function opened(
  socket: ReturnType<typeof connect>,
  event: 'connect' | 'secureConnect',
  late: AbortSignal,
): Promise<void> {
  // A late fault of a socket that is closed is heard by nobody else.
  socket.on('error', () => {})
  try {
    await Promise.race([once(socket, event), rejection(late)])
  } finally {
    socket.destroy()
  }
}

/** The file that every poll asks for. */
async function answered(url: string, request: typeof fetch, late: AbortSignal): Promise<void> {
  const address = serviceAddress(url, '/v1/trust/manifest')
  const response = await request(address, { redirect: 'manual', signal: late })
  await response.body?.cancel()
  if (response.status !== 200) throw new Error(`HTTP status ${response.status}`)
}

function rejection(late: AbortSignal): Promise<never> {
  return new Promise((_, reject) => late.addEventListener('abort', () => reject(late.reason)))
}

function reasonOf(error: unknown): string {
  const { code, message, cause } = error as NodeJS.ErrnoException & { cause?: { code?: string } }
  return typeof code === 'string' ? code : (cause?.code ?? message)
}
