/**
 * A certificate that a machine makes for itself (X.509, RFC 5280): ECDSA on P-256, for a server, for the
 * names and addresses that it is reached by. Nobody vouches for it: who visits compares its fingerprint.
 */
import { generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

export interface OwnCertificate {
  /** PEM (PKCS #8). */
  readonly key: string
  /** PEM. */
  readonly cert: string
  /** SHA-256 of the certificate, 64 hexadecimal digits in four groups. */
  readonly fingerprint: string
}

const DAY_MS = 24 * 3600_000
/** A visitor's clock may be behind. */
const BEFORE_MS = DAY_MS
const SERIAL_BYTES = 16

/** Tags of DER (ITU-T X.690). */
const TAGS = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  time: 0x17,
  sequence: 0x30,
  set: 0x31,
  dnsName: 0x82,
  ipAddress: 0x87,
  version: 0xa0,
  extensions: 0xa3,
} as const

/** Object identifiers as they are encoded. */
const OIDS = {
  ecdsaWithSha256: '2a8648ce3d040302',
  commonName: '550403',
  keyUsage: '551d0f',
  subjectAltName: '551d11',
  basicConstraints: '551d13',
  extKeyUsage: '551d25',
  serverAuth: '2b06010505070301',
} as const

/** `names`: DNS names and IP addresses. `days`: how long it is good, from `nowMs` on. */
export function makeOwnCertificate(
  names: readonly string[],
  nowMs: number,
  days: number,
): OwnCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = der('sequence', oid('ecdsaWithSha256'))
  const commonName = der('sequence', oid('commonName'), der('utf8', Buffer.from('Wicketgate')))
  const issuer = der('sequence', der('set', commonName))
  const toBeSigned = der(
    'sequence',
    der('version', der('integer', Buffer.of(2))),
    der('integer', positive(randomBytes(SERIAL_BYTES))),
    algorithm,
    issuer,
    der('sequence', time(nowMs - BEFORE_MS), time(nowMs + days * DAY_MS)),
    issuer,
    publicKey.export({ type: 'spki', format: 'der' }),
    der('extensions', der('sequence', ...extensionsFor(names))),
  )
  const signature = der('bits', Buffer.of(0), sign('sha256', toBeSigned, privateKey))
  const certificate = new X509Certificate(der('sequence', toBeSigned, algorithm, signature))
  return {
    key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    cert: certificate.toString(),
    fingerprint: grouped(certificate.fingerprint256),
  }
}

function extensionsFor(names: readonly string[]): Buffer[] {
  const digitalSignature = der('bits', Buffer.of(7, 0x80))
  return [
    extension('basicConstraints', der('sequence'), 'critical'),
    extension('keyUsage', digitalSignature, 'critical'),
    extension('extKeyUsage', der('sequence', oid('serverAuth'))),
    extension('subjectAltName', der('sequence', ...names.map(generalName))),
  ]
}

function extension(name: keyof typeof OIDS, value: Buffer, critical?: 'critical'): Buffer {
  const mark = critical === undefined ? [] : [der('boolean', Buffer.of(0xff))]
  return der('sequence', oid(name), ...mark, der('octets', value))
}

function generalName(name: string): Buffer {
  if (isIP(name) === 0) return der('dnsName', Buffer.from(name, 'latin1'))
  return der('ipAddress', Buffer.from(ipaddr.parse(name).toByteArray()))
}

const oid = (name: keyof typeof OIDS): Buffer => der('oid', Buffer.from(OIDS[name], 'hex'))

/** Without the fraction of its second. Of the years 1950 to 2049. */
const time = (ms: number): Buffer =>
  der('time', Buffer.from(new Date(ms).toISOString().replace(/^..|[-:T]|\.\d+/g, '')))

/** As an integer, which has a sign and no zeros before it. */
function positive(bytes: Buffer): Buffer {
  bytes.writeUInt8((bytes.readUInt8(0) & 0x7f) | 0x40, 0)
  return bytes
}

/** Tag, length, value. A value is shorter than 65,536 bytes. */
function der(tag: keyof typeof TAGS, ...values: readonly Buffer[]): Buffer {
  const value = Buffer.concat(values)
  const { length } = value
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.of(TAGS[tag], ...size), value])
}

const grouped = (fingerprint: string): string =>
  fingerprint.replaceAll(':', '').replace(/.{16}(?=.)/g, '$& ')
