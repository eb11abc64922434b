/**
 * A service's side of trust for tests: root, status, time and issuer keys, documents signed with
 * them, and the files a gate would fetch. Real signatures and real encodings throughout.
 */

import { toHex } from '../../../pass/bytes.ts'
import { generateSigningKey, type Signer } from '../../../pass/cose-node.ts'
import { hashOf } from '../../../pass/documents/by-hash-node.ts'
import { signTimeAnswer } from '../../../pass/documents/signed-time.ts'
import { createStatusList, setStatus } from '../../../pass/documents/status-list.ts'
import { encodeStatusListToken } from '../../../pass/documents/status-list-node.ts'
import {
  type Manifest,
  signManifest,
  signTrust,
  type TrustDocument,
  type TrustKey,
  type TrustRole,
} from '../../../pass/documents/trust.ts'
import type { PassEnvironment } from '../../../pass/keys.ts'
import { PURPOSES } from '../../../pass/purpose.ts'

export const DAY_S = 86_400
/** 2027-01-15T08:00:00Z: the tests' present, Unix seconds. */
export const T0 = 1_800_000_000
export const LIST = 'tsl:1'

export interface Published {
  readonly lists?: Readonly<Record<string, readonly number[]>>
  readonly revokedKids?: readonly Uint8Array[]
  readonly version?: number
  readonly trustVersion?: number
  readonly iat?: number
  readonly exp?: number
  readonly signer?: Signer
}

/** What lies on the origin: change it at will. */
export interface Files {
  manifest: Uint8Array | undefined
  readonly documents: Map<number, Uint8Array>
  readonly lists: Map<string, Uint8Array>
}

export class TrustWorld {
  readonly roots = [1, 2, 3].map(() => generateSigningKey('EdDSA'))
  readonly status = generateSigningKey('ES256')
  readonly time = generateSigningKey('ES256')
  readonly issuer: Signer
  readonly files: Files = { manifest: undefined, documents: new Map(), lists: new Map() }
  readonly environment: PassEnvironment
  /** Unix seconds of the true time; the service's clock is right. */
  readonly nowS: () => number
  factory: Uint8Array = new Uint8Array()
  trustVersion = 0
  manifestVersion = 0
  private readonly listVersions = new Map<string, number>()

  constructor(
    nowS: () => number,
    environment: PassEnvironment = 'production',
    issuer: Signer = generateSigningKey('ES256'),
  ) {
    this.nowS = nowS
    this.environment = environment
    this.issuer = issuer
  }

  /** A world with factory trust 1 and a first manifest of one empty list. */
  static async create(
    nowS: () => number = () => T0,
    environment: PassEnvironment = 'production',
    issuer?: Signer,
  ): Promise<TrustWorld> {
    const world = new TrustWorld(nowS, environment, issuer)
    world.factory = await world.rotate()
    await world.publish({ lists: { [LIST]: [] } })
    return world
  }

  key(role: TrustRole, signer: Signer): TrustKey {
    const { kid, alg, publicKey } = signer
    const common = { role, kid, alg, key: publicKey, from: T0 - 400 * DAY_S, to: T0 + 4000 * DAY_S }
    if (role !== 'issuer') return common
    return { ...common, passClass: 'phone', environment: this.environment, purposes: PURPOSES }
  }

  keys(): TrustKey[] {
    return [
      ...this.roots.map(root => this.key('root', root)),
      this.key('status', this.status),
      this.key('time', this.time),
      this.key('issuer', this.issuer),
    ]
  }

  document(more: Partial<TrustDocument> = {}): TrustDocument {
    const iat = more.iat ?? this.nowS() - 60
    const version = this.trustVersion + 1
    return { version, iat, exp: iat + 90 * DAY_S, threshold: 2, keys: this.keys(), ...more }
  }

  /** Signs and publishes the next version of trust. */
  async rotate(
    more: Partial<TrustDocument> = {},
    signers: readonly Signer[] = this.roots.slice(0, 2),
  ): Promise<Uint8Array> {
    const document = this.document(more)
    const bytes = await signTrust(document, signers)
    this.files.documents.set(document.version, bytes)
    this.trustVersion = document.version
    return bytes
  }

  /** A manifest over lists that are uploaded too; not yet published. */
  async manifest(what: Published): Promise<Manifest> {
    const iat = what.iat ?? this.nowS()
    const lists = []
    for (const [uri, revoked] of Object.entries(what.lists ?? {})) {
      lists.push(await this.upload(uri, revoked, iat))
    }
    return {
      version: what.version ?? Math.max(this.manifestVersion + 1, this.nowS()),
      trustVersion: what.trustVersion ?? this.trustVersion,
      iat,
      exp: what.exp ?? iat + DAY_S,
      revokedKids: what.revokedKids ?? [],
      lists,
    }
  }

  async publish(what: Published): Promise<Uint8Array> {
    const manifest = await this.manifest(what)
    const bytes = await signManifest(manifest, what.signer ?? this.status)
    this.files.manifest = bytes
    this.manifestVersion = Math.max(this.manifestVersion, manifest.version)
    return bytes
  }

  /** Uploads a list of 2^16 places with these revoked; its entry in a manifest. */
  async upload(
    uri: string,
    revoked: readonly number[],
    iat: number,
    entries = 65_536,
    exp?: number,
  ) {
    const list = createStatusList(entries, 1)
    for (const index of revoked) setStatus(list, index, 1)
    const token = await encodeStatusListToken({
      uri,
      iat,
      list,
      ...(exp !== undefined && { exp }),
      signer: this.status,
    })
    const sha256 = hashOf(token)
    this.files.lists.set(toHex(sha256), token)
    const version = Math.max((this.listVersions.get(uri) ?? 0) + 1, this.nowS())
    this.listVersions.set(uri, version)
    return { uri, version, length: token.length, sha256 }
  }

  async timeAnswer(nonce: Uint8Array, timeMs = this.nowS() * 1000, signer: Signer = this.time) {
    return signTimeAnswer({ nonce, time: timeMs, manifestVersion: this.manifestVersion }, signer)
  }
}
