import { generateKeyPairSync } from 'node:crypto'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startChild } from '../../fixtures/child.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createWorld } from '../../fixtures/world.ts'

const dir = tempDir()
const world = await createWorld({ dir, lanes: [] })
await world.startServer()
t.teardown(() => world.close())

async function pass(...args: string[]) {
  const child = startChild('scripts/pass.ts', args)
  const code = await child.exited
  const said = [...child.lines.map(line => JSON.stringify(line)), child.errors().trim()]
  return { code, said: said.filter(Boolean).join('\n') }
}

t.test('a key, and a proof with it that the service takes', async t => {
  const key = join(dir, 'phone.pem')
  const made = await pass('key', key)
  t.equal(made.code, 0, made.said)
  t.match(JSON.parse(made.said), { kty: 'EC', crv: 'P-256', x: String, y: String })
  t.equal(statSync(key).mode & 0o777, 0o600)
  t.match(await pass('key', key), { code: 2, said: /is there already/ })

  const body = join(dir, 'application.json')
  const person = { name: 'Traveller A', documentType: 'resident-id', city: 'Hangzhou' }
  const application = { ...person, documentNumber: '11010519491231002X', consent: true }
  writeFileSync(body, JSON.stringify(application))
  const path = '/v1/applications'
  const post = async (dpop: string) =>
    fetch(world.url() + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', dpop },
      body: JSON.stringify(application),
    })
  const bare = await pass('proof', '--key', key, '--path', path, '--body', body)
  const refused = await post(bare.said)
  t.match(await refused.json(), { code: 'USE_NONCE' })
  const nonce = refused.headers.get('dpop-nonce') ?? ''
  const proof = await pass('proof', '--key', key, '--path', path, '--body', body, '--nonce', nonce)
  const taken = await post(proof.said)
  t.match(await taken.json(), { application: { id: String } })
  t.equal(taken.status, 201)
})

t.test('wrong arguments are told', async t => {
  const key = join(dir, 'other.pem')
  t.match(await pass('proof', '--path', '/v1/time'), { code: 2, said: /--key/ })
  t.match(await pass('key'), { code: 2, said: /FILE/ })
  await pass('key', key)
  const whole = await pass('proof', '--key', key, '--path', 'http://x/v1/time')
  t.match(whole, { code: 2, said: /from its first/ })
  const query = await pass('proof', '--key', key, '--path', '/v1/trains?day=x')
  t.match(query, { code: 2, said: /from its first/ })
  t.match(await pass('proof', '--key', join(dir, 'server.json'), '--path', '/v1'), { code: 2 })
  const other = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey
  const curve = join(dir, 'p384.pem')
  writeFileSync(curve, other.export({ type: 'pkcs8', format: 'pem' }))
  const refused = await pass('proof', '--key', curve, '--path', '/v1/time')
  t.match(refused, { code: 2, said: /not of P-256/ })
})
