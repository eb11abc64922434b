/** The ports of a page, by its browser: time, randomness, and IndexedDB as the store. */
import { createStore, del, get, set } from 'idb-keyval'
import { type Clock, type RandomBytes, type Timers, type Vault, VaultError } from './ports.ts'

export const browserClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() }

export const browserTimers: Timers = {
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

export const browserRandom: RandomBytes = count => crypto.getRandomValues(new Uint8Array(count))

/** The store of this origin under `name`; the database is opened by the first call. */
export function browserVault(name: string): Vault {
  let store: ReturnType<typeof createStore> | undefined
  const opened = () => {
    store ??= createStore(name, 'kept')
    return store
  }
  return {
    get: key => told(() => get(key, opened())),
    set: (key, value) => told(() => set(key, value, opened())),
    remove: key => told(() => del(key, opened())),
  }
}

async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    const isFull = cause instanceof DOMException && cause.name === 'QuotaExceededError'
    throw new VaultError(isFull ? 'FULL' : 'BLOCKED', { cause })
  }
}
