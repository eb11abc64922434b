import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { pino } from 'pino'
import t from 'tap'
import { startChild } from '../../fixtures/child.ts'
import { createVirtualTime } from '../../fixtures/clock.ts'
import { fireIsReset, fireOpens } from '../../fixtures/fire-opens.ts'
import { createLoneGate, makeTrust } from '../../fixtures/lone-gate.ts'
import { createSimLane } from '../../fixtures/sim-lane.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { until } from '../../hardware/sim/until.ts'
import { initTrust } from '../../server/ceremony/init.ts'
import { NO_STRETCH } from '../../server/ceremony/sealed-file.ts'
import type { GrantBody, PassageBody } from '../contract/events.ts'
import { type Effect, startingLane } from '../machine/state.ts'
import { SCAN_HOPS } from '../timing/scan-hops.ts'
import { createMetrics } from './metrics.ts'
import { prometheusText } from './prometheus.ts'
import { createRecent } from './recent.ts'
import { createServiceManager } from './systemd.ts'
import { createObserver } from './telemetry.ts'

const grant: GrantBody = {
  code: 'ADMIT',
  direction: 'entry',
  area: 'main',
  cti: 'ab'.repeat(16),
  source: 's',
  flags: [],
  trace: [],
}
const lane = { ...startingLane(), state: { name: 'Locked' } } as const

t.test('what is recent hears of verdicts, passages and times to the relay', async t => {
  const recent = createRecent()
  const metrics = createMetrics(recent)
  metrics.scanned('A', 1000)
  metrics.stepped('A', lane, [{ type: 'recordGrant', body: grant }], 1004)
  metrics.stepped('A', lane, [{ type: 'energise', relay: 'entry' }], 1030)
  metrics.stepped('A', lane, [{ type: 'energise', relay: 'entry' }], 9000)
  const body: PassageBody = {
    ...{ direction: 'entry', area: 'main', person: 1, tolerated: false },
    grant: { epoch: 'e', seq: 1 },
  }
  metrics.stepped('A', lane, [{ type: 'record', kind: 'passage', body }], 9001)
  const read = recent.read(9001)
  t.equal(read.verdicts.ADMIT?.at(-1), 1)
  t.equal(read.passages.at(-1), 1)
  t.same(read.scanToRelay, { count: 1, p50Ms: 30, p99Ms: 30 }, 'a release is no scan')
})

t.test('scans, verdicts, relays, alarms and devices are counted', async t => {
  const metrics = createMetrics()
  metrics.scanned('A', 1000)
  metrics.stepped('A', lane, [{ type: 'recordGrant', body: grant }], 1004)
  metrics.stepped('A', lane, [{ type: 'energise', relay: 'entry' }], 1030)
  const body = { code: 'FORCED', on: true, detail: 'x' }
  const more: Effect[] = [
    { type: 'record', kind: 'alarm', body },
    { type: 'record', kind: 'alarm', body: { ...body, on: false } },
    { type: 'energise', relay: 'entry' },
  ]
  metrics.stepped('A', lane, more, 9000)
  metrics.device('A.board', { state: 'connecting' })
  metrics.device('A.board', { state: 'ready' })
  metrics.dropped('A.board', 'BAD_CHECK', 2)
  metrics.unread('A.scanner', 'CUT', 200)
  metrics.unread('A.scanner', 'REST', 18)
  metrics.unread('A.hid', 'BROKEN')
  metrics.gauge('rows_waiting', 'x', () => 3)
  metrics.gauge('nothing', 'x', () => undefined)
  const text = prometheusText(metrics.figures())
  for (const line of [
    'wicketgate_verdicts_total{lane="A",code="ADMIT"} 1',
    'wicketgate_scan_to_verdict_seconds_bucket{le="0.002"} 0',
    'wicketgate_scan_to_verdict_seconds_bucket{le="0.005"} 1',
    'wicketgate_scan_to_relay_seconds_sum 0.03',
    'wicketgate_scan_to_relay_seconds_count 1',
    'wicketgate_relay_cycles_total{lane="A",relay="entry"} 2',
    'wicketgate_alarms_total{lane="A",code="FORCED"} 1',
    'wicketgate_device_ready_total{device="A.board"} 1',
    'wicketgate_line_dropped_total{device="A.board",reason="BAD_CHECK"} 2',
    'wicketgate_codes_dropped_total{device="A.scanner",reason="CUT"} 1',
    'wicketgate_codes_dropped_total{device="A.hid",reason="BROKEN"} 1',
    'wicketgate_code_bytes_dropped_total{device="A.scanner",reason="CUT"} 200',
    'wicketgate_code_bytes_dropped_total{device="A.scanner",reason="REST"} 18',
    'wicketgate_lane_state{lane="A",state="Locked"} 1',
    'wicketgate_rows_waiting 3',
  ]) {
    t.ok(text.split('\n').includes(line), line)
  }
  t.notMatch(text, /nothing/)
  t.notMatch(text, /codes_dropped_total.*REST/, 'the rest of a code is no other code')
  t.notMatch(text, /abab/, 'no certificate')
})

t.test('the hops of a scan, each from the end of the one before', async t => {
  const metrics = createMetrics()
  metrics.scanned('A', 1000)
  SCAN_HOPS.forEach((hop, index) => {
    metrics.hop('A', hop, 1000 + 2 ** index)
  })
  metrics.hop('A', 'commit', 2000)
  metrics.hop('B', 'read', 2000)
  const counted = () =>
    metrics
      .figures()
      .flatMap(one =>
        one.type === 'histogram' && one.name !== 'scan_to_relay_seconds'
          ? [`${one.name} ${one.count} ${Math.round(one.sum * 1000)}`]
          : [],
      )
      .slice(1)
  const once = [
    'scan_read_seconds 1 1',
    'scan_verify_seconds 1 1',
    'scan_decide_seconds 1 2',
    'scan_hand_seconds 1 4',
    'scan_commit_seconds 1 8',
    'scan_open_seconds 1 16',
  ]
  t.same(counted(), once, 'and nothing that is no hop of a scan')
  metrics.scanned('A', 3000)
  metrics.hop('A', 'read', 3000)
  const body = { code: 'EXPIRED', direction: 'entry' as const, source: 's', trace: [] }
  metrics.stepped('A', lane, [{ type: 'record', kind: 'scan', body }], 3000)
  metrics.hop('A', 'verify', 9000)
  t.same(counted(), ['scan_read_seconds 2 1', ...once.slice(1)], 'a refusal ends its hops')
})

t.test('served to this machine, at one path', async t => {
  const { clock, timers } = createVirtualTime()
  const observer = createObserver(pino({ enabled: false }), clock, timers)
  let bus: { state(): 'down'; siblings(): { all: number; awake: number } } | undefined
  const of = {
    rows: { waiting: () => 0 },
    trust: {
      freshness: () => ({ stage: 'STALE' as const }),
      now: () => ({ nowMs: createVirtualTime().clock.nowMs() + 1500, state: 'TRUSTED' as const }),
    },
    bus: () => bus,
  }
  observer.observe(of)
  t.equal(await observer.serve(undefined), undefined, 'off unless asked for')
  const server = await observer.serve(0)
  t.teardown(() => server?.close())
  const url = `http://127.0.0.1:${server?.port}`
  const answer = await fetch(`${url}/metrics`)
  t.match(answer.headers.get('content-type'), /^text\/plain; version=0\.0\.4/)
  const text = await answer.text()
  t.match(text, /^wicketgate_trust_stage 1$/m)
  t.match(text, /^wicketgate_clock_offset_seconds 1\.5$/m)
  t.notMatch(text, /^wicketgate_bus_up/m, 'no figure of a bus that is not there')
  bus = { state: () => 'down', siblings: () => ({ all: 3, awake: 2 }) }
  observer.lane('A').onUnread('A.scanner', 'CUT')
  observer.bus.heard('facts')
  observer.bus.ignored('FLOOD', 7)
  const more = await (await fetch(`${url}/metrics`)).text()
  t.match(more, /^wicketgate_codes_dropped_total\{device="A.scanner",reason="CUT"\} 1$/m)
  t.match(more, /^wicketgate_bus_up 0$/m)
  t.match(more, /^wicketgate_bus_siblings_awake 2$/m)
  t.match(more, /^wicketgate_bus_messages_total\{kind="facts"\} 1$/m)
  t.match(more, /^wicketgate_bus_ignored_total\{reason="FLOOD"\} 7$/m)
  t.equal((await fetch(`${url}/`)).status, 404)
  t.equal((await fetch(`${url}/metrics`, { method: 'POST' })).status, 404)
  t.equal(await observer.serve(server?.port), undefined, 'a taken port is no fault of the gate')
})

/** A `systemd-notify` that writes down what it was told. */
function fakeNotify(dir: string): { path: string; told: () => string } {
  const out = join(dir, 'told')
  const script = join(dir, 'systemd-notify')
  writeFileSync(script, `#!/bin/sh\necho "$@" >> ${out}\n`)
  chmodSync(script, 0o755)
  const path = `${dir}:${process.env.PATH}`
  return { path, told: () => (existsSync(out) ? readFileSync(out, 'utf8') : '') }
}

t.test('systemd is told of start, life and stop, when it asks to be', async t => {
  const time = createVirtualTime()
  const { path, told } = fakeNotify(tempDir())
  const faults: unknown[] = []
  const env = { PATH: path, NOTIFY_SOCKET: '/run/x', WATCHDOG_USEC: '15000000' }
  const parts = { pid: 42, timers: time.timers, onFault: (error: unknown) => faults.push(error) }
  const manager = createServiceManager({ ...parts, env })
  manager.ready()
  await until('told it is ready', () => told() === '--pid=42 READY=1\n')
  time.advance(5000)
  await until('told of life', () => told().endsWith('--pid=42 WATCHDOG=1\n'))
  time.advance(10_000)
  await until('told of life three times', () => told().split('WATCHDOG=1').length === 4)
  manager.stopping()
  await until('told of the stop', () => told().endsWith('--pid=42 STOPPING=1\n'))
  manager.close()
  t.equal(time.pending(), 0)

  const before = told()
  const alone = createServiceManager({ ...parts, env: { PATH: path } })
  alone.ready()
  alone.stopping()
  t.equal(time.pending(), 0, 'no service manager, nothing to do')
  const other = createServiceManager({ ...parts, env: { ...env, WATCHDOG_PID: '7' } })
  other.ready()
  t.equal(time.pending(), 0, 'a watchdog for another process')
  await until('told once more', () => told() !== before)
  const none = createServiceManager({ ...parts, env: { ...env, PATH: '/nowhere' } })
  none.ready()
  await until('the fault is told', () => faults.length === 1)
  none.close()
})

t.test('a real gate says it is ready and serves its figures', async t => {
  const dir = tempDir()
  const { trustFile } = await initTrust({
    dir: join(dir, 'trust'),
    environment: 'test',
    passphrase: 'only for this test',
    stretch: NO_STRETCH,
    days: 1,
    now: Date.now(),
  })
  const file = join(dir, 'gate.json')
  const config = {
    gate: 'north-1',
    station: 'north',
    data: join(dir, 'data'),
    service: { url: 'http://127.0.0.1:1' },
    trust: { factory: trustFile, environment: 'test' },
    metrics: { port: 0 },
    lanes: [
      {
        name: 'A',
        direction: 'entry',
        board: { port: '/dev/no-such-board' },
        scanner: { port: '/dev/no-such-scanner' },
      },
    ],
  }
  writeFileSync(file, JSON.stringify(config))
  const { path, told } = fakeNotify(dir)
  const env = { PATH: path, NOTIFY_SOCKET: '/run/x', WATCHDOG_USEC: '1000000' }
  const gate = startChild('gate/main.ts', ['--config', file], { env })
  const { port } = await gate.line('figures', line => line.event === 'metrics')
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  t.match(text, /^wicketgate_trust_stage 5$/m)
  t.match(text, /^wicketgate_memory_bytes \d{8,}$/m)
  await until(
    'told by the program',
    () => told().includes(`--pid=${gate.pid} READY=1`) && told().includes('WATCHDOG=1'),
  )
  t.equal(await gate.stop(), 0)
  t.match(told(), /STOPPING=1/)
})

/** Fifty clients that ask for the figures again and again and read nothing; new ones take turns. */
function floodFigures(port: number) {
  const asked = 'GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(5000)
  const open: Socket[] = []
  let connections = 0
  function one(): void {
    connections += 1
    const socket = connect(port, '127.0.0.1').pause()
    socket.on('error', () => {})
    socket.write(asked)
    open.push(socket)
    if (open.length > 50) open.shift()?.destroy()
  }
  const turns = setInterval(one, 5)
  return {
    connections: () => connections,
    end() {
      clearInterval(turns)
      for (const socket of open) socket.destroy()
    },
  }
}

const memoryBytes = (pid: number): number =>
  1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])

t.test('a real gate whose figures are flooded: its board stays, people and fire pass', async t => {
  const dir = tempDir()
  const lane = await createSimLane('A', 'entry')
  t.teardown(() => lane.close())
  const lone = createLoneGate(dir, await makeTrust(join(dir, 'trust')), lane)
  lone.write({ ...lone.config, metrics: { port: 0 } })
  const gate = await lone.inService()
  t.teardown(() => gate.stop())
  const { port } = await gate.line('figures', line => line.event === 'metrics')
  const before = memoryBytes(gate.pid)
  const flood = floodFigures(Number(port))
  t.teardown(() => flood.end())
  for (let round = 0; round < 5; round += 1) {
    const known = flood.connections()
    await until('the flood is there', () => flood.connections() > known + 50)
    t.ok(await fireOpens(lane), `${flood.connections()} connections: fire opens`)
    t.ok(await fireIsReset(lane), 'and is over')
  }
  const grown = memoryBytes(gate.pid) - before
  t.ok(grown < 200e6, `memory grew by ${grown} bytes`)
  t.same(
    gate.lines.filter(line => line.code === 'BOARD_LOST' || line.state === 'OutOfService'),
    [],
    'the board’s heartbeats were in time',
  )
})
