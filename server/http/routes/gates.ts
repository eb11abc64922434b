/** Gates: enrolment with a one-time code, and the upload of their journals. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { type Upload, uploadAnswerSchema, uploadSchema } from '../../../gate/contract/events.ts'
import { TIME_SECONDS_MAX } from '../../../pass/limits.ts'
import { thumbprintOf } from '../../auth/embedded-jwt.ts'
import { isChain } from '../../domain/journal.ts'
import { Problem } from '../../errors.ts'
import { EVENTS_BODY_BYTES_MAX } from '../../load/limits.ts'
import { stationManifest } from '../../publish/stations.ts'
import type { ServiceEnv } from '../../services/context.ts'
import { tellDuplicates } from '../../services/duplicate-alarm.ts'
import { writeAudit } from '../../store/audit/audit.ts'
import { transact } from '../../store/engine/transact.ts'
import { enrolGate, sawGate } from '../../store/gates/gates.ts'
import { ingestAtOnce, type StoredAtOnce } from '../../store/gates/journal-at-once.ts'
import { ingest } from '../../store/gates/journals.ts'
import { insertPassages, passagesAmong } from '../../store/gates/passages.ts'
import { boardingListBytes } from '../../store/publish/boarding-lists.ts'
import type { Database } from '../../store/schema/schema.ts'
import { cborResponse, coseAnswer } from './cose-answer.ts'
import {
  cbor,
  cose,
  count,
  ed25519JwkSchema,
  json,
  jsonBody,
  nameSchema,
  problems,
  route,
} from './route.ts'

const enrolRoute = route(
  { by: 'anyone' },
  {
    method: 'post',
    path: '/v1/gates/enrol',
    tags: ['gate'],
    summary: 'Register a gate’s key with an operator’s one-time code',
    request: jsonBody(
      z.strictObject({
        code: z.string().max(64),
        publicKey: ed25519JwkSchema,
        name: nameSchema,
        station: nameSchema.optional().describe('as the gate’s config has it'),
      }),
    ),
    responses: {
      201: json('Enrolled', z.object({ gate: z.string(), station: z.string() })),
      ...problems('INVALID', 'ENROLMENT_INVALID', 'ENROLMENT_MISMATCH', 'ENROLMENT_STATION'),
    },
  },
)

const stationRoute = route(
  { by: 'gate' },
  {
    method: 'get',
    path: '/v1/gates/{id}/station',
    tags: ['gate'],
    summary:
      'The station manifest: the gates beside this one, their keys, the boarding list that holds',
    request: {
      params: z.object({ id: nameSchema }),
      query: z.object({
        asOf: count(0, TIME_SECONDS_MAX, 0).describe(
          'Unix seconds: a boarding list that held then is wanted, signed anew for it every two ' +
            'seconds at most',
        ),
      }),
    },
    responses: {
      200: cose('A COSE_Sign1 by a status key'),
      304: { description: 'Nothing new' },
      ...problems('GATE_UNKNOWN', 'NO_KEY', 'NOT_READY'),
    },
  },
)

const boardingRoute = route(
  { by: 'gate' },
  {
    method: 'get',
    path: '/v1/gates/{id}/boarding/{sha256}',
    tags: ['gate'],
    summary: 'The boarding list of the gate’s station, by the hash in the station manifest',
    request: { params: z.object({ id: nameSchema, sha256: z.string().max(80) }) },
    responses: {
      200: cbor('A boarding list, see pass/specification.md'),
      ...problems('GATE_UNKNOWN', 'NOT_FOUND'),
    },
  },
)

const eventsRoute = route(
  { by: 'gate' },
  {
    method: 'post',
    path: '/v1/gates/{id}/events',
    tags: ['gate'],
    summary: 'Upload journal rows: each is stored exactly once',
    request: { params: z.object({ id: nameSchema }), ...jsonBody(uploadSchema) },
    responses: {
      200: json('The first seq that is not stored', uploadAnswerSchema),
      ...problems('INVALID', 'CHAIN_BROKEN', 'CHAIN_GAP', 'CHAIN_FORK', 'GATE_UNKNOWN'),
      ...problems('TOO_LARGE', 'BUSY'),
    },
  },
  { room: 'journals', bytesMax: EVENTS_BODY_BYTES_MAX },
)

export function registerGates(app: OpenAPIHono<ServiceEnv>): void {
  app.openapi(enrolRoute, async c => {
    const { db, secrets, clock } = c.get('service')
    const { code, publicKey, name, station } = c.req.valid('json')
    const codeHash = secrets.mac('code', code).toString('base64url')
    const thumbprint = thumbprintOf({ crv: 'Ed25519', kty: 'OKP', x: publicKey.x })
    const now = clock.now()
    const gate = await transact(db, async tx => {
      const result = await enrolGate(tx, {
        codeHash,
        name,
        station,
        thumbprint,
        publicKey: publicKey.x,
        now,
      })
      if (result === 'unknown' || result === 'full') throw new Problem('ENROLMENT_INVALID')
      if (result === 'mismatch' || result === 'key-taken') throw new Problem('ENROLMENT_MISMATCH')
      if (result === 'other-station') throw new Problem('ENROLMENT_STATION')
      const { id } = result.gate
      const detail = { replaced: result.replaced }
      await writeAudit(tx, { actor: `gate:${id}`, action: 'gate.enrol', subject: id, detail }, now)
      return result.gate
    })
    return c.json({ gate: gate.id, station: gate.station }, 201)
  })

  app.openapi(stationRoute, async c => {
    const { db, publisher, clock, tickets, config } = c.get('service')
    const { id, station } = c.get('gate')
    const now = clock.now()
    await transact(db, tx => sawGate(tx, id, now))
    const signer = publisher.key({ role: 'status' })
    const parts = { db, trust: publisher.trust(), signer, tickets, times: config.boarding, now }
    const { asOf } = c.req.valid('query')
    const manifest = await stationManifest(parts, station, asOf === 0 ? undefined : asOf)
    return coseAnswer(c.req.header('if-none-match'), manifest, 'private, no-cache')
  })

  app.openapi(boardingRoute, async c => {
    const { sha256 } = c.req.valid('param')
    const known = /^[0-9a-f]{64}$/.test(sha256)
    const { station } = c.get('gate')
    const bytes = known ? await boardingListBytes(c.get('service').db, station, sha256) : undefined
    if (bytes === undefined) throw new Problem('NOT_FOUND')
    return cborResponse(bytes, { 'cache-control': 'private, max-age=31536000, immutable' })
  })

  app.openapi(eventsRoute, async c => {
    const { db, clock } = c.get('service')
    const gate = c.get('gate')
    const upload = c.req.valid('json')
    if (!isChain(upload)) throw new Problem('CHAIN_BROKEN')
    const now = clock.now()
    const { next, passages } =
      (await ingestAtOnce(db, gate, upload, now)) ?? (await ingestStepwise(db, gate, upload, now))
    await tellDuplicates(c.get('service'), passages)
    return c.json({ next }, 200)
  })
}

/** Whatever upload it is. Throws the Problem that refuses it. */
async function ingestStepwise(
  db: Database,
  gate: { readonly id: string; readonly station: string },
  upload: Upload,
  now: number,
): Promise<StoredAtOnce> {
  const result = await transact(db, async tx => {
    await sawGate(tx, gate.id, now)
    const stored = await ingest(tx, gate.id, upload, now)
    const fresh = stored.ok && stored.stored > 0 ? upload.rows.slice(-stored.stored) : []
    const passages = await passagesAmong(tx, gate, fresh)
    await insertPassages(tx, passages)
    return { ...stored, passages }
  })
  if (result.ok) return result
  throw result.code === 'CHAIN_GAP'
    ? new Problem('CHAIN_GAP', { next: result.next })
    : new Problem(result.code)
}
