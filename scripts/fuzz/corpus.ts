/** What the fuzzer starts from: genuine passes and documents of the golden world, and its trust. */

import { type GoldenFile, goldenFile, issuerKeyOf, viewOf } from '../../fixtures/passes/golden.ts'
import {
  configSigner,
  KEYS,
  signedManifest,
  signedTrust,
  statusSigner,
  timeSigner,
  trustKey,
  trustOf,
} from '../../fixtures/passes/trust-world.ts'
import { deskIssuer, NOW, passOf } from '../../fixtures/passes/world.ts'
import { verifySign1 } from '../../pass/cose-node.ts'
import type { CoseKey } from '../../pass/crypto.ts'
import { encodeBoardingList } from '../../pass/documents/boarding.ts'
import { signConfig } from '../../pass/documents/gate-config.ts'
import { signTimeAnswer } from '../../pass/documents/signed-time.ts'
import { createStatusList, setStatus } from '../../pass/documents/status-list.ts'
import { encodeStatusListToken } from '../../pass/documents/status-list-node.ts'
import type { TrustDocument } from '../../pass/documents/trust.ts'
import { decodeEnvelope } from '../../pass/envelope.ts'
import type { Purpose } from '../../pass/purpose.ts'
import { readPassText } from '../../pass/text.ts'
import type { TrustView } from '../../pass/verify.ts'

export interface Corpus {
  /** Passes that are good at `nowMs` under `view`. */
  readonly passes: readonly Uint8Array[]
  /** What the key that signed a pass is good for. */
  readonly scopeOf: (pass: Uint8Array) => readonly Purpose[]
  readonly view: TrustView
  readonly nowMs: number
  readonly payloads: readonly Uint8Array[]
  /** Trust, manifest, time answer and a gate's config, all good under `trust`. */
  readonly documents: readonly Uint8Array[]
  readonly trust: TrustDocument
  readonly nonce: Uint8Array
  readonly statusKey: CoseKey
  readonly token: Uint8Array
  /** A boarding list of `north`. */
  readonly boarding: Uint8Array
  /** Everything above. */
  readonly all: readonly Uint8Array[]
}

const CONFIG = { gate: 'north-1', text: '{"lanes":[]}', confirmS: 300, reason: 'wait longer' }

export async function makeCorpus(): Promise<Corpus> {
  const file = goldenFile()
  const nowMs = NOW * 1000
  const good = file.cases.filter(
    one =>
      one.code === 'OK' &&
      one.nowMs === nowMs &&
      one.purpose === 'entry' &&
      one.environment === undefined &&
      one.expiredByMaxMs === undefined &&
      one.staleByMaxMs === undefined,
  )
  const passes = good.map(one => readPassText(one.text))
  const desk = [passOf({ issuer: deskIssuer })]
  const nonce = new Uint8Array(16).fill(5)
  const list = createStatusList(256, 1)
  setStatus(list, 7, 1)
  const token = await encodeStatusListToken({ uri: 'tsl:0', iat: NOW, list, signer: statusSigner })
  const documents = [
    await signedTrust({ version: 2, iat: NOW, exp: NOW + 86_400 }),
    await signedManifest({ revokedKids: [nonce.slice(0, 4)] }),
    await signTimeAnswer({ nonce, time: nowMs, manifestVersion: NOW }, timeSigner),
    await signConfig({ ...CONFIG, revision: 1, iat: NOW }, configSigner),
    token,
  ]
  const boarding = encodeBoardingList({
    station: 'north',
    tickets: [1, 2, 2, 3].map((n, i) => ({
      cti: new Uint8Array(16).fill(n),
      train: { number: `G${i}`, from: NOW + i, until: NOW + 600 },
    })),
    elsewhere: [new Uint8Array(16).fill(9)],
  })
  return {
    passes: [...passes, ...desk],
    scopeOf: bytes => scopeIn(file, bytes),
    view: viewOf(file),
    nowMs,
    payloads: passes.map(bytes => decodeEnvelope(bytes).payload),
    documents,
    trust: trustOf({ keys: [...KEYS, trustKey('config', configSigner)] }),
    nonce,
    statusKey: statusSigner.publicKey,
    token,
    boarding,
    all: [...passes, ...documents, boarding],
  }
}

/** Found by the signature alone, whatever its kid. */
function scopeIn({ issuerKeys }: GoldenFile, bytes: Uint8Array): readonly Purpose[] {
  return issuerKeys
    .filter(json => verifySign1(bytes, issuerKeyOf(json).key).ok)
    .flatMap(json => json.purposes)
}
