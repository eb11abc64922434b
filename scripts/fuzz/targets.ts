/**
 * What the fuzzer throws things at. Each target makes one case and judges the answer: a name for
 * what happened, or a fault. An exception that the target lets out is a crash.
 */

import { toHex } from '../../pass/bytes.ts'
import { CborTag, decodeCbor, encodeCbor } from '../../pass/cbor.ts'
import { decodeClaims, encodeClaims } from '../../pass/claims.ts'
import { verifySign1 } from '../../pass/cose-node.ts'
import type { SignatureVerifier } from '../../pass/crypto.ts'
import { boardsElsewhere, openBoardingList, trainsOf } from '../../pass/documents/boarding.ts'
import { verifyConfig } from '../../pass/documents/gate-config.ts'
import { verifyTimeAnswer } from '../../pass/documents/signed-time.ts'
import { decodeStatusListToken } from '../../pass/documents/status-list-node.ts'
import { verifyManifest, verifyTrustUpdate } from '../../pass/documents/trust.ts'
import { decodeEnvelope } from '../../pass/envelope.ts'
import { PassError } from '../../pass/errors.ts'
import { PURPOSES, type Purpose } from '../../pass/purpose.ts'
import { encodePassText, readPassText } from '../../pass/text.ts'
import { createPassVerifier, type PassVerifier } from '../../pass/verify.ts'
import type { Corpus } from './corpus.ts'
import { anyText, cborLike, spoil, spoilText } from './mutate.ts'
import type { Random } from './random.ts'

/** How one case ended; `fault` is what must never happen. */
export interface Outcome {
  readonly result: string
  readonly fault?: string
  /** What was thrown at the target, for the report. */
  readonly input: string
}

export interface Target {
  readonly name: string
  run(random: Random): Outcome
}

const STRICT = { expiredByMaxMs: 0, staleByMaxMs: 0 }

/** Everything an accepted pass's signatures cover. */
function signedParts(bytes: Uint8Array): string {
  const { protectedBytes, payload, presentation } = decodeEnvelope(bytes)
  const header = presentation?.protectedBytes ?? new Uint8Array(0)
  return [protectedBytes, payload, header].map(toHex).join(' ')
}

/** All targets over one corpus. */
export function targetsOf<K>(corpus: Corpus, crypto: SignatureVerifier<K>): readonly Target[] {
  return [...passTargets(corpus, crypto), ...readerTargets(corpus), trustTarget(corpus, crypto)]
}

function passTargets<K>(corpus: Corpus, crypto: SignatureVerifier<K>): Target[] {
  const cold = createPassVerifier({ crypto, cacheEntriesMax: 0 })
  const warm = createPassVerifier({ crypto, cacheEntriesMax: 16 })
  const genuine = new Set(corpus.passes.map(signedParts))
  const judge = (
    text: string,
    purpose: Purpose,
    mayPass: (bytes: Uint8Array, purpose: Purpose) => boolean,
  ): Outcome => judgeText(text, [cold, warm], corpus, purpose, bytes => mayPass(bytes, purpose))
  const scopes = new Map(corpus.passes.map(bytes => [bytes, corpus.scopeOf(bytes)]))
  const never = (): boolean => false
  const sameContent = (bytes: Uint8Array, purpose: Purpose): boolean =>
    genuine.has(signedParts(bytes)) && corpus.scopeOf(bytes).includes(purpose)
  return [
    { name: 'text', run: random => judge(anyText(random), random.pick(PURPOSES), never) },
    {
      name: 'bytes',
      run: random => judge(encodePassText(cborLike(random)), random.pick(PURPOSES), never),
    },
    {
      name: 'mutated pass',
      run(random) {
        const bytes = spoil(random.pick(corpus.passes), random, corpus.passes)
        return judge(encodePassText(bytes), random.pick(PURPOSES), sameContent)
      },
    },
    {
      name: 'mutated text',
      run(random) {
        const text = spoilText(encodePassText(random.pick(corpus.passes)), random)
        return judge(text, random.pick(PURPOSES), sameContent)
      },
    },
    {
      name: 'genuine pass',
      run(random) {
        const [bytes, purpose] = [random.pick(corpus.passes), random.pick(PURPOSES)]
        const outcome = judge(encodePassText(bytes), purpose, sameContent)
        const due = scopes.get(bytes)?.includes(purpose) ? 'OK' : 'OUT_OF_SCOPE'
        if (outcome.result === due) return outcome
        const fault = due === 'OK' ? 'a genuine pass refused' : 'a scope passed over'
        return { ...outcome, fault }
      },
    },
  ]
}

function judgeText(
  text: string,
  verifiers: readonly PassVerifier[],
  { view, nowMs }: Corpus,
  purpose: Purpose,
  mayPass: (bytes: Uint8Array) => boolean,
): Outcome {
  const results = verifiers.map(verifier => {
    const result = verifier.verify(text, view, { ...STRICT, purpose }, nowMs)
    return result.ok ? 'OK' : result.code
  })
  const [result = ''] = results
  if (results.some(other => other !== result)) {
    return { result, fault: `the cache changes the verdict: ${results}`, input: text }
  }
  if (result !== 'OK') return { result, input: text }
  return mayPass(readPassText(text))
    ? { result, input: text }
    : { result, fault: 'false accept', input: text }
}

/** Readers that must either read the one encoding of something or throw a `PassError`. */
function readerTargets(corpus: Corpus): Target[] {
  return [
    {
      name: 'cbor',
      run(random) {
        const bytes =
          random.below(2) === 0
            ? cborLike(random)
            : spoil(random.pick(corpus.all), random, corpus.all)
        return readBack(bytes, input => encodeCbor(decodeCbor(input)))
      },
    },
    {
      name: 'claims',
      run(random) {
        const bytes = spoil(random.pick(corpus.payloads), random, corpus.payloads)
        return readBack(bytes, input => encodeClaims(decodeClaims(input)))
      },
    },
    {
      name: 'status list token',
      run(random) {
        const bytes = spoil(corpus.token, random, corpus.all)
        return readBack(bytes, input => {
          decodeStatusListToken(input)
          return input
        })
      },
    },
    {
      name: 'boarding list',
      run: random => judgeList(spoil(corpus.boarding, random, corpus.all)),
    },
  ]
}

/** Whatever was read, each of its tickets is found by its certificate. */
function judgeList(bytes: Uint8Array): Outcome {
  const input = toHex(bytes)
  const opened = openBoardingList(bytes, 'north')
  if (!opened.ok) return { result: opened.code, input }
  const { tickets, elsewhere } = opened.list
  const records = Array.from({ length: tickets.length / 18 }, (_, i) => tickets.subarray(18 * i))
  const halves = Array.from({ length: elsewhere.length / 8 }, (_, i) => elsewhere.subarray(8 * i))
  const found =
    records.every(cti => trainsOf(opened.list, cti).length > 0) &&
    halves.every(half => boardsElsewhere(opened.list, half))
  return found ? { result: 'read', input } : { result: 'read', fault: 'a ticket not found', input }
}

function readBack(bytes: Uint8Array, again: (bytes: Uint8Array) => Uint8Array): Outcome {
  const input = toHex(bytes)
  try {
    if (toHex(again(bytes)) === input) return { result: 'read', input }
    return { result: 'read', fault: 'two encodings of one value', input }
  } catch (error) {
    if (error instanceof PassError) return { result: error.code, input }
    throw error
  }
}

/** Signed documents: whatever is accepted says exactly what a genuine one says. */
function trustTarget<K>(corpus: Corpus, crypto: SignatureVerifier<K>): Target {
  const { trust, nowMs, nonce, documents } = corpus
  const payloads = new Set(documents.map(payloadOf))
  return {
    name: 'trust',
    run(random) {
      const bytes = spoil(random.pick(documents), random, documents)
      const input = toHex(bytes)
      const results = [
        verifyTrustUpdate(trust, bytes, crypto, nowMs),
        verifyManifest(trust, bytes, crypto, { nowMs }),
        verifyTimeAnswer(trust, bytes, crypto, nonce),
        verifyConfig(trust, bytes, crypto, { gate: 'north-1', seen: 0, nowMs }),
        verifySign1(bytes, corpus.statusKey, { tagged: 'any' }),
      ]
      const accepted = results.some(result => result.ok)
      const codes = results.map(result => (result.ok ? 'OK' : result.code))
      if (!accepted) return { result: codes[0] as string, input }
      if (payloads.has(payloadOf(bytes))) return { result: 'OK', input }
      return { result: 'OK', fault: `false accept: ${codes}`, input }
    },
  }
}

/** The signed payload of a COSE message, tagged or not, in hexadecimal. */
function payloadOf(bytes: Uint8Array): string {
  const message = decodeCbor(bytes, { anyKeyOrder: true })
  const parts = message instanceof CborTag ? message.value : message
  return toHex((parts as Uint8Array[])[2] as Uint8Array)
}
