/**
 * A real gate with a key, a pass, passwords, names and numbers in every place that takes one: none of
 * them is in the bundle, unpacked by tar. What a developer looks for is there.
 */
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { generateSigningKey } from '../../pass/cose-node.ts'
import { startConfigured } from '../testing/config/configured-gate.ts'
import { buildSupportBundle } from './bundle.ts'

const PLANTED = {
  password: 'hunter2-of-the-camera',
  query: 'streamsecret',
  person: 'Zhang Xiaoming',
  chinese: '张晓明',
  passport: 'E12345678',
  phone: '13800138000',
  identity: '110101199003071239',
  broker: 'broker-user-name',
  bearer: randomBytes(32).toString('base64url'),
} as const

const dir = tempDir()
const key = generateSigningKey('EdDSA').privateKey.export({
  format: 'pem',
  type: 'pkcs8',
}) as string
const camera = `http://admin:${PLANTED.password}@cam.local/video?key=${PLANTED.query}`
const gate = await startConfigured(dir, {
  scanner: undefined,
  readers: [
    { kind: 'serial', port: 'scanner' },
    { kind: 'camera', source: { type: 'mjpeg', url: camera } },
  ],
})
t.teardown(() => gate.engine.stop())
const { control, time } = gate

/** In the journal, the log, the config's history and the data folder. */
async function plant(): Promise<string> {
  const pass = await gate.code(7)
  gate.devices.reader.read(pass)
  await gate.until('the relay', () => gate.energised.size > 0)
  gate.walk()
  await gate.until('the passage', () => gate.told().includes('passage'))
  gate.devices.reader.read(`${PLANTED.passport} ${PLANTED.phone}`)
  await gate.until('read', () => gate.told().includes('scan MALFORMED'))
  const reason = `${PLANTED.person} ${PLANTED.identity} has lost her ticket`
  control.lane.setModes('A', { entry: 'free' }, { by: PLANTED.person, reason })
  control.lane.setModes('A', { entry: 'closed' }, { by: PLANTED.chinese, reason })
  control.config.set('lanes.A.timing.waitMs', 2001)
  await control.config.commit({ by: PLANTED.person, reason })
  writeFileSync(join(gate.data, 'gate-key.pem'), key)
  return pass
}

function log(pass: string): string[] {
  const lines = [
    { event: 'scan', msg: `read ${pass}` },
    { event: 'mode', by: PLANTED.person, msg: `asked for by ${PLANTED.chinese}` },
    { event: 'fault', err: { message: `${camera}: refused`, stack: `at ${PLANTED.identity}` } },
    { event: 'request', authorization: `Bearer ${PLANTED.bearer}`, username: PLANTED.broker },
    { event: 'proof', msg: `sent ${PLANTED.bearer}` },
    { event: 'key', msg: key },
    { event: 'ready', lanes: ['A'], msg: 'ready' },
  ]
  return [...lines.map(line => JSON.stringify(line)), `${PLANTED.phone} is no JSON`]
}

/** Every file of the archive, by its name. */
function unpack(bytes: Uint8Array): Map<string, string> {
  const folder = join(tempDir(), 'out')
  mkdirSync(folder)
  const { status, stderr } = spawnSync('tar', ['-xzf', '-', '-C', folder], { input: bytes })
  t.equal(status, 0, `${stderr}`)
  const names = readdirSync(join(folder, 'support'))
  return new Map(names.map(name => [name, readFileSync(join(folder, 'support', name), 'utf8')]))
}

const skip = spawnSync('tar', ['--version']).status !== 0 && 'tar is not here'

t.test('a developer finds what helps, and nothing that may not leave', { skip }, async t => {
  const pass = await plant()
  const bundle = buildSupportBundle({
    ...{ control, dataDir: gate.data, timers: time.timers, nowMs: time.clock.nowMs },
    ...{ randomBytes: bytes => randomBytes(bytes), log: () => log(pass) },
  })
  let done = false
  void bundle.finally(() => {
    done = true
  })
  await gate.until('built', () => {
    time.advance(1)
    return done
  })
  const files = unpack(await bundle)
  const all = [...files.values()].join('\n')
  const keyBody = key.split('\n')[1] as string
  const cti = '07'.repeat(16)
  for (const [what, secret] of Object.entries({ ...PLANTED, pass, key: keyBody, cti })) {
    t.notOk(all.includes(secret), what)
    t.notOk(all.includes(secret.slice(0, 12)), `the beginning of ${what}`)
  }
  const json = (name: string) => JSON.parse(files.get(name) ?? 'null')
  t.match(json('versions.json'), { software: String, gate: 'north-1', node: { node: /^24/ } })
  t.match(json('status.json'), {
    gate: { running: true, health: { configRevision: 1 } },
    lanes: [{ name: 'A' }],
    trust: { stage: 'FRESH' },
  })
  t.match(json('devices.json'), [{ name: 'A.board', state: 'ready' }, { name: 'A.scanner' }])
  t.match(json('config.json').value.lanes[0].readers[1], {
    source: { url: 'http://cam.local/video?…' },
  })
  t.match(json('history.json')[0], { number: 1, by: /^~/, reason: /characters/ })
  const names = json('files.json').map((one: { name: string }) => one.name)
  t.ok(['journal.db', 'gate-key.pem'].every(name => names.includes(name)))
  const rows = (files.get('journal.jsonl') ?? '')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  t.ok(rows.length >= 5)
  const kinds = rows.map(row => row.kind)
  for (const kind of ['boot', 'grant', 'mode', 'config']) t.ok(kinds.includes(kind), kind)
  t.match(rows.find(row => row.kind === 'grant')?.body, { code: 'ADMIT', cti: /^~/, trace: [{}] })
  t.match(files.get('log.jsonl'), /"msg":"ready"/)
  t.match(files.get('README.txt'), /Taken out/)
})
