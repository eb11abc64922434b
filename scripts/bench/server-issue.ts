/**
 * What an issue costs once the face has matched, beside a bare route. Ours is all that follows the
 * match (person, month, application, certificate, status place, audit, pass) behind a plain Hono
 * route; the bare one signs once and inserts one row. Eight at a time, each a new person: on our side
 * those that come at once share a commit, on the bare one each has its own.
 */
import { randomInt } from 'node:crypto'
import { Hono } from 'hono'
import { sql } from 'kysely'
import { generateSigningKey } from '../../pass/cose-node.ts'
import { issuedAnswer } from '../../server/http/routes/issued.ts'
import type { Service } from '../../server/services/context.ts'
import { holderKeyOf, holderThumbprint } from '../../server/services/holder-key.ts'
import { issueOnPhone } from '../../server/services/phone-issue.ts'
import { signPass } from '../../server/services/sign-pass.ts'
import { addApplication } from '../../server/store/applications/applications.ts'
import { engineOf } from '../../server/store/engine/engines.ts'
import { transact } from '../../server/store/engine/transact.ts'
import type { Database } from '../../server/store/schema/schema.ts'
import { letTimePass, openWorld } from '../../server/testing/world.ts'
import { type Figure, figure } from './figure.ts'
import { costOf, inTurns, ratioIn, throughput } from './pairs.ts'
import { bareApp, openBareStore } from './server-bare.ts'
import type { Ground } from './server-ground.ts'

const PART = 'server'
const AT_ONCE = 8
const ISSUES = 160
const ROUNDS = 15
const DEVICE = 'd'.repeat(43)

export async function issueFigures(ground: Ground): Promise<Figure[]> {
  const folder = ground.folder()
  const place = await ground.place()
  const world = await openWorld(folder, 2, place)
  letTimePass(world.clock)
  const store = await openBareStore(folder, place)
  try {
    const { service } = world
    const bare = bareApp(store, service.publisher.key({ role: 'issuer', passClass: 'phone' }).sign)
    const ours = issuingApp(service)
    for (const app of [bare, ours]) await round(service, request => app.fetch(request))
    await analyze(service.db)
    const took = await inTurns(
      [
        { name: 'bare', round: () => round(service, request => bare.fetch(request)) },
        { name: 'ours', round: () => round(service, request => ours.fetch(request)) },
      ],
      ROUNDS,
    )
    const name = (what: string) => `${what}, ${ground.engine}`
    return [
      figure(PART, name('bare route: sign, one durable insert'), [costOf(took, 'bare'), 'ms']),
      figure(PART, name('issue after the face check'), [costOf(took, 'ours'), 'ms'], {
        limit: 'bare route (its throughput)',
        ratio: ratioIn(took, 'bare', 'ours'),
        goal: '≥ 0.75',
      }),
    ]
  } finally {
    await store.close()
    await world.close()
  }
}

/**
 * What PostgreSQL does by itself within a minute: a plan from when a table was empty reads all of it.
 */
async function analyze(db: Database): Promise<void> {
  if (engineOf(db) === 'postgres') await sql`analyze`.execute(db)
}

/** The step after a match as a route of its own. */
export function issuingApp(service: Service): Hono {
  const { x, y } = generateSigningKey('ES256').privateKey.export({ format: 'jwk' })
  const jwk = { kty: 'EC', crv: 'P-256', ...(x && { x }), ...(y && { y }) }
  const holderKey = holderKeyOf(jwk)
  const app = new Hono()
  app.post('/issue', async c => {
    const { id, identity } = await c.req.json()
    const keys = { device: DEVICE, holder: holderThumbprint(jwk) }
    const certificate = await issueOnPhone(service, { application: id, identity, keys })
    const signed = await signPass(service, certificate, holderKey, service.clock.now())
    return c.json(issuedAnswer({ certificate, ...signed }), 201)
  })
  return app
}

/** Applications of new people, as bodies for `/issue`; then the time of each issue. */
export async function round(
  service: Service,
  fetcher: (request: Request) => Response | Promise<Response>,
  issues = ISSUES,
): Promise<number> {
  const bodies = await applications(service, issues)
  return throughput(bodies.length, AT_ONCE, async i => {
    const headers = { 'content-type': 'application/json' }
    const body = bodies[i] as string
    const answer = await fetcher(
      new Request('http://bench.test/issue', { method: 'POST', body, headers }),
    )
    if (answer.status !== 201) throw new Error(`an issue answered ${answer.status}`)
    await answer.arrayBuffer()
  })
}

function applications(service: Service, count: number): Promise<string[]> {
  return transact(service.db, async tx => {
    const bodies: string[] = []
    for (let i = 0; i < count; i++) {
      const documentNumber = `E${randomInt(2 ** 47)}`
      const identity = { name: 'AB CD', documentType: 'passport', documentNumber } as const
      const application = { identity, deviceKey: DEVICE, guardianConsent: false }
      const now = service.clock.now()
      const { id } = await addApplication(tx, service.secrets, application, now)
      bodies.push(JSON.stringify({ id, identity }))
    }
    return bodies
  })
}
