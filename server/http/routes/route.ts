/**
 * Declares routes: path, schemas and access in one place, all kept in one list that the permission
 * test walks. `createRoute` of zod-openapi makes the OpenAPI document of the same declaration.
 */
import { createRoute, type RouteConfig, z } from '@hono/zod-openapi'
import { NOT_PLAIN, PLAIN_LINE, PLAIN_LINES } from '../../../gate/contract/plain-line.ts'
import { DOCUMENT_TYPES } from '../../domain/document-type.ts'
import { PROBLEMS, type ProblemCode } from '../../errors.ts'
import { NAME_POINTS_MAX, REASON_CHARS_MAX } from '../../limits.ts'
import { type Access, guard } from './guard.ts'
import { type BodyKind, SMALL_BODY } from './read-body.ts'

export interface DeclaredRoute {
  readonly method: string
  readonly path: string
  readonly access: Access
  readonly body: BodyKind
}

/** Every route that was declared. */
export const declaredRoutes: DeclaredRoute[] = []

/** A route with its guard before its validators. `body`: small unless it says so. */
export function route<const P extends string, R extends Omit<RouteConfig, 'path'> & { path: P }>(
  access: Access,
  config: R,
  body: BodyKind = SMALL_BODY,
) {
  declaredRoutes.push({ method: config.method, path: config.path, access, body })
  return createRoute({ ...config, middleware: guard(access, body) })
}

const toldSchema = z.object({ zh: z.string(), en: z.string() })

const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    fields: z
      .array(z.object({ path: z.string(), found: z.string(), message: z.string() }))
      .optional()
      .describe('of INVALID: where, which kind of value was found, and what was expected'),
    reason: z.string().optional().describe('more closely; a code'),
    seen: toldSchema.optional().describe('of a refused name or number: its kind, never its text'),
    expected: toldSchema.optional().describe('of a refused name or number'),
    fits: z
      .enum(DOCUMENT_TYPES)
      .optional()
      .describe('of DOCUMENT_OTHER_TYPE: the type that the number is of'),
    next: z
      .object({ zh: z.string(), en: z.string() })
      .optional()
      .describe('what a passenger does next; on routes of phones'),
  })
  .openapi('Problem')

/** Responses of a route for the problems it names (RFC 9457). */
export function problems(...codes: ProblemCode[]) {
  const byStatus = Map.groupBy(codes, code => PROBLEMS[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, named]) => [
      status,
      {
        description: named.map(code => `${code}: ${PROBLEMS[code].title}`).join('; '),
        content: { 'application/problem+json': { schema: problemSchema } },
      },
    ]),
  )
}

/** Of every route of phones. */
export const PROOF_PROBLEMS = [
  ...(['PROOF_MISSING', 'PROOF_INVALID', 'PROOF_TIME', 'USE_NONCE', 'PROOF_REPLAYED'] as const),
  'IN_PROGRESS',
] as const

/** A JSON body that must be there. */
export const jsonBody = <S extends z.ZodType>(schema: S) => ({
  body: { required: true as const, content: { 'application/json': { schema: atOnce(schema) } } },
})

/**
 * A copy of the schema, with its name in the description, as the validator takes it; the schema that
 * was given stays as it is. The validator asks asynchronously, for which zod does not use the code that it compiles for objects:
 * 200 journal rows take 0.87 ms so and 0.33 ms at once (measured).
 */
function atOnce<S extends z.ZodType>(schema: S): S {
  const copy = schema.clone(schema.def, { parent: true }) as S
  copy.safeParseAsync = async value => schema.safeParse(value)
  return copy
}

/** A JSON answer. */
export const json = <S extends z.ZodType>(description: string, schema: S) => ({
  description,
  content: { 'application/json': { schema } },
})

/** An answer of COSE bytes (RFC 9052 §2). */
export const cose = (description: string) => ({
  description,
  content: { 'application/cose': { schema: z.string().openapi({ format: 'binary' }) } },
})

/** An answer of CBOR bytes (RFC 8949 §9.5). */
export const cbor = (description: string) => ({
  description,
  content: { 'application/cbor': { schema: z.string().openapi({ format: 'binary' }) } },
})

const coordinate = z.string().regex(/^[A-Za-z0-9_-]{43}$/)
const noPrivatePart = (jwk: object) => !('d' in jwk)
const PUBLIC_ONLY = { path: ['d'], message: 'a private key must never be sent' }

/** A P-256 public key as JWK (RFC 7517); the point is checked where it is imported. */
export const p256JwkSchema = z
  .looseObject({ kty: z.literal('EC'), crv: z.literal('P-256'), x: coordinate, y: coordinate })
  .refine(noPrivatePart, PUBLIC_ONLY)
  .openapi('P256PublicKey')

/** An Ed25519 public key as JWK (RFC 8037). */
export const ed25519JwkSchema = z
  .looseObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: coordinate })
  .refine(noPrivatePart, PUBLIC_ONLY)
  .openapi('Ed25519PublicKey')

/** A whole number in a query. */
export const count = (min: number, max: number, fallback: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/)
    .default(String(fallback))
    .transform(Number)
    .pipe(z.int().min(min).max(max))

/** A certificate's id: its passes' `cti`, hex. */
export const certificateIdSchema = z.string().regex(/^[0-9a-f]{32}$/)

/** An id of what is paged by time: the audit, approvals, appeals. */
export const timeIdSchema = z.string().regex(/^[0-9a-f]{28}$/)

/** What somebody writes freely and others see later: one line of up to `max` characters. */
export const lineSchema = (max: number) =>
  z.string().trim().min(1).max(max).regex(PLAIN_LINE, NOT_PLAIN)

/** The same over several lines. */
export const linesSchema = (max: number) =>
  z.string().trim().min(1).max(max).regex(PLAIN_LINES, NOT_PLAIN)

/** Why a member of staff does something. */
export const reasonSchema = lineSchema(REASON_CHARS_MAX)

/** The holder's name, typed by staff. */
export const presentedNameSchema = z
  .string()
  .max(NAME_POINTS_MAX * 4)
  .optional()
  .describe('as on the document; needed with paper, and must be the holder’s')

/** Names of gates and stations, as in a gate's config. */
export const nameSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/)
/** Unix milliseconds as an ISO 8601 text. */
export const isoTime = (at: number): string => new Date(at).toISOString()
