/**
 * The gate that scans are played at: one of the stage, or a real one by its config, on a copy of its
 * data. The copy is started in virtual time with simulated devices: the gate's own files stay as they
 * are, and no service is asked.
 */
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { RealGate } from '../../../fixtures/stage/stage.ts'
import { readConfigFile, readNamedBytes } from '../../../gate/config/config-file.ts'
import { type GateConfig, gateConfigSchema } from '../../../gate/contract/config.ts'
import { OptionError } from '../../../gate/contract/options.ts'
import { cacheInMemory, readCacheRows } from '../../../gate/trust/cache-file.ts'
import { TRUST_BYTES_MAX } from '../../../pass/limits.ts'

export interface ScannedGate {
  readonly config: GateConfig
  /** Undefined on the stage. */
  readonly real?: RealGate
  /** Of the newest trust that it has: an earlier clock is certainly wrong. Unix milliseconds. */
  readonly newestTrustMs?: number | undefined
  close(): void
}

/** Lane A is an entry and lane B an exit, of one station area. */
export function stageGate(): ScannedGate {
  const lane = (name: string, direction: string) => ({
    ...{ name, direction },
    ...{ board: { port: `${name} board` }, scanner: { port: `${name} scanner` } },
  })
  const config = gateConfigSchema.parse({
    ...{ gate: 'north-1', station: 'north', data: 'memory', service: { url: 'http://service' } },
    trust: { factory: 'given' },
    lanes: [lane('A', 'entry'), lane('B', 'exit')],
  })
  return { config, close: () => {} }
}

/** Throws OptionError for a config that may not run, and for data that can't be read. */
export function realGate(configFile: string): ScannedGate {
  const { checked } = readConfigFile(configFile)
  if (!checked.ok) throw new OptionError(checked.problems.join('\n'))
  const { data, trust } = checked.config
  const { bus: _bus, metrics: _metrics, ...config } = checked.config
  const folder = mkdtempSync(join(tmpdir(), 'wicketgate-scans-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    const databases = copyOf(data, folder)
    return {
      // Boarding lists come with the gate's own key alone, which stays where it is.
      config: { ...config, lanes: config.lanes.map(withoutTickets) },
      real: {
        factory: readNamedBytes('trust.factory', trust.factory, TRUST_BYTES_MAX),
        databases,
      },
      newestTrustMs: cacheInMemory(databases.cache).read(readCacheRows)?.clock?.floorMs,
      close: remove,
    }
  } catch (error) {
    remove()
    throw new OptionError(`--config ${configFile}: ${(error as Error).message}`)
  }
}

function copyOf(data: string, folder: string): RealGate['databases'] {
  const names = existsSync(data) ? readdirSync(data) : []
  for (const name of names.filter(one => /^(journal|trust)\.db(-wal)?$/.test(one))) {
    copyFileSync(join(data, name), join(folder, name))
  }
  const open = (name: string) => new DatabaseSync(join(folder, name))
  return { journal: open('journal.db'), cache: open('trust.db') }
}

const withoutTickets = (lane: GateConfig['lanes'][number]) => ({
  ...lane,
  policy: { ...lane.policy, ticket: 'off' as const },
})
