/**
 * The way to a broker: connects, subscribes, and comes back for ever, with growing and jittered
 * pauses. MQTT 3.1.1, clean sessions, QoS 0: what is lost shows as a gap, and a snapshot heals it.
 */
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type IClientOptions, MqttClient } from 'mqtt'
import type { Timers, Unsubscribe } from '../../hardware/ports.ts'
import { pauseMs } from '../timing/backoff.ts'
import { guardSocket } from './guarded-socket.ts'
import {
  BROKER_LIMITS,
  CONNECT_TIMEOUT_MS,
  KEEPALIVE_S,
  RECONNECT_MAX_MS,
  RECONNECT_MIN_MS,
} from './limits.ts'

export interface BusClientParts {
  /** `mqtt://` or `mqtts://`. */
  readonly url: string
  readonly clientId: string
  /** Asked for each connection and each `resubscribe`; never empty. */
  readonly topics: () => readonly string[]
  /** Asked for each connection. */
  readonly credentials: () => Promise<{ username: string; password: string }>
  /** PEM of who signed the broker's certificate, in the place of the well-known ones. */
  readonly ca?: string | undefined
  readonly timers: Timers
  /** In [0, 1): jitter. */
  readonly random: () => number
  readonly onState: (up: boolean, detail: string) => void
  /** Packets too long to be read, left out. */
  readonly onSkipped: (packets: number) => void
  readonly onMessage: (topic: string, payload: Uint8Array) => void
}

export interface BusClient {
  /** Resolves when it is on its way, or dropped for want of a broker. Never rejects. */
  publish(topic: string, payload: string): Promise<void>
  /** The topics are others now. */
  resubscribe(): void
  /** Sends what is on its way, then leaves. */
  close(): Promise<void>
}

const CLOSED =
  'the broker closed the connection: see its log; it does so too when another client takes this ' +
  "gate's login or client id"

const RECONNECT = { minMs: RECONNECT_MIN_MS, maxMs: RECONNECT_MAX_MS, jitter: 0.5 }

export function createBusClient(parts: BusClientParts): BusClient {
  let client: MqttClient | undefined
  let up = false
  let failures = 0
  let retry: Unsubscribe = () => {}
  let closed = false
  let detail = ''
  let subscribed: readonly string[] = []

  async function open(): Promise<void> {
    const { username, password } = await parts.credentials()
    if (closed) return
    const options: IClientOptions = {
      ...{ protocolVersion: 4, clean: true, clientId: parts.clientId, username, password },
      ...{ reconnectPeriod: 0, queueQoSZero: false, resubscribe: false },
      ...{ keepalive: KEEPALIVE_S, connectTimeout: CONNECT_TIMEOUT_MS },
    }
    const guarded = () => guardSocket(socketTo(parts), parts.timers, BROKER_LIMITS, parts.onSkipped)
    const opened = new MqttClient(guarded, options)
    client = opened
    opened.on('connect', () => subscribe(opened))
    opened.on('message', parts.onMessage)
    opened.on('error', error => {
      detail = (error as { code?: unknown }).code?.toString() ?? error.message
    })
    opened.on('close', () => lost(opened))
  }

  function subscribe(opened: MqttClient): void {
    subscribed = parts.topics()
    const cancel = parts.timers.after(CONNECT_TIMEOUT_MS, () => {
      detail = `the broker did not answer a subscription within ${CONNECT_TIMEOUT_MS / 1000} s`
      opened.end(true)
    })
    opened.once('close', cancel)
    opened.subscribe([...subscribed], { qos: 0 }, (error, granted = []) => {
      cancel()
      opened.off('close', cancel)
      // A connection that ends before the answer has its own reason.
      if (error !== null || client !== opened) return
      const refused = granted.find(one => one.qos >= 128)
      if (refused === undefined) {
        failures = 0
        up = true
        parts.onState(true, '')
        return
      }
      detail = `the broker does not let this gate listen to ${refused.topic}: check its access rules`
      opened.end(true)
    })
  }

  function resubscribe(): void {
    const topics = new Set(parts.topics())
    const same = topics.size === subscribed.length && subscribed.every(one => topics.has(one))
    if (client?.connected !== true || same) return
    const gone = subscribed.filter(one => !topics.has(one))
    if (gone.length > 0) client.unsubscribe(gone)
    subscribe(client)
  }

  function lost(opened: MqttClient): void {
    if (client !== opened) return
    client = undefined
    up = false
    opened.removeAllListeners()
    opened.on('error', () => {})
    opened.end(true)
    if (closed) return
    parts.onState(false, detail === '' ? CLOSED : detail)
    detail = ''
    retry = parts.timers.after(pauseMs(RECONNECT, failures, parts.random()), () => void open())
    failures += 1
  }

  void open()
  return {
    resubscribe,
    publish(topic, payload) {
      const to = client
      if (to === undefined || !up) return Promise.resolve()
      return new Promise(resolve => {
        const settle = () => {
          to.off('close', settle)
          resolve()
        }
        to.on('close', settle)
        to.publish(topic, payload, { qos: 0 }, settle)
      })
    },
    async close() {
      closed = true
      retry()
      await client?.endAsync()
    },
  }
}

/** A connection to the broker of `url`, not yet made. */
export function socketTo({ url, ca }: Pick<BusClientParts, 'url' | 'ca'>): Socket {
  const { protocol, hostname, port } = new URL(url)
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  if (protocol === 'mqtt:') return connectTcp({ host, port: Number(port || 1883) })
  const name = isIP(host) === 0 ? { servername: host } : {}
  return connectTls({ host, port: Number(port || 8883), ...name, ...(ca && { ca }) })
}
