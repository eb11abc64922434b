/**
 * Asks a broker whether it lets in who has no login, as a stranger would: once without a name, once
 * with a made-up one. A gate can't hear what others may do there; this it can find out.
 */
import type { Duplex } from 'node:stream'
import { type IClientOptions, MqttClient } from 'mqtt'
import type { Timers } from '../../hardware/ports.ts'
import { CONNECT_TIMEOUT_MS, STRANGER_EVERY_MS } from './limits.ts'

export interface StrangerParts {
  /** A new connection to the broker. */
  readonly open: () => Duplex
  /** 16 hex digits, unpredictable: the stranger's name, its password and its client id. */
  readonly random16: () => string
  readonly timers: Timers
  /** Ends the question. */
  readonly signal: AbortSignal
}

/** Undefined when the broker answered neither. Never rejects. */
export async function letsStrangersIn(parts: StrangerParts): Promise<boolean | undefined> {
  const nameless = await knock(parts, {})
  if (nameless === true || parts.signal.aborted) return nameless
  const named = await knock(parts, { username: parts.random16(), password: parts.random16() })
  return named ?? nameless
}

/**
 * To be called now and then while the broker is there; `connected`: it has just been reached. Asks
 * once an hour, and with each connection as long as strangers were let in.
 */
export function createStrangerWatch(
  parts: StrangerParts & {
    readonly monotonicMs: () => number
    readonly onOpen: (open: boolean) => void
  },
): (connected: boolean) => void {
  let askedMs = Number.NEGATIVE_INFINITY
  let open: boolean | undefined
  let asking = false

  async function ask(): Promise<void> {
    asking = true
    askedMs = parts.monotonicMs()
    const answer = await letsStrangersIn(parts)
    asking = false
    if (answer === undefined || answer === open || parts.signal.aborted) return
    // That strangers are kept out is told after they were let in alone.
    if (answer || open === true) parts.onOpen(answer)
    open = answer
  }

  return connected => {
    const due = parts.monotonicMs() - askedMs >= STRANGER_EVERY_MS || (connected && open === true)
    if (due && !asking) void ask()
  }
}

/** True when it is let in, false when it is told that it is not. */
function knock(
  { open, random16, timers, signal }: StrangerParts,
  login: Pick<IClientOptions, 'username' | 'password'>,
): Promise<boolean | undefined> {
  return new Promise(resolve => {
    const client = new MqttClient(open, {
      ...{ protocolVersion: 4, clean: true, clientId: random16(), reconnectPeriod: 0 },
      ...{ connectTimeout: CONNECT_TIMEOUT_MS, ...login },
    })
    const end = (answer: boolean | undefined) => {
      cancel()
      signal.removeEventListener('abort', giveUp)
      client.removeAllListeners()
      client.on('error', () => {})
      client.end(true)
      resolve(answer)
    }
    const giveUp = () => end(undefined)
    signal.addEventListener('abort', giveUp)
    const cancel = timers.after(CONNECT_TIMEOUT_MS, giveUp)
    client.on('connect', () => end(true))
    // MQTT 3.1.1 §3.2.2.3: 4 and 5 are the answers to a login.
    client.on('error', error => {
      const { code } = error as { code?: unknown }
      if (code === 4 || code === 5) end(false)
    })
    client.on('close', giveUp)
  })
}
