/** The operator's door for old trust: written by a command, seen without a network or a signal. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startChild } from '../../fixtures/child.ts'
import { settle } from '../../fixtures/clock.ts'
import { fireOpens } from '../../fixtures/fire-opens.ts'
import { readJournal } from '../../fixtures/gate-journal.ts'
import { createLoneGate, makeTrust } from '../../fixtures/lone-gate.ts'
import { createSimLane } from '../../fixtures/sim-lane.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createVirtualLane } from '../../fixtures/virtual-lane.ts'
import { until } from '../../hardware/sim/until.ts'
import {
  TRUST_EXTENSION_BY_CHARS_MAX,
  TRUST_EXTENSION_LOOK_MS,
  TRUST_EXTENSION_MS_MAX,
} from '../limits.ts'
import { followTrustExtension } from './trust-extension.ts'
import { orderTrustExtension } from './trust-extension-file.ts'

const HOUR = 3600_000
const NOW = Date.UTC(2026, 1, 1)

/** A config file that names a data folder. */
function site(dir: string) {
  const data = join(dir, 'data')
  const config = join(dir, 'gate.json')
  mkdirSync(data)
  writeFileSync(config, JSON.stringify({ data: 'data' }))
  const order = (until: string, by?: string, nowMs = NOW) =>
    orderTrustExtension({ config, until, by, stateFolders: undefined }, nowMs)
  return { data, config, order }
}

t.test('the order is checked; what holds then is said', async t => {
  const { order, config, data } = site(tempDir())
  const at = (ms: number) => new Date(NOW + ms).toISOString()
  t.match(order(at(TRUST_EXTENSION_MS_MAX), 'officer 7'), /^until 2026-02-04T00:00Z entry goes on/)
  const wrong: [string, string | undefined][] = [
    [at(TRUST_EXTENSION_MS_MAX + 1), 'a'],
    [at(0), 'a'],
    ['2026-02-01T06:00:00', 'a'],
    ['tomorrow', 'a'],
    [at(HOUR), undefined],
    [at(HOUR), '  '],
    [at(HOUR), 'a'.repeat(TRUST_EXTENSION_BY_CHARS_MAX + 1)],
  ]
  for (const [until, by] of wrong) {
    t.throws(() => order(until, by), { code: 'CONFIG_INVALID' }, `${until} ${by}`)
  }
  t.same(readdirSync(data), ['trust-door.json'])
  t.match(order('now'), /^ended/)
  t.same(readdirSync(data), [])
  t.match(order('now'), /^ended/, 'there was none')
  writeFileSync(config, '{}')
  t.throws(() => order(at(HOUR), 'a'), /names no data folder/)
})

t.test(
  'entry goes on until then, flagged, and closes by itself; a restart changes nothing',
  async t => {
    const { data, order } = site(tempDir())
    const gate = await createVirtualLane()
    const faults: string[] = []
    const follow = () =>
      followTrustExtension({
        dataDir: data,
        lanes: [{ lane: gate.lane, byConfig: () => false }],
        timers: gate.time.timers,
        nowMs: gate.time.clock.nowMs,
        onFault: what => faults.push(what),
      })
    const said = async (cti: number) => {
      await gate.scan(await gate.code({ cti }))
      const row = gate
        .rows()
        .filter(one => /^(scan|grant)/.test(one))
        .at(-1)
      await gate.time.advanceAsync(6000)
      return row
    }
    const degraded = () => gate.lane.view().modes.trustDegraded
    /** The file is read by a thread: each look has real time. */
    const becomes = async (on: boolean) => {
      for (let i = 0; i < 1000 && degraded() !== on; i++) {
        await gate.time.advanceAsync(TRUST_EXTENSION_LOOK_MS / 10)
        await settle(20)
      }
      return degraded() === on
    }
    gate.stage('CLOSED')
    let end = follow()
    t.equal(await said(1), 'scan TRUST_STALE')
    order(
      new Date(gate.time.clock.nowMs() + HOUR).toISOString(),
      'officer 7',
      gate.time.clock.nowMs(),
    )
    t.ok(await becomes(true))
    t.equal(await said(2), 'grant ADMIT_FLAGGED')
    end.close()
    end = follow()
    await becomes(true)
    await gate.time.advanceAsync(HOUR)
    t.notOk(degraded(), 'over')
    t.equal(await said(3), 'scan TRUST_STALE')
    order(
      new Date(gate.time.clock.nowMs() + HOUR).toISOString(),
      'officer 8',
      gate.time.clock.nowMs(),
    )
    t.ok(await becomes(true))
    order('now')
    t.ok(await becomes(false), 'ended by hand')
    writeFileSync(join(data, 'trust-door.json'), '{"until": 1e300}')
    await becomes(true)
    t.notOk(degraded())
    t.equal(faults.length, 1, 'a file that says nothing is told once')
    const modes = (gate.journal.pending()?.rows ?? []).filter(row => row.kind === 'mode')
    t.same(
      modes.map(row =>
        (JSON.parse(row.body ?? '{}') as { by: string }).by.replace(/until .*/, 'until'),
      ),
      ['officer 7, until', 'trust door: over', 'officer 8, until', 'trust door: ended'],
    )
    end.close()
    await gate.contact('fire', true)
    t.ok(gate.energised.has('entry') && gate.energised.has('exit'))
  },
)

t.test('a running gate without a network sees it, and says in its journal by whom', async t => {
  const lane = await createSimLane('A', 'entry')
  t.teardown(() => lane.close())
  const lone = createLoneGate(tempDir(), await makeTrust(join(tempDir(), 'trust')), lane)
  const gate = await lone.inService()
  const run = async (...args: string[]) => {
    const child = startChild('gate/main.ts', ['--config', lone.file, ...args])
    return [await child.exited, child.errors()]
  }
  const modes = () => readJournal(join(lone.data, 'journal.db')).filter(row => row.kind === 'mode')
  const time = new Date(Date.now() + HOUR).toISOString()
  t.match(await run('--trust-until', time), [2, /--by NAME/])
  t.match(await run('--trust-until', time, '--by', 'officer 7'), [0, /^until .* entry goes on/])
  await until('seen', () => modes().length === 1)
  t.match(modes()[0]?.body, { trustDegraded: true, by: /^officer 7, until 20/ })
  t.match(await run('--trust-until', 'now'), [0, /^ended/])
  await until('ended', () => modes().length === 2)
  t.match(modes()[1]?.body, { trustDegraded: false })
  t.ok(await fireOpens(lane))
  t.equal(await gate.stop(), 0)
})
