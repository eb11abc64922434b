/** Nothing personal leaves: not in logs, not in errors, not in what gates fetch, not in clear on disk. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { errorFields } from '../ops/log.ts'
import { makeClient, openWorld, PASSWORD } from '../testing/world.ts'

const NAME = '欧阳诺一'
const NUMBER = '11010519491231002X'
const PASSPORT = 'E99887766'

t.test('names, numbers, codes and passes stay inside', async t => {
  const world = await openWorld(tempDir())
  const agent = await world.signIn('agent')
  const person = { name: NAME, documentType: 'resident-id', documentNumber: NUMBER }
  const errors: string[] = []
  const gateFacing: string[] = []
  const failing = async (answer: Response) => {
    t.ok(answer.status >= 400, `${answer.status}`)
    errors.push(await answer.text(), JSON.stringify([...answer.headers]))
  }
  const desk = (value: unknown) => world.post('/v1/desk/certificates', value, agent)
  const issued = await desk({ person, reason: 'card lost' })
  const { certificate, claim } = (await issued.json()) as {
    certificate: { id: string }
    claim: { code: string }
  }
  await failing(await desk({ person, reason: 'again' }))
  await failing(await desk({ person: { ...person, [NUMBER]: NAME }, reason: 'x' }))
  await failing(await desk({ person: { ...person, documentType: NAME }, reason: 'x' }))
  await failing(await desk({ person: { ...person, documentNumber: `${NUMBER}9` }, reason: 'x' }))
  const passport = { name: NAME, documentType: 'passport', documentNumber: `${PASSPORT}!` }
  await failing(await desk({ person: passport, reason: 'x' }))
  await failing(await desk(`{"person": ${NAME} ${NUMBER}`))
  await failing(await world.call(`/v1/people/${NUMBER}?name=${encodeURIComponent(NAME)}`))
  const signIn = { email: `${NUMBER}@desk.test`, password: NUMBER }
  await failing(await world.post('/v1/auth/sign-in/email', signIn))

  const phone = makeClient(world, 'ES256')
  const holderKey = await phone.publicJwk()
  const claimed = await phone.send('/v1/certificates/claim', { code: claim.code, holderKey })
  const { pass } = (await claimed.json()) as { pass: string }
  await failing(await phone.send('/v1/certificates/claim', { code: claim.code, holderKey }))

  // A fault inside: the database goes away under a request.
  const manifest = Buffer.from(await (await world.call('/v1/trust/manifest')).arrayBuffer())
  gateFacing.push(manifest.toString('latin1'), manifest.toString('utf8'))
  await world.service.publisher.stop()
  await world.service.db.schema.dropTable('people').execute()
  const broken = await desk({ person, reason: 'x' })
  t.equal(broken.status, 500)
  errors.push(await broken.text())
  t.match(world.logged(), /request failed/)

  const secrets = [NAME, NUMBER, NUMBER.slice(0, 17), PASSPORT, claim.code, pass, PASSWORD]
  secrets.push(encodeURIComponent(NAME), pass.slice(20, 60), agent.cookie as string)
  for (const secret of secrets) {
    t.notOk(world.logged().includes(secret), 'logs')
    t.notOk(errors.join('\n').includes(secret), 'errors')
    t.notOk(gateFacing.join('\n').includes(secret), 'what gates fetch')
  }
  t.match(world.logged(), /"route":"\/v1\/desk\/certificates"/)
  t.notMatch(world.logged(), certificate.id, 'paths are named by their pattern')
  await world.close()

  const files = readdirSync(world.dir).filter(name => name.startsWith('service.db'))
  t.ok(files.length > 0)
  for (const file of files) {
    const bytes = readFileSync(join(world.dir, file))
    for (const secret of [NAME, NUMBER, claim.code, pass]) {
      t.notOk(bytes.includes(Buffer.from(secret)), `${file} in clear`)
    }
  }
})

t.test('an error is logged by name, code and place, never by its message', async t => {
  const cause = Object.assign(new SyntaxError(`Unexpected token in ${NAME}`), { code: 'X' })
  const fields = errorFields(new Error(`no row for ${NUMBER}\n    at ${NAME}`, { cause }))
  t.match(fields, { error: 'Error', cause: { error: 'SyntaxError', code: 'X' } })
  t.ok((fields.frames as string[]).some(frame => frame.includes('privacy.test.ts')))
  t.notMatch(JSON.stringify(fields), NUMBER)
  t.notMatch(JSON.stringify(fields), NAME)
  t.same(errorFields(NAME), { error: 'string' })
})
