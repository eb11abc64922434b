/**
 * The service's config: one JSON file, a few values from the environment over it, one secret from
 * the environment or a file. Unknown keys are refused; a wrong value is named with its line and range.
 */
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { explainPlaces, pathText } from '../gate/contract/explain.ts'
import { createLineFinder, type Place } from '../gate/contract/json-lines.ts'
import { decodeText, readJsonText } from '../gate/contract/json-text.ts'
import { staffConfigSchema } from './auth/config.ts'
import { StartError } from './errors.ts'
import { faceSettingsSchema, readFaceSecret } from './face/settings.ts'
import { readPrivate, readWhole } from './files/read-file.ts'
import { FILE_BYTES_MAX } from './limits.ts'
import { deskSettingsSchema } from './settings/desk.ts'
import { listenSettingsSchema } from './settings/listen.ts'
import { retentionSettingsSchema } from './settings/retention.ts'
import { isPostgresUrl } from './store/engine/engines.ts'

/** Whether a URL names a PostgreSQL server and a database on it. */
function isUsableUrl(text: string): boolean {
  if (!isPostgresUrl(text) || !URL.canParse(text)) return false
  const { hostname, pathname } = new URL(text)
  return hostname !== '' && pathname.length > 1
}

export const configSchema = z.strictObject({
  listen: listenSettingsSchema,
  publicUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('the address that browsers use; needed behind a proxy'),
  database: z
    .union(
      [
        z.strictObject({ file: z.string().min(1).max(400).describe('SQLite file, or :memory:') }),
        z.strictObject({
          url: z
            .string()
            .max(1000)
            .refine(isUsableUrl, 'expected postgres://USER:PASSWORD@HOST:PORT/NAME')
            .describe('PostgreSQL: postgres://USER:PASSWORD@HOST:PORT/NAME'),
        }),
      ],
      { error: 'expected { "file": path } or { "url": "postgres://…" }' },
    )
    .prefault({ file: 'service.db' })
    .describe('SQLite for one process, PostgreSQL for several replicas'),
  trust: z
    .strictObject({
      documents: z
        .string()
        .min(1)
        .max(400)
        .describe('folder with trust-N.cbor, signed by the roots'),
      keys: z.string().min(1).max(400).describe('folder with the online private keys'),
      environment: z
        .enum(['production', 'test'])
        .default('production')
        .describe('that of the issuer keys, and of the gates’ configs'),
    })
    .describe('trust documents and online keys'),
  secretFile: z
    .string()
    .min(1)
    .max(400)
    .optional()
    .describe('file with the secret, when WICKETGATE_SECRET is not set'),
  documents: z
    .array(
      z.enum([
        'resident-id',
        'residence-permit-hmt',
        'travel-permit-hm',
        'travel-permit-tw',
        'foreign-permanent-id',
        'passport',
      ]),
    )
    .min(1)
    .max(6)
    .default(['resident-id'])
    .describe('types of document that are taken'),
  staff: staffConfigSchema.prefault({}).describe('sessions, second factor, sign-in provider'),
  trustedProxies: z
    .int()
    .min(0)
    .max(5)
    .default(0)
    .describe('proxies in front that append to x-forwarded-for'),
  addressRate: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(200)
    .describe('requests a second of one address and replica, more are refused; 0 for any number'),
  boarding: z
    .strictObject({
      opensMin: z.int().min(5).max(1440).default(180).describe('minutes before departure'),
      closesMin: z.int().min(0).max(60).default(3).describe('minutes before departure'),
    })
    .prefault({})
    .refine(b => b.closesMin < b.opensMin, {
      path: ['closesMin'],
      message: 'boarding must close after it opens',
    })
    .describe('when gates with the ticket rule board a train'),
  face: faceSettingsSchema.prefault({ engine: 'embedded' }).describe('who compares faces'),
  desk: deskSettingsSchema,
  retention: retentionSettingsSchema,
  metrics: z
    .strictObject({
      host: z.string().min(1).max(255).default('127.0.0.1').describe('address to listen on'),
      port: z.int().min(0).max(65_535).describe('0 takes any free port'),
    })
    .optional()
    .describe('where GET /metrics is answered, without login; nowhere by default'),
  log: z
    .strictObject({
      level: z
        .enum(['debug', 'info', 'warn', 'error', 'silent'])
        .default('info')
        .describe('the least severe level that is logged'),
    })
    .prefault({})
    .describe('log lines on standard error'),
})
export type Config = z.infer<typeof configSchema>

/** Environment variable → place in the config. WICKETGATE_DATABASE: a file or a postgres:// URL. */
export const ENVIRONMENT = {
  WICKETGATE_HOST: ['listen', 'host'],
  WICKETGATE_PORT: ['listen', 'port'],
  WICKETGATE_PUBLIC_URL: ['publicUrl'],
  WICKETGATE_LOG: ['log', 'level'],
} as const satisfies Record<string, readonly string[]>

type Environment = Readonly<Record<string, string | undefined>>

export interface LoadedConfig {
  readonly config: Config
  /** At least 32 bytes; every key of the database and of sessions is derived from it. */
  readonly secret: Uint8Array
  /** The client secret at the operator's provider, when one is configured. */
  readonly oidcSecret?: string | undefined
  /** Bearer token for the authority's face check, where the config names one. */
  readonly faceSecret?: string | undefined
}

/**
 * Reads, overlays and checks. Paths in the file are relative to the file.
 * Throws StartError `CONFIG` naming file, line, key and range of each problem, or `SECRET`.
 */
export function loadConfig(file: string, environment: Environment): LoadedConfig {
  const { value, text } = readJson(file)
  const raw = overlay(value, environment)
  const parsed = configSchema.safeParse(raw, { reportInput: false })
  if (!parsed.success) {
    const lineOf = createLineFinder(text)
    const problems = explainPlaces(parsed.error, raw).map(({ place, message }) => {
      const where = variableOf(place, environment) ?? `line ${lineOf(place)}`
      return `${where}: ${pathText(place) || '(whole)'}: ${message}`
    })
    throw new StartError('CONFIG', `${file}:\n${problems.join('\n')}`)
  }
  const config = resolvePaths(parsed.data, dirname(resolve(file)))
  return {
    config,
    secret: readSecret(config, environment),
    oidcSecret: readClientSecret(config, environment),
    faceSecret: readFaceSecret(config.face, environment),
  }
}

function readJson(file: string): { value: Record<string, unknown>; text: string } {
  const fail = (why: string, cause?: unknown) =>
    new StartError('CONFIG', `config file ${file}: ${why}`, { cause })
  const bytes = readWhole(file, FILE_BYTES_MAX)
  if (bytes instanceof Error) throw fail(`cannot be read: ${bytes.message}`, bytes)
  const read = readJsonText(bytes)
  if (!read.ok) throw fail(read.problem)
  const { value, text } = read
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw fail('not a JSON object')
  }
  return { value: value as Record<string, unknown>, text }
}

/** The environment's variable that stands over the file at `place`, if one does. */
function variableOf(place: Place, environment: Environment): string | undefined {
  const all = { ...ENVIRONMENT, WICKETGATE_DATABASE: ['database'] } as const
  const isOver = ([name, path]: readonly [string, readonly string[]]) =>
    (environment[name] ?? '') !== '' && path.every((key, at) => key === place[at])
  return Object.entries(all).find(isOver)?.[0]
}

function overlay(raw: Record<string, unknown>, environment: Environment): Record<string, unknown> {
  const result = structuredClone(raw)
  for (const [name, path] of Object.entries(ENVIRONMENT)) {
    const value = environment[name]
    if (value === undefined || value === '') continue
    const key = path.at(-1) as string
    const parent = path.length === 1 ? result : section(result, path[0])
    parent[key] = key === 'port' && /^\d+$/.test(value) ? Number(value) : value
  }
  const place = environment.WICKETGATE_DATABASE
  if (place !== undefined && place !== '') {
    result.database = isPostgresUrl(place) ? { url: place } : { file: place }
  }
  return result
}

function section(raw: Record<string, unknown>, name: string): Record<string, unknown> {
  const value = raw[name]
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  const made: Record<string, unknown> = {}
  raw[name] = made
  return made
}

function resolvePaths(config: Config, base: string): Config {
  const at = (path: string) => resolve(base, path)
  const { database, staff } = config
  const clientSecretFile = staff.oidc?.clientSecretFile
  const file = 'file' in database && database.file !== ':memory:' ? at(database.file) : undefined
  return {
    ...config,
    database: file === undefined ? database : { file },
    trust: {
      ...config.trust,
      documents: at(config.trust.documents),
      keys: at(config.trust.keys),
    },
    ...(staff.oidc === undefined || clientSecretFile === undefined
      ? {}
      : { staff: { ...staff, oidc: { ...staff.oidc, clientSecretFile: at(clientSecretFile) } } }),
    ...(config.secretFile === undefined ? {} : { secretFile: at(config.secretFile) }),
  }
}

function readSecret(config: Config, environment: Environment): Uint8Array {
  const text =
    environment.WICKETGATE_SECRET ??
    readSecretFile(config.secretFile, 'WICKETGATE_SECRET, or secretFile')
  const bytes = Buffer.from(text.trim(), 'base64url')
  if (bytes.length < 32 || !/^[A-Za-z0-9_-]+$/.test(text.trim())) {
    throw new StartError('SECRET', 'the secret must be base64url of 32 or more random bytes')
  }
  return bytes
}

/** Printable, as the provider made it. */
function readClientSecret({ staff }: Config, environment: Environment): string | undefined {
  if (staff.oidc === undefined) return undefined
  const text =
    environment.WICKETGATE_OIDC_SECRET ??
    readSecretFile(
      staff.oidc.clientSecretFile,
      'WICKETGATE_OIDC_SECRET, or staff.oidc.clientSecretFile',
    )
  if (!/^[\x21-\x7e]{8,500}$/.test(text.trim())) {
    throw new StartError('SECRET', 'the client secret must be 8–500 printable characters')
  }
  return text.trim()
}

/** `where`: how it is set, for whoever forgot. */
function readSecretFile(file: string | undefined, where: string): string {
  if (file === undefined) throw new StartError('SECRET', `set ${where} in the config`)
  const fail = (why: string, cause?: unknown) =>
    new StartError('SECRET', `${where}: ${file}: ${why}`, { cause })
  const bytes = readPrivate(file, FILE_BYTES_MAX)
  if (bytes instanceof Error) throw fail(`cannot be used: ${bytes.message}`, bytes)
  const decoded = decodeText(bytes)
  if ('problem' in decoded) throw fail(decoded.problem)
  return decoded.text
}

/** Where the database is, as `openDatabase` takes it. */
export const databasePlace = ({ database }: Config): string =>
  'url' in database ? database.url : database.file

/** Host and name alone: a password may stand before the host or in the query. */
function withoutLogin(url: string): string {
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}

/** What may be printed: the config without the place of its secret and without URL credentials. */
export function redacted(config: Config): Record<string, unknown> {
  const { secretFile, publicUrl, database, staff, ...rest } = config
  const { clientSecretFile, ...oidc } = staff.oidc ?? {}
  return {
    ...rest,
    staff: staff.oidc === undefined ? staff : { ...staff, oidc },
    database: 'url' in database ? { url: withoutLogin(database.url) } : database,
    ...(publicUrl === undefined ? {} : { publicUrl: new URL(publicUrl).origin }),
    secret: secretFile === undefined ? 'from the environment' : 'from a file',
  }
}
