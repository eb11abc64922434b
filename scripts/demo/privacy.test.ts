import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readJournal } from '../../fixtures/gate-journal.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createWorld, startStation, TRAVELLERS } from '../../fixtures/world.ts'
import { walk } from '../../hardware/sim/passenger.ts'
import { until } from '../../hardware/sim/until.ts'

t.test('no pass, key, name or document number in any log, journal or gate file', async t => {
  const dir = tempDir()
  const world = await createWorld({ dir, lanes: [{ name: 'A', direction: 'entry' }] })
  t.teardown(() => world.close())
  await startStation(world)
  const phone = await world.traveller()
  const lane = world.lanes[0]
  const rows = (kind: string) => readJournal(world.journalFile).filter(row => row.kind === kind)

  const refused = await phone.present(Date.now() - 60_000)
  lane?.scanner.sendText(refused)
  await until('a refusal', () => rows('scan').length === 1)
  const admitted = await phone.present(Date.now())
  lane?.scanner.sendText(admitted)
  await until('a grant', () => lane?.turnstile.relay('entry') === true)
  if (lane) await walk(lane.turnstile, 'normal', 'entry')
  await until('a passage', () => rows('passage').length === 1)
  await world.gate().line('the upload', line => line.event === 'upload')

  const key = readFileSync(join(dir, 'gate', 'gate-key.pem'), 'utf8').split('\n')[1] ?? ''
  const gateFiles = ['journal.db', 'journal.db-wal', 'trust.db', 'trust.db-wal']
    .map(name => readFileSync(join(dir, 'gate', name)).toString('latin1'))
    .join('')
  const places = {
    'the gate’s log': JSON.stringify(world.gate().lines) + world.gate().errors(),
    'the service’s log': JSON.stringify(world.server().lines) + world.server().errors(),
    'the gate’s files': gateFiles,
  }
  t.ok(places['the service’s log'].includes('/v1/desk/certificates'), 'there is a log to look at')
  const secrets = {
    'the refused code': refused.slice(20, 60),
    'the admitted code': admitted.slice(20, 60),
    'the pass': Buffer.from(phone.pass).subarray(100, 120).toString('latin1'),
    'the gate’s key': key.slice(0, 40),
    'the document number': TRAVELLERS[0],
    'the name': 'Traveller One',
    'a password': world.accounts.agent.password,
  }
  for (const [what, text] of Object.entries(secrets)) {
    t.ok(text.length >= 10, `${what} is something to look for`)
    for (const [where, found] of Object.entries(places)) {
      t.notOk(found.includes(text), `${what} in ${where}`)
    }
  }
})
