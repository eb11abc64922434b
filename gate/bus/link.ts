/**
 * The bus as the gate's main thread sees it: messages in and out, already signed and verified on
 * the other side. What carries them (a thread with an MQTT client, or a test's wire) is behind it.
 */
import type { Ignored, Message } from './message.ts'

/** A gate of the station and its Ed25519 public key, 32 bytes. */
export interface SiblingKey {
  readonly name: string
  readonly key: Uint8Array
}

export type LinkEvent =
  /** A broker is there, and all topics are subscribed; or not any more, and why. */
  | { readonly type: 'state'; readonly up: boolean; readonly detail: string }
  /** A message by the gate that it names, of this station, on its own topic. */
  | { readonly type: 'message'; readonly message: Message }
  /** Since the last such event. */
  | { readonly type: 'ignored'; readonly reason: Ignored; readonly count: number }
  /** Whether the broker lets in who has no login. */
  | { readonly type: 'open'; readonly open: boolean }
  /** The embedded broker listens. */
  | { readonly type: 'listening'; readonly port: number }

export interface BusLink {
  /** Whose messages are taken, and who may come to an embedded broker: this gate among them. */
  setKeys(keys: readonly SiblingKey[]): void
  /** Signs and sends. False when it can't take more now. Without a broker it is dropped. */
  send(message: Message): boolean
  onEvent(listener: (event: LinkEvent) => void): void
  /** Sends what it holds, bounded, and ends. */
  close(): Promise<void>
}
