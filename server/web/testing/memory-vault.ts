/** What a phone keeps, in memory: a copy of each value, as IndexedDB makes one. */
import { type Vault, VaultError } from '../shared/ports.ts'

export interface MemoryVault extends Vault {
  readonly kept: Map<string, unknown>
  /** From now on each call is refused so. */
  fault: VaultError['code'] | undefined
}

export function memoryVault(): MemoryVault {
  const kept = new Map<string, unknown>()
  const demandWell = () => {
    if (vault.fault !== undefined) throw new VaultError(vault.fault)
  }
  const vault: MemoryVault = {
    kept,
    fault: undefined,
    async get<T>(name: string) {
      if (vault.fault === 'BLOCKED') throw new VaultError('BLOCKED')
      return kept.get(name) as T | undefined
    },
    async set(name, value) {
      demandWell()
      kept.set(name, value)
    },
    async remove(name) {
      if (vault.fault === 'BLOCKED') throw new VaultError('BLOCKED')
      kept.delete(name)
    },
  }
  return vault
}
