/** The next pass of a certificate that runs: a new face check, every 30 minutes. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { challengeCertificate } from '../../services/challenge.ts'
import type { ServiceEnv } from '../../services/context.ts'
import { renewPass, runningOf } from '../../services/face-check.ts'
import { attemptOf, captureRoute, challengeAnswer, challengeRoute } from './face.ts'
import { issuedAnswer } from './issued.ts'

const challenge = challengeRoute(
  {
    path: '/v1/certificates/{id}/challenge',
    summary: 'What to do before the camera, within 60 seconds, to get the next pass',
    of: 'certificate',
    knows: runningOf,
  },
  ['CERTIFICATE_UNKNOWN', 'CERTIFICATE_ENDED', 'RATE_LIMITED'],
)

const capture = captureRoute(
  {
    path: '/v1/certificates/{id}/passes',
    summary: 'The face check again: on a match the next pass, for the same holder’s key',
    of: 'certificate',
    knows: runningOf,
  },
  'The next pass',
  ['CERTIFICATE_UNKNOWN', 'CERTIFICATE_ENDED'],
)

export function registerRenewals(app: OpenAPIHono<ServiceEnv>): void {
  app.openapi(challenge, async c => {
    const service = c.get('service')
    const { id } = c.req.valid('param')
    const device = c.get('device')
    const certificate = await runningOf(service, id, device)
    return c.json(challengeAnswer(await challengeCertificate(service, certificate, device)), 201)
  })
  app.openapi(capture, async c => {
    const { id } = c.req.valid('param')
    const attempt = attemptOf(c, id, c.req.valid('json'))
    return c.json(issuedAnswer(await renewPass(c.get('service'), attempt)), 201)
  })
}
