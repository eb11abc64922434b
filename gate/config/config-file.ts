/** Reads a gate's config file, and finds out whether a config may run. A wrong one is refused whole. */
import { createHash } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import { canonicalJson, type JsonValue } from '../contract/canonical.ts'
import { type GateConfig, gateConfigSchema, type LaneConfig } from '../contract/config.ts'
import { explainPlaces } from '../contract/explain.ts'
import { decodeText, readJsonText } from '../contract/json-text.ts'
import { readWhole } from '../files/read-file.ts'
import { CONFIG_BYTES_MAX } from '../limits.ts'
import { problemLines } from './problems.ts'

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
  /** The text in which its author sees it, whose lines a problem names. */
  readonly written: string | undefined
}

/** A good one, or one line a problem. */
export type CheckedConfig =
  | ({ readonly ok: true } & GoodConfig)
  | { readonly ok: false; readonly problems: readonly string[] }

/**
 * Relative paths in a config are taken from `folder`, that of the config file. `written`: the text in
 * which its author sees it; problems name its lines.
 */
export function checkConfig(value: unknown, folder: string, written?: string): CheckedConfig {
  const parsed = gateConfigSchema.safeParse(value)
  if (!parsed.success) {
    const found = explainPlaces(parsed.error, value)
    return { ok: false, problems: problemLines(found, value as JsonValue, written) }
  }
  const { data, trust, bus, lanes } = parsed.data
  const text = canonicalJson(value as JsonValue)
  if (Buffer.byteLength(text) > CONFIG_BYTES_MAX) return tooLarge()
  return {
    ok: true,
    config: {
      ...parsed.data,
      data: resolve(folder, data),
      trust: { ...trust, factory: resolve(folder, trust.factory) },
      ...(bus === undefined ? {} : { bus: { broker: withPaths(bus.broker, folder) } }),
      lanes: lanes.map(lane => withFolders(lane, folder)),
    },
    text,
    sha256: sha256Hex(text),
    written,
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

/** A watched folder of pictures may be named from the config's own. */
function withFolders(lane: LaneConfig, folder: string): LaneConfig {
  if (lane.readers === undefined) return lane
  const readers = lane.readers.map(reader => {
    if (reader.kind !== 'camera' || reader.source.type !== 'folder') return reader
    const { source } = reader
    return { ...reader, source: { ...source, path: resolve(folder, source.path) } }
  })
  return { ...lane, readers }
}

/** A file that the config names under `key`. Throws ConfigError with the key, the file and the remedy. */
export function readNamedBytes(key: string, file: string, bytesMax: number): Uint8Array {
  const read = readWhole(file, bytesMax)
  if (!(read instanceof Error)) return read
  throw badFile(
    key,
    file,
    `cannot be read: ${read.message}; name a file that the gate’s user can read`,
  )
}

/** As `readNamedBytes`, of a text in UTF-8. */
export function readNamedFile(key: string, file: string): string {
  const decoded = decodeText(readNamedBytes(key, file, CONFIG_BYTES_MAX))
  if ('text' in decoded) return decoded.text
  throw badFile(key, file, decoded.problem)
}

/** Of a file that the config names under `key`, and what is wrong with it. */
export function badFile(key: string, file: string, what: string): ConfigError {
  return new ConfigError(`${key}: ${file}: ${what}`)
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
  const bytes = readWhole(file, CONFIG_BYTES_MAX)
  if (bytes instanceof Error) {
    const problems = [`${file}: cannot be read: ${bytes.message}`]
    return { checked: { ok: false, problems }, folder, sha256: '', data: undefined }
  }
  const sha256 = sha256Hex(bytes)
  const read = readJsonText(bytes)
  if (!read.ok) {
    const checked = { ok: false as const, problems: [`${file}: ${read.problem}`] }
    const data = read.text === undefined ? undefined : dataIn(read.text, folder)
    return { checked, folder, sha256, data }
  }
  const checked = checkConfig(read.value, folder, read.text)
  if (checked.ok) return { checked, folder, sha256, data: checked.config.data }
  const problems = [`${file}:`, ...checked.problems]
  return { checked: { ok: false, problems }, folder, sha256, data: dataIn(read.text, folder) }
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

function sha256Hex(of: string | Uint8Array): string {
  return createHash('sha256').update(of).digest('hex')
}
