/** The `face` part of the config: the embedded engine, or a service of the authority's. */
import { z } from 'zod'
import { StartError } from '../errors.ts'
import {
  REMOTE_DEADLINE_MS,
  REMOTE_DEADLINE_MS_MAX,
  REMOTE_DEADLINE_MS_MIN,
  REMOTE_SECRET_CHARS_MAX,
  REMOTE_SECRET_CHARS_MIN,
} from './limits.ts'

const THIS_MACHINE = new Set(['127.0.0.1', '[::1]', 'localhost'])

/** HTTPS, or HTTP on this machine (a proxy beside us); never with a login in it. */
function isUsableUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, password, hash } = new URL(text)
  if (username !== '' || password !== '' || hash !== '') return false
  return protocol === 'https:' || (protocol === 'http:' && THIS_MACHINE.has(hostname))
}

export const faceSettingsSchema = z.union(
  [
    z.strictObject({ engine: z.literal('embedded').describe('the embedded engine') }),
    z.strictObject({
      url: z
        .string()
        .max(1000)
        .refine(isUsableUrl, 'expected https://…, or http:// on this machine, without a login')
        .describe('where checks are posted'),
      deadlineMs: z
        .int()
        .min(REMOTE_DEADLINE_MS_MIN)
        .max(REMOTE_DEADLINE_MS_MAX)
        .default(REMOTE_DEADLINE_MS)
        .describe('milliseconds that one check may take, a repetition included'),
    }),
  ],
  { error: 'expected { "engine": "embedded" } or { "url": "https://…", "deadlineMs": 10000 }' },
)
export type FaceSettings = z.infer<typeof faceSettingsSchema>

/** Visible ASCII, as a header can carry it; undefined for the embedded engine. Throws StartError `SECRET`. */
export function readFaceSecret(
  settings: FaceSettings,
  { WICKETGATE_FACE_SECRET: secret = '' }: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if ('engine' in settings) return undefined
  const { length } = secret
  const fits = length >= REMOTE_SECRET_CHARS_MIN && length <= REMOTE_SECRET_CHARS_MAX
  if (fits && /^[!-~]+$/.test(secret)) return secret
  const range = `${REMOTE_SECRET_CHARS_MIN} to ${REMOTE_SECRET_CHARS_MAX} visible ASCII characters`
  throw new StartError('SECRET', `face.url needs WICKETGATE_FACE_SECRET: ${range}`)
}
