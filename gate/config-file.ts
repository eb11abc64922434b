/** Reads a gate's config file, and finds out whether a config may run. A wrong one is refused whole. */
import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { canonicalJson, type JsonValue } from './contract/canonical.ts'
import { type GateConfig, gateConfigSchema } from './contract/config.ts'
import { explainIssues } from './contract/explain.ts'
import { CONFIG_BYTES_MAX } from './limits.ts'

type Broker = NonNullable<GateConfig['bus']>['broker']

/** `message` has one line a problem, each naming its key. */
export class ConfigError extends Error {
  readonly code = 'CONFIG_INVALID'

  constructor(message: string) {
    super(message)
    this.name = 'ConfigError'
  }
}

/** A config that may run. */
export interface GoodConfig {
  /** Paths in it are absolute, defaults are filled in. */
  readonly config: GateConfig
  /** Canonical JSON of what was written, without the defaults. */
  readonly text: string
  /** SHA-256 of the text, lower-case hexadecimal. */
  readonly sha256: string
}

/** A good one, or one line a problem. */
export type CheckedConfig =
  | ({ readonly ok: true } & GoodConfig)
  | { readonly ok: false; readonly problems: readonly string[] }

/** Relative paths in a config are taken from `folder`, that of the config file. */
export function checkConfig(value: unknown, folder: string): CheckedConfig {
  const parsed = gateConfigSchema.safeParse(value)
  if (!parsed.success) return { ok: false, problems: explainIssues(parsed.error) }
  const { data, trust, bus } = parsed.data
  const text = canonicalJson(value as JsonValue)
  if (Buffer.byteLength(text) > CONFIG_BYTES_MAX) return tooLarge()
  return {
    ok: true,
    config: {
      ...parsed.data,
      data: resolve(folder, data),
      trust: { ...trust, factory: resolve(folder, trust.factory) },
      ...(bus === undefined ? {} : { bus: { broker: withPaths(bus.broker, folder) } }),
    },
    text,
    sha256: sha256Hex(text),
  }
}

function withPaths(broker: Broker, folder: string): Broker {
  if ('embedded' in broker) return broker
  const { passwordFile, caFile } = broker
  return {
    ...broker,
    ...(passwordFile === undefined ? {} : { passwordFile: resolve(folder, passwordFile) }),
    ...(caFile === undefined ? {} : { caFile: resolve(folder, caFile) }),
  }
}

/** A file that the config names under `key`, as text. Throws ConfigError. */
export function readNamedFile(key: string, file: string): string {
  const read = readText(file)
  if (typeof read === 'string') return read
  throw new ConfigError(`${key}: ${file} cannot be read: ${read.message}`)
}

/** As `checkConfig`, of a text that may be anything. */
export function checkConfigText(text: string, folder: string): CheckedConfig {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { ok: false, problems: [`not JSON: ${(error as Error).message}`] }
  }
  return checkConfig(value, folder)
}

/** A config file as it is right now. */
export interface ConfigFile {
  readonly checked: CheckedConfig
  /** Its folder, absolute: paths in a config are relative to it. */
  readonly folder: string
  /** SHA-256 of its bytes; empty when it can't be read. */
  readonly sha256: string
  /** The data folder that it names, also where the rest of it is wrong; undefined if it names none. */
  readonly data: string | undefined
}

/** Never throws: what is wrong is in `checked`, each line with the file's name. */
export function readConfigFile(file: string): ConfigFile {
  const folder = dirname(resolve(file))
  const read = readText(file)
  if (typeof read !== 'string') {
    const problems = [`${file}: cannot be read: ${read.message}`]
    return { checked: { ok: false, problems }, folder, sha256: '', data: undefined }
  }
  const checked = checkConfigText(read, folder)
  const data = checked.ok ? checked.config.data : dataIn(read, folder)
  const named = checked.ok
    ? checked
    : { ok: false as const, problems: told(file, checked.problems) }
  return { checked: named, folder, sha256: sha256Hex(read), data }
}

/** Reads one that must be good. Throws ConfigError with each key and its range. */
export function readGateConfig(file: string): GateConfig {
  const { checked } = readConfigFile(file)
  if (!checked.ok) throw new ConfigError(checked.problems.join('\n'))
  return checked.config
}

function readText(file: string): string | Error {
  try {
    if (statSync(file).size > CONFIG_BYTES_MAX) {
      return new Error(`larger than ${CONFIG_BYTES_MAX} bytes`)
    }
    return readFileSync(file, 'utf8')
  } catch (error) {
    return error as Error
  }
}

/** One line of a file that is no JSON says more with its name before it; keys go below. */
function told(file: string, problems: readonly string[]): string[] {
  const [first = ''] = problems
  return first.startsWith('not JSON') ? [`${file}: ${first}`] : [`${file}:`, ...problems]
}

/**
 * Where the last good config is kept must be found although a comma is missing somewhere else, so
 * this looks for the key in a text that need not be JSON.
 */
function dataIn(text: string, folder: string): string | undefined {
  const [, quoted] = /"data"\s*:\s*("(?:[^"\\]|\\.){1,400}")/.exec(text) ?? []
  if (quoted === undefined) return undefined
  try {
    return resolve(folder, JSON.parse(quoted) as string)
  } catch {
    return undefined
  }
}

function tooLarge(): CheckedConfig {
  return { ok: false, problems: [`(whole): larger than ${CONFIG_BYTES_MAX} bytes`] }
}

function sha256Hex(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}
