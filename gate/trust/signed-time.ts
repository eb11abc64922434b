/**
 * Signed time: a nonce goes out, an answer signed by the time key comes back. Over plain HTTP,
 * without a login: a gate with a wrong clock must still reach it.
 */
import { nodeVerifier } from '../../pass/cose-node.ts'
import { type TimeResult, verifyTimeAnswer } from '../../pass/documents/signed-time.ts'
import type { TimeAnswer, TrustDocument } from '../../pass/documents/trust.ts'
import { TIME_ANSWER_BYTES_MAX } from '../../pass/limits.ts'
import { serviceAddress } from '../contract/service-url.ts'
import { download } from '../net/download.ts'
import type { TimedAnswer } from './clock.ts'
import type { PollSource } from './fetch.ts'
import { TIME_NONCE_BYTES } from './limits.ts'

export interface TimeSource extends PollSource {
  readonly random: (bytes: number) => Uint8Array
  readonly monotonicMs: () => number
}

/** An answer as received, not yet verified: its trust may have to be fetched first. */
export interface RawTimeAnswer {
  readonly code: 'ANSWERED'
  readonly bytes: Uint8Array
  readonly nonce: Uint8Array
  readonly sentMonotonicMs: number
  readonly receivedMonotonicMs: number
}

export type AskedTime = RawTimeAnswer | { readonly code: 'NETWORK' | 'TIMEOUT' | 'LENGTH' }

/** Asks once. */
export async function askTime(source: TimeSource): Promise<AskedTime> {
  const nonce = source.random(TIME_NONCE_BYTES)
  const sentMonotonicMs = source.monotonicMs()
  const answer = await download(source, {
    url: serviceAddress(source.serviceUrl, '/v1/gates/time'),
    bytesMax: TIME_ANSWER_BYTES_MAX,
    timeoutMs: source.timeoutMs,
    json: { nonce: Buffer.from(nonce).toString('base64url') },
  })
  const receivedMonotonicMs = source.monotonicMs()
  if (answer.code === 'OK') {
    return { code: 'ANSWERED', bytes: answer.bytes, nonce, sentMonotonicMs, receivedMonotonicMs }
  }
  return { code: answer.code === 'NOT_MODIFIED' ? 'NETWORK' : answer.code }
}

export type VerifiedTime =
  | { readonly ok: true; readonly answer: TimeAnswer; readonly timed: TimedAnswer }
  | Extract<TimeResult, { ok: false }>

/** Judges an answer's signature and nonce by `trust`. */
export function verifyTime(trust: TrustDocument, raw: RawTimeAnswer): VerifiedTime {
  const result = verifyTimeAnswer(trust, raw.bytes, nodeVerifier, raw.nonce)
  if (!result.ok) return result
  const { sentMonotonicMs, receivedMonotonicMs } = raw
  const timed = { timeMs: result.answer.time, sentMonotonicMs, receivedMonotonicMs }
  return { ok: true, answer: result.answer, timed }
}
