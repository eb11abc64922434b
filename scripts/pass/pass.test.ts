import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startChild } from '../../fixtures/child.ts'
import { codePicture } from '../../fixtures/code-picture.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createWorld } from '../../fixtures/world.ts'

const dir = tempDir()
const world = await createWorld({ dir, lanes: [] })
await world.startServer()
t.teardown(() => world.close())
const phone = await world.traveller()
const live = await phone.present(Date.now())

/** Exit code and everything it printed. */
async function pass(args: readonly string[], input = '') {
  const child = startChild('scripts/pass.ts', args, { input })
  const code = await child.exited
  return { code, said: child.errors() }
}

const verify = (input: string, ...more: string[]) =>
  pass([
    ...['verify', input, '--trust', join(dir, 'trust', 'trust-1.cbor')],
    ...['--url', world.url(), '--environment', 'test'],
    ...(more.includes('--purpose') ? more : ['--purpose', 'entry', ...more]),
  ])

t.test('decode reads a text, a picture, a file and standard input alike', async t => {
  const picture = join(dir, 'code.png')
  const file = join(dir, 'code.txt')
  writeFileSync(picture, await codePicture(live))
  writeFileSync(file, `${live}\r\n`)
  for (const [input, stdin] of [[live], [picture], [file], ['-', `${live}\n`]] as const) {
    const { code, said } = await pass(['decode', input], stdin)
    t.equal(code, 0)
    t.match(JSON.parse(said), {
      verified: false,
      certificate: phone.certificateId,
      class: 'phone',
      presentedAt: String,
    })
  }
})

t.test('decode of what is no pass says why, exit code 1', async t => {
  const { code, said } = await pass(['decode', '-'], 'HELLO')
  t.equal(code, 1)
  t.match(JSON.parse(said), { code: 'MALFORMED' })
  t.match(JSON.parse((await pass(['decode', 'RP9:AAAA'])).said), { code: 'UNSUPPORTED_VERSION' })
})

t.test('verify judges as a gate would, at any time', async t => {
  const now = await verify(live)
  t.match(JSON.parse(now.said), { code: 'ADMIT', pass: { certificate: phone.certificateId } })
  t.equal(now.code, 0)
  const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString()
  const stale = await verify(live, '--at', at(2))
  t.match(JSON.parse(stale.said), { code: 'STALE_CODE' })
  t.equal(stale.code, 1)
  t.match(JSON.parse((await verify(live, '--at', at(31))).said), { code: 'EXPIRED' })
  const sale = await verify(live, '--purpose', 'sale')
  t.match(JSON.parse(sale.said), {
    ...{ code: 'ACCEPTED', purpose: 'sale' },
    pass: { certificate: phone.certificateId },
  })
  t.equal(sale.code, 0)
  const hotel = await verify(live, '--purpose', 'hotel')
  t.equal(hotel.code, 2)
  t.match(hotel.said, /--purpose is needed, one of entry, exit, sale, refund, change/)
  const agent = await world.signIn('agent')
  await agent.post(`/v1/desk/certificates/${phone.certificateId}/revoke`, { reason: 'test' })
  t.match(JSON.parse((await verify(live)).said), { code: 'REVOKED' })
})

t.test('present countersigns with the phone’s key', async t => {
  const keyFile = join(dir, 'phone.pem')
  writeFileSync(keyFile, phone.holderKey.export({ type: 'pkcs8', format: 'pem' }))
  const { code, said } = await pass(['present', live, '--key', keyFile])
  t.equal(code, 0)
  t.match(said, /^RP1:[0-9A-Z $%*+\-./:]+\n$/)
  t.not(said.trim(), live)
})

t.test('a pass as the service gives it is taken, alone or in its answer', async t => {
  const api = Buffer.from(phone.pass).toString('base64url')
  const answer = join(dir, 'issued.json')
  const keyFile = join(dir, 'holder.pem')
  writeFileSync(answer, JSON.stringify({ certificate: { id: 'x' }, pass: api }))
  writeFileSync(keyFile, phone.holderKey.export({ type: 'pkcs8', format: 'pem' }))
  for (const [input, stdin] of [[answer], [api], ['-', `${api}\n`]] as const) {
    const { code, said } = await pass(['present', input, '--key', keyFile], stdin)
    t.equal(code, 0, said)
    const shown = await pass(['decode', said.trim()])
    t.match(JSON.parse(shown.said), { certificate: phone.certificateId, presentedAt: String })
  }
  const refused = join(dir, 'refused.json')
  writeFileSync(refused, '{"code":"NOT_VERIFIED"}')
  const told = await pass(['present', refused, '--key', keyFile])
  t.equal(told.code, 2)
  t.match(told.said, /this JSON has no "pass"/)
})

t.test('wrong arguments: one line, exit code 2', async t => {
  for (const args of [
    [],
    ['colour'],
    ['decode'],
    ['decode', '/nowhere.png'],
    ['verify', live],
    ['verify', live, '--colour'],
  ]) {
    t.equal((await pass(args)).code, 2, args.join(' '))
  }
  const unsaid = await pass(['verify', live, '--trust', 'x', '--url', 'http://127.0.0.1:1'])
  t.match(unsaid, { code: 2, said: /--purpose is needed/ })
  const gone = await pass([
    ...['verify', live, '--purpose', 'exit', '--trust', join(dir, 'trust', 'trust-1.cbor')],
    ...['--url', 'http://127.0.0.1:1'],
  ])
  t.equal(gone.code, 2)
  t.match(gone.said, /no trust from http:\/\/127\.0\.0\.1:1/)
  t.equal((await pass(['--help'])).code, 0)
})
