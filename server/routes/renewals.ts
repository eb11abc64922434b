/** The next pass of a certificate that runs: a new face check, every 30 minutes. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { challengeCertificate } from '../applying.ts'
import type { ServiceEnv } from '../service.ts'
import { renewPass, runningOf } from '../verifying.ts'
import {
  attemptOf,
  captureSchema,
  challengeAnswer,
  challengeSchema,
  faceProblems,
  issuedAnswer,
  issuedSchema,
  PROOF_PROBLEMS,
} from './face.ts'
import { certificateIdSchema, json, jsonBody, problems, route } from './route.ts'

const idParam = z.object({ id: certificateIdSchema })

const challengeRoute = route(
  { by: 'phone' },
  {
    method: 'post',
    path: '/v1/certificates/{id}/challenge',
    tags: ['phone'],
    summary: 'What to do before the camera, within 60 seconds, to get the next pass',
    request: { params: idParam, ...jsonBody(z.strictObject({})) },
    responses: {
      201: json('Prompts, in their order', challengeSchema),
      ...problems('INVALID', ...PROOF_PROBLEMS, 'CERTIFICATE_UNKNOWN', 'CERTIFICATE_ENDED'),
    },
  },
)

const passRoute = route(
  { by: 'phone' },
  {
    method: 'post',
    path: '/v1/certificates/{id}/passes',
    tags: ['phone'],
    summary: 'The face check again: on a match the next pass, for the same holder’s key',
    request: { params: idParam, ...jsonBody(captureSchema) },
    responses: { 201: json('The next pass', issuedSchema), ...faceProblems() },
  },
)

export function registerRenewals(app: OpenAPIHono<ServiceEnv>): void {
  app.openapi(challengeRoute, async c => {
    const service = c.get('service')
    const { id } = c.req.valid('param')
    const device = c.get('device')
    await runningOf(service, id, device)
    return c.json(challengeAnswer(await challengeCertificate(service, id, device)), 201)
  })
  app.openapi(passRoute, async c => {
    const { id } = c.req.valid('param')
    const attempt = attemptOf(id, c.get('device'), c.req.valid('json'))
    return c.json(issuedAnswer(await renewPass(c.get('service'), attempt)), 201)
  })
}
