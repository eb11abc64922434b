/** What the benchmark of the credential works on: one issuer, one phone, many presentations. */
import { createPublicKey, type KeyObject, randomBytes, sign, verify } from 'node:crypto'
import { countersignStructure, sigStructure } from '../../pass/cose.ts'
import { generateSigningKey, nodeVerifier } from '../../pass/cose-node.ts'
import type { Ec2Key } from '../../pass/crypto.ts'
import {
  decodeEnvelope,
  encodeEnvelope,
  encodePresentationHeader,
  type PassEnvelope,
} from '../../pass/envelope.ts'
import { issuePassSync } from '../../pass/issue.ts'
import type { IssuerKey } from '../../pass/keys.ts'
import { presentPass } from '../../pass/present.ts'
import { PURPOSES } from '../../pass/purpose.ts'
import { encodePassText } from '../../pass/text.ts'
import type { TrustView } from '../../pass/verify.ts'

export const NOW_MS = 1_770_000_000_000
const NOW_S = NOW_MS / 1000
const PRESENTATIONS = 256
/** As long as what an issuer signs. */
const MESSAGE_BYTES = 150

export interface Sample {
  readonly issuer: ReturnType<typeof generateSigningKey>
  readonly issuerKey: KeyObject
  readonly pass: Uint8Array
  readonly texts: readonly string[]
  readonly presented: readonly Uint8Array[]
  readonly trust: TrustView
  issue(): Uint8Array
  /** The text of another certificate's code, presented now. */
  reissue(): string
  /** One raw check of an issuer's, or a holder's, signature by node:crypto. */
  rawIssuer(i: number): boolean
  rawHolder(i: number): boolean
  /** One raw signature by the issuer's key, as one writes it with node:crypto. */
  rawSign(): Uint8Array
  /** Imports the holder's compressed key. */
  rawImport(): KeyObject
  /** The same two without the errors that Node throws and catches of its own (cose-node.ts). */
  fastHolder(i: number): boolean
  fastImport(): KeyObject
}

/** A view of `keys` issuer keys, of which ours is one; every status valid. */
export function trustOf(
  key: IssuerKey,
  keys = 1,
  status: TrustView['status'] = () => 'valid',
): TrustView {
  const byKid = new Map<string, IssuerKey[]>([[kidText(key.kid), [key]]])
  for (let i = 1; i < keys; i++) byKid.set(`${i}`, [key])
  return {
    issuerKeys: kid => byKid.get(kidText(kid)) ?? [],
    kidRevoked: () => false,
    environment: 'production',
    status,
    aheadByMaxMs: 5000,
  }
}

const kidText = (kid: Uint8Array): string => Buffer.from(kid).toString('latin1')

export function issuerKeyOf(issuer: Sample['issuer']): IssuerKey {
  return {
    kid: issuer.kid,
    alg: issuer.alg,
    key: issuer.publicKey,
    passClass: 'phone',
    environment: 'production',
    purposes: PURPOSES,
    from: NOW_S - 86_400,
    to: NOW_S + 86_400,
  }
}

export async function makeSample(): Promise<Sample> {
  const issuer = generateSigningKey('ES256')
  const holder = generateSigningKey('ES256')
  const claims = {
    cti: new Uint8Array(16).fill(7),
    iat: NOW_S - 60,
    exp: NOW_S + 1700,
    holderKey: holder.publicKey as Ec2Key,
    statusIndex: 123_456,
    statusList: 'tsl:1a',
  }
  const issueFor = (cti: Uint8Array) =>
    issuePassSync({ claims: { ...claims, cti }, kid: issuer.kid, alg: 'ES256', sign: issuer.sign })
  const issue = () => issueFor(claims.cti)
  const reissue = () => encodePassText(presentSync(issueFor(randomBytes(16)), holder.sign))
  const pass = issue()
  const presented = await Promise.all(
    Array.from({ length: PRESENTATIONS }, (_, i) =>
      presentPass({ pass, presentedAt: NOW_S - (i % 25), sign: holder.sign }),
    ),
  )
  const envelopes = presented.map(decodeEnvelope)
  const messages = envelopes.map(messagesOf)
  const issuerKey = nodeVerifier.importKey(issuer.publicKey)
  const spki = spkiOf(holder.publicKey as Ec2Key)
  const rawImport = () => createPublicKey({ key: spki, format: 'der', type: 'spki' })
  const holderKey = rawImport()
  const pem = holderKey.export({ format: 'pem', type: 'spki' })
  const fastImport = () => createPublicKey(pem)
  const fastKey = Object.assign(fastImport(), { dsaEncoding: 'ieee-p1363' as const })
  const check = (key: KeyObject, message: Uint8Array, signature: Uint8Array) =>
    verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature)
  const message = new Uint8Array(MESSAGE_BYTES)
  const at = (i: number) => messages[i % PRESENTATIONS] as ReturnType<typeof messagesOf>
  return {
    issuer,
    issuerKey,
    pass,
    texts: presented.map(encodePassText),
    presented,
    trust: trustOf(issuerKeyOf(issuer)),
    issue,
    reissue,
    rawIssuer: i => check(issuerKey, at(i).issuer, at(i).issuerSignature),
    rawHolder: i => check(holderKey, at(i).holder, at(i).holderSignature),
    rawSign: () => sign('sha256', message, { key: issuer.privateKey, dsaEncoding: 'ieee-p1363' }),
    rawImport,
    fastHolder: i => verify('sha256', at(i).holder, fastKey, at(i).holderSignature),
    fastImport,
  }
}

/** As `presentPass`, at once. */
function presentSync(pass: Uint8Array, sign: (message: Uint8Array) => Uint8Array): Uint8Array {
  const { protectedBytes, payload, signature } = decodeEnvelope(pass)
  const header = encodePresentationHeader(NOW_S)
  const proof = sign(countersignStructure(protectedBytes, header, payload, signature))
  const presentation = { protectedBytes: header, signature: proof }
  return encodeEnvelope({ protectedBytes, presentation, payload, signature })
}

function messagesOf({ protectedBytes, payload, signature, presentation }: PassEnvelope) {
  if (presentation === undefined) throw new Error('not presented')
  const header = presentation.protectedBytes
  return {
    issuer: sigStructure(protectedBytes, payload),
    issuerSignature: signature,
    holder: countersignStructure(protectedBytes, header, payload, signature),
    holderSignature: presentation.signature,
  }
}

/** SubjectPublicKeyInfo of a compressed P-256 point, RFC 5480. */
function spkiOf(key: Ec2Key): Buffer {
  const head = Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex')
  return Buffer.concat([head, Buffer.from([key.y ? 3 : 2]), key.x])
}
