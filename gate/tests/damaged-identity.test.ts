/** Damaged files of the gate's identity: it runs and admits, the link is down, and it says what to do. */

import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { fireOpens } from '../../fixtures/fire-opens.ts'
import { readJournal } from '../../fixtures/gate-journal.ts'
import type { SimLane } from '../../fixtures/sim-lane.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createWorld, startStation, TRAVELLERS } from '../../fixtures/world.ts'
import { until } from '../../hardware/sim/until.ts'
import { findIdentity, loadIdentity, saveEnrolment } from '../net/identity.ts'

const NAMES = { gate: 'north-1', station: 'north' }

t.test('each way that a file can be damaged is told with its name and the remedy', t => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const spoils: [string, string, (file: string) => void, RegExp][] = [
    ['gate-key.pem', 'emptied', file => writeFileSync(file, ''), /holds no key: it is empty/],
    ['gate-key.pem', 'garbage', file => writeFileSync(file, 'garbage'), /holds no key/],
    ['gate-key.pem', 'gone', file => rmSync(file), /is missing, and the gate is enrolled/],
    [
      'gate-key.pem',
      'another kind',
      file => writeFileSync(file, rsa.export({ type: 'pkcs8', format: 'pem' })),
      /holds a key of another kind, rsa/,
    ],
    ['gate-key.pem', 'endless', file => writeFileSync(file, 'x'.repeat(20_000)), /larger than/],
    ['enrolment.json', 'emptied', file => writeFileSync(file, ''), /the file is empty/],
    ['enrolment.json', 'cut', file => writeFileSync(file, '{"gate":'), /not JSON: line 1/],
    ['enrolment.json', 'other names', file => writeFileSync(file, '{"gate":"../x"}'), /names no/],
    [
      'enrolment.json',
      'a folder',
      file => {
        rmSync(file)
        mkdirSync(file)
      },
      /can't be read: it is not a file/,
    ],
  ]
  for (const [name, how, spoil, expected] of spoils) {
    const dir = tempDir()
    const before = loadIdentity(dir, 0)
    saveEnrolment(dir, NAMES)
    t.equal(findIdentity(dir).fault, undefined, 'sound')
    spoil(join(dir, name))
    const files = readdirSync(dir)
    for (const start of ['first', 'second']) {
      const { identity, fault } = findIdentity(dir)
      t.equal(identity, undefined, `${name} ${how}: no link`)
      t.match(fault, expected, `${name} ${how}, at the ${start} start`)
      t.match(fault, new RegExp(`${name}.*: enrol the gate again with a new code`))
    }
    t.same(readdirSync(dir), files, 'nothing is made anew or moved')

    const anew = loadIdentity(dir, 0)
    t.equal(anew.enrolment, undefined)
    const mayKeep = name === 'enrolment.json'
    t.equal(anew.publicJwk.x === before.publicJwk.x, mayKeep, 'a key that is sound is kept')
    const aside = readdirSync(dir).some(file => file.startsWith(`${name}.damaged-`))
    t.match(findIdentity(dir).fault, /was set aside as damaged/, 'not enrolled yet')
    t.equal(aside, how !== 'gone', `${name} ${how}: set aside`)
    saveEnrolment(dir, NAMES)
    t.equal(findIdentity(dir).fault, undefined, 'enrolled anew')
  }
  t.end()
})

t.test('a gate that was never enrolled makes its key', t => {
  const dir = tempDir()
  const { identity, fault } = findIdentity(dir)
  t.equal(fault, undefined)
  t.equal(identity?.publicJwk.x, loadIdentity(dir, 0).publicJwk.x)
  t.end()
})

t.test('the gate runs, admits and opens in a fire; enrolled anew it sends what waited', async t => {
  const world = await createWorld({
    dir: tempDir(),
    lanes: [{ name: 'A', direction: 'entry' }],
    scannerBaud: 115_200,
    deadmanMs: 2000,
    // Nobody walks, and a stop waits for who was let in.
    lane: { timing: { waitMs: 1000 } },
  })
  t.teardown(() => world.close())
  await startStation(world)
  const lane = world.lanes[0] as SimLane
  const data = join(world.dir, 'gate')
  await world.gate().stop()

  const admits = async (number: string) => {
    const phone = await world.traveller(number)
    lane.scanner.sendText(await phone.present(Date.now()))
    await until('open', () => lane.turnstile.relay('entry'))
  }
  renameSync(join(data, 'gate-key.pem'), join(data, 'kept'))
  await world.startGate({ fresh: true })
  const told = await world.gate().line('told', line => line.code === 'IDENTITY_DAMAGED')
  t.match(told, { on: true, detail: /gate-key\.pem is missing, and the gate is enrolled: enrol/ })
  await admits(TRAVELLERS[0])
  await world.gate().stop()
  renameSync(join(data, 'kept'), join(data, 'gate-key.pem'))

  writeFileSync(join(data, 'enrolment.json'), '')
  await world.startGate({ fresh: true })
  await world.gate().line('told', line => line.code === 'IDENTITY_DAMAGED')
  await admits(TRAVELLERS[1])
  await world.gate().stop()
  const rows = () => readJournal(world.journalFile)
  t.equal(rows().filter(row => row.body.code === 'IDENTITY_DAMAGED').length, 2)

  const operator = await world.signIn('operator')
  const { code } = await operator.post('/v1/fleet/enrolments', NAMES)
  await world.startGate({ enrol: String(code), fresh: true })
  await world.gate().line('sent', line => line.event === 'upload' && Number(line.rows) > 3)
  t.match(JSON.parse(readFileSync(join(data, 'enrolment.json'), 'utf8')), NAMES)
  t.ok(await fireOpens(lane))
})
