/** Reads a gate's config file. A wrong one is refused as a whole, with each key and its range. */
import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type GateConfig, gateConfigSchema } from './contract/config.ts'
import { explainIssues } from './contract/explain.ts'
import { CONFIG_BYTES_MAX } from './limits.ts'

/** `message` has one line a problem, each naming its key. */
export class ConfigError extends Error {
  readonly code = 'CONFIG_INVALID'

  constructor(message: string) {
    super(message)
    this.name = 'ConfigError'
  }
}

/** Relative paths in the config are taken from the config file's own folder. */
export function readGateConfig(file: string): GateConfig {
  const parsed = gateConfigSchema.safeParse(parse(file))
  if (!parsed.success) {
    throw new ConfigError(`${file}:\n${explainIssues(parsed.error).join('\n')}`)
  }
  const folder = dirname(resolve(file))
  const { data, trust } = parsed.data
  return {
    ...parsed.data,
    data: resolve(folder, data),
    trust: { ...trust, factory: resolve(folder, trust.factory) },
  }
}

function parse(file: string): unknown {
  let text: string
  try {
    if (statSync(file).size > CONFIG_BYTES_MAX) {
      throw new Error(`larger than ${CONFIG_BYTES_MAX} bytes`)
    }
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new ConfigError(`${file}: cannot be read: ${(error as Error).message}`)
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ConfigError(`${file}: not JSON: ${(error as Error).message}`)
  }
}
