/**
 * Serves a build: every file in memory, with its type, its policy and its bytes as they were compressed.
 * Files under `/assets/` have a hash in their name and are kept for good; all others are asked for
 * again each time, by their ETag (RFC 9110 §8.8.3).
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { Context } from 'hono'
import { PAGES } from './page-table.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
}

/** Codings that a build has beside the plain bytes, the better one first. */
const CODINGS = [
  { coding: 'br', suffix: '.br' },
  { coding: 'gzip', suffix: '.gz' },
] as const

const IMMUTABLE = 'public, max-age=31536000, immutable'

/** No inline script or style, no other host, no frame around it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
]
/** Style elements, but neither style attributes nor scripts. */
const OWN_STYLES = "style-src-elem 'self' 'unsafe-inline'"

const SAME_FOR_ALL: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy':
    'camera=(self), screen-wake-lock=(self), microphone=(), geolocation=(), payment=(), usb=()',
}

interface Representation {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly headers: Readonly<Record<string, string>>
}

/** One address of the build. */
export interface PageFile {
  /** As `/assets/passenger-x1.js`. */
  readonly path: string
  /** Answers a GET or HEAD, 304 where the asker has it. */
  answer(c: Context): Response
}

/** Every file of the build in `folder`. Throws when it can't be read. */
export function readPageFiles(folder: string): PageFile[] {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(folder.length).replaceAll('\\', '/'))
  const known = new Set(names)
  return names
    .filter(name => TYPES[extname(name)] !== undefined)
    .map(name => {
      const codings = CODINGS.filter(({ suffix }) => known.has(name + suffix))
      const forms = new Map([
        ['', representation(folder, name, '', '')],
        ...codings.map(
          ({ coding, suffix }) => [coding, representation(folder, name, coding, suffix)] as const,
        ),
      ])
      return { path: addressOf(name), answer: c => answer(c, forms) }
    })
}

const pageOf = (name: string) => PAGES.find(({ folder }) => name === `/${folder}/index.html`)

/** `/passenger/index.html` is shown where the table of pages says. */
const addressOf = (name: string): string => pageOf(name)?.path ?? name

function policyOf(name: string): string {
  const more = pageOf(name)?.writesStyles === true ? [OWN_STYLES] : []
  return [...POLICY, ...more].join('; ')
}

function representation(
  folder: string,
  name: string,
  coding: string,
  suffix: string,
): Representation {
  const bytes = new Uint8Array(readFileSync(folder + name + suffix))
  const digest = createHash('sha256').update(bytes).digest('base64url').slice(0, 22)
  return {
    bytes,
    headers: {
      ...SAME_FOR_ALL,
      'content-security-policy': policyOf(name),
      'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
      'cache-control': name.startsWith('/assets/') ? IMMUTABLE : 'no-cache',
      vary: 'accept-encoding',
      etag: `"${digest}"`,
      ...(coding === '' ? {} : { 'content-encoding': coding }),
    },
  }
}

function answer(c: Context, forms: ReadonlyMap<string, Representation>): Response {
  const taken = codingsTaken(c.req.header('accept-encoding') ?? '')
  const coding = CODINGS.find(one => taken.has(one.coding) && forms.has(one.coding))?.coding ?? ''
  const { bytes, headers } = forms.get(coding) as Representation
  const asked = c.req.header('if-none-match') ?? ''
  const known = asked.split(',').map(tag => tag.trim().replace(/^W\//, ''))
  if (known.includes(String(headers.etag))) return c.body(null, 304, { ...headers })
  return c.body(bytes, 200, { ...headers, 'content-length': String(bytes.length) })
}

/** Codings of an `accept-encoding` that are not refused by `q=0` (RFC 9110 §12.5.3). */
function codingsTaken(header: string): ReadonlySet<string> {
  return new Set(
    header
      .toLowerCase()
      .split(',')
      .map(part => part.trim().split(/\s*;\s*/))
      .filter(([, weight = 'q=1']) => !/^q=0(\.0*)?$/.test(weight))
      .map(([coding = '']) => coding),
  )
}
