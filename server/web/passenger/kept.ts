/** What the passenger's page keeps on the phone, and under which names. */
import type { Language } from '../shared/language.ts'
import { makePhoneKey } from '../shared/phone-keys.ts'
import type { Vault } from '../shared/ports.ts'

/** Whose it is, as it may be shown. */
export interface Who {
  readonly name: string
  readonly number: string
}

/** An application that was opened and has become nothing yet. Times are Unix milliseconds. */
export interface KeptApplication {
  readonly id: string
  readonly expiresAt: number
  /** The key that its certificate will be for. */
  readonly holder: CryptoKeyPair
  readonly who: Who
}

/** A certificate with its newest pass. Times are Unix milliseconds by the service. */
export interface KeptCertificate {
  readonly id: string
  readonly validFrom: number
  readonly validUntil: number
  readonly pass: Uint8Array
  readonly passFrom: number
  readonly passExpiresAt: number
  readonly holder: CryptoKeyPair
  /** Left out where it was issued at the window: the service tells a phone no name. */
  readonly who?: Who
  /** Certificates that may still be applied for this month, where the service has told. */
  readonly monthLeft?: number
}

interface Kept {
  readonly device: CryptoKeyPair
  readonly application: KeptApplication
  readonly certificate: KeptCertificate
  readonly language: Language
  /** Service less phone, milliseconds. */
  readonly clockOffset: number
}

/** The vault, typed by name. */
export interface Keeper {
  get<N extends keyof Kept>(name: N): Promise<Kept[N] | undefined>
  set<N extends keyof Kept>(name: N, value: Kept[N]): Promise<void>
  remove(name: keyof Kept): Promise<void>
  /** The key by which the service knows this phone; made when it is first asked for. */
  device(): Promise<CryptoKeyPair>
}

export function createKeeper(vault: Vault): Keeper {
  let device: Promise<CryptoKeyPair> | undefined
  async function found(): Promise<CryptoKeyPair> {
    const kept = await vault.get<CryptoKeyPair>('device')
    if (kept !== undefined) return kept
    const made = await makePhoneKey()
    await vault.set('device', made)
    return made
  }
  return {
    get: name => vault.get(name),
    set: (name, value) => vault.set(name, value),
    remove: name => vault.remove(name),
    device() {
      device ??= found().catch(error => {
        device = undefined
        throw error
      })
      return device
    },
  }
}
