/** What a page needs of its browser, as ports: tests give virtual time and a store in memory. */

export interface Clock {
  /** Unix milliseconds by the phone's own clock, which may be wrong. */
  now(): number
  /** Milliseconds that no setting of the clock changes. */
  monotonic(): number
}

export interface Timers {
  /** Runs once after `ms`; the result calls it off. */
  after(ms: number, run: () => void): () => void
}

/** Bytes nobody can foresee. */
export type RandomBytes = (count: number) => Uint8Array<ArrayBuffer>

/**
 * What is kept on the phone under a name. Keys that can't be read out are kept as such. Each rejects
 * with a VaultError.
 */
export interface Vault {
  get<T>(name: string): Promise<T | undefined>
  set(name: string, value: unknown): Promise<void>
  remove(name: string): Promise<void>
}

/** `BLOCKED`: the browser gives a page no storage here; `FULL`: there is no room left. */
export class VaultError extends Error {
  override readonly name = 'VaultError'
  readonly code: 'BLOCKED' | 'FULL'

  constructor(code: VaultError['code'], options?: ErrorOptions) {
    super(code, options)
    this.code = code
  }
}
