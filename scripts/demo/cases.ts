/**
 * What can be shown, as a table: what the passenger holds to the scanner, and what the gate must
 * make of it.
 */
import type { KeyObject } from 'node:crypto'
import { type Phone, presentText } from '../../fixtures/phone.ts'
import type { World } from '../../fixtures/world.ts'
import { decodeClaims } from '../../pass/claims.ts'
import { generateSigningKey } from '../../pass/cose-node.ts'
import { decodeEnvelope } from '../../pass/envelope.ts'
import { issuePass } from '../../pass/issue.ts'
import { encodePassText } from '../../pass/text.ts'
import { fileSigner } from '../../server/publish/signer.ts'

export interface DemoCase {
  readonly what: string
  /** The codes that are right; more than one where the design leaves it open. */
  readonly codes: readonly string[]
  /** How the scan ends in the journal, and who walks. */
  readonly end: 'passage' | 'annulled' | 'denied' | 'restart'
  /** The text in the picture. `nowMs` is when it is shown. */
  readonly text: (world: World, phone: Phone, nowMs: number) => Promise<string>
  /** The code was let in once before, on another lane. */
  readonly usedBefore?: boolean
  /** What reads the code; a serial scanner when left out. */
  readonly reader?: 'hid' | 'camera'
  /** The window revokes the certificate while the service is still there. */
  readonly revoked?: boolean
}

const present = (_world: World, phone: Phone, nowMs: number) => phone.present(nowMs)
const SCREENSHOT_AGE_MS = 60_000

/** A pass of the same claims, changed and signed by the station's own issuer key. */
async function reissued(
  world: World,
  phone: Phone,
  change: { readonly iat: number; readonly exp: number },
): Promise<Uint8Array> {
  const { kid, payload } = decodeEnvelope(phone.pass)
  const key = fileSigner(world.keysFolder)
    .keys()
    .find(one => Buffer.compare(one.kid, kid) === 0)
  if (key === undefined) throw new Error('the issuer key of the pass is not at hand')
  const claims = { ...decodeClaims(payload), ...change }
  return issuePass({ claims, kid, alg: key.alg, sign: key.sign })
}

async function expired(world: World, phone: Phone, nowMs: number): Promise<string> {
  const now = Math.floor(nowMs / 1000)
  const pass = await reissued(world, phone, { iat: now - 6, exp: now - 2 })
  return presentText(pass, phone.holderKey, nowMs)
}

/** The right kid and claims, another key's signature. */
async function forged(_world: World, phone: Phone, nowMs: number): Promise<string> {
  const { kid, payload } = decodeEnvelope(phone.pass)
  const { sign } = generateSigningKey('ES256')
  const pass = await issuePass({ claims: decodeClaims(payload), kid, alg: 'ES256', sign })
  return presentText(pass, phone.holderKey, nowMs)
}

/** One bit of the issuer's signature, which is the pass's last 64 bytes. */
async function tampered(_world: World, phone: Phone, nowMs: number): Promise<string> {
  const pass = Uint8Array.from(phone.pass)
  const last = pass.length - 1
  pass[last] = (pass[last] ?? 0) ^ 1
  return presentText(pass, phone.holderKey as KeyObject, nowMs)
}

export const CASES = {
  admit: {
    what: 'a live code opens the gate, offline',
    codes: ['ADMIT'],
    end: 'passage',
    text: present,
  },
  usb: {
    what: 'a live code before a USB scanner in keyboard mode',
    codes: ['ADMIT'],
    end: 'passage',
    text: present,
    reader: 'hid',
  },
  camera: {
    what: 'a live code on a phone that is held before a camera',
    codes: ['ADMIT'],
    end: 'passage',
    text: present,
    reader: 'camera',
  },
  screenshot: {
    what: 'a presentation that is 60 s old',
    codes: ['STALE_CODE'],
    end: 'denied',
    text: (_world, phone, nowMs) => phone.present(nowMs - SCREENSHOT_AGE_MS),
  },
  revoked: {
    what: 'the window revoked the certificate before the network went',
    codes: ['REVOKED'],
    end: 'denied',
    text: present,
    revoked: true,
  },
  forged: {
    what: 'the right claims under another key’s signature',
    codes: ['BAD_SIGNATURE', 'UNKNOWN_ISSUER'],
    end: 'denied',
    text: forged,
  },
  expired: {
    what: 'a pass past its end',
    codes: ['EXPIRED'],
    end: 'denied',
    text: expired,
  },
  tampered: {
    what: 'one bit of the issuer’s signature flipped',
    codes: ['BAD_SIGNATURE'],
    end: 'denied',
    text: tampered,
  },
  'no-proof': {
    what: 'the signed pass without the phone’s signature',
    codes: ['NO_PROOF'],
    end: 'denied',
    text: async (_world, phone) => encodePassText(phone.pass),
  },
  garbage: {
    what: 'a code that is no pass',
    codes: ['MALFORMED'],
    end: 'denied',
    text: async () => 'HTTPS://EXAMPLE.COM/MENU/TABLE-4',
  },
  replay: {
    what: 'a code that was let in on the next lane a moment ago',
    codes: ['ALREADY_USED'],
    end: 'denied',
    text: present,
    usedBefore: true,
  },
  'no-turn': {
    what: 'granted, but nobody walks',
    codes: ['ADMIT'],
    end: 'annulled',
    text: present,
  },
  crash: {
    what: 'the gate is killed between grant and passage',
    codes: ['ADMIT'],
    end: 'restart',
    text: present,
  },
} as const satisfies Record<string, DemoCase>

export type CaseName = keyof typeof CASES

export function isCaseName(name: string): name is CaseName {
  return Object.hasOwn(CASES, name)
}
