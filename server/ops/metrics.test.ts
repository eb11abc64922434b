import { connect } from 'node:net'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { untilSettled } from '../../hardware/sim/until.ts'
import { metricsSource } from '../assembly/metrics-source.ts'
import { systemTimers } from '../clock.ts'
import { openWorld } from '../testing/world.ts'
import { createMetrics } from './metrics.ts'
import { listenForMetrics } from './metrics-listener.ts'

const GAUGES = {
  manifestVersion: 7,
  manifestAgeSeconds: 1.5,
  trustVersion: 2,
  gates: { enrolled: 3, stale: 1 },
}

t.test('counters and cumulative buckets, as the format wants them', async t => {
  const metrics = createMetrics()
  metrics.request('GET', '/a', 200, 0.004)
  metrics.request('GET', '/a', 200, 0.3)
  metrics.request('GET', '/a', 500, 9)
  metrics.request('POST', '/"\\\n', 200, 0)
  metrics.statement('insert audit', 4)
  metrics.statement('insert audit', 6)
  metrics.trustFile(304)
  metrics.databaseLost()
  const lines = metrics.render(GAUGES).split('\n')
  for (const line of [
    'wicketgate_requests_total{method="GET",route="/a",status="200"} 2',
    'wicketgate_requests_total{method="GET",route="/a",status="500"} 1',
    'wicketgate_requests_total{method="POST",route="/\\"\\\\\\n",status="200"} 1',
    'wicketgate_request_seconds_bucket{method="GET",route="/a",le="0.005"} 1',
    'wicketgate_request_seconds_bucket{method="GET",route="/a",le="0.5"} 2',
    'wicketgate_request_seconds_bucket{method="GET",route="/a",le="5"} 2',
    'wicketgate_request_seconds_bucket{method="GET",route="/a",le="+Inf"} 3',
    'wicketgate_request_seconds_count{method="GET",route="/a"} 3',
    'wicketgate_statement_seconds_bucket{statement="insert audit",le="0.005"} 1',
    'wicketgate_statement_seconds_count{statement="insert audit"} 2',
    'wicketgate_trust_files_total{status="304"} 1',
    'wicketgate_database_connections_lost_total 1',
    'wicketgate_manifest_version 7',
    'wicketgate_gates_enrolled 3',
    'wicketgate_gates_stale 1',
    'wicketgate_manifest_age_seconds 1.5',
    '# TYPE wicketgate_request_seconds histogram',
  ]) {
    t.ok(lines.includes(line), line)
  }
  const sample = /^wicketgate_[a-z0-9_]+(\{[^\n]*\})? [0-9.e+-]+$/
  for (const line of lines) t.ok(line === '' || /^# (HELP|TYPE) /.test(line) || sample.test(line))
})

t.test('an event loop in time is not late by what its samples lie apart', async t => {
  let p99Ns = 0
  let looks = 0
  const samples = { enable: () => true, reset: () => void looks++, percentile: () => p99Ns }
  const metrics = createMetrics(samples)
  for (const [ns, seconds] of [
    [0, '0'],
    [19_500_000, '0'],
    [20_000_000, '0'],
    [53_000_000, '0.033'],
  ] as const) {
    p99Ns = ns
    const lines = metrics.render(GAUGES).split('\n')
    t.ok(lines.includes(`wicketgate_event_loop_lag_p99_seconds ${seconds}`), `${ns}`)
  }
  t.equal(looks, 4, 'each look begins anew')
})

t.test('on its own address: patterns, never paths; a stranger’s routes make no series', async t => {
  const world = await openWorld(tempDir())
  t.teardown(() => world.close())
  const listener = await listenForMetrics(metricsSource(world.service), {
    timers: systemTimers,
    host: '127.0.0.1',
    port: 0,
  })
  t.teardown(() => listener.stop())
  const id = 'a'.repeat(32)
  await world.call(`/v1/certificates/${id}`)
  for (let i = 0; i < 50; i++) await world.call(`/nowhere/${i}`)
  await world.call('/v1/trust/manifest')
  const answer = await fetch(listener.url)
  t.equal(answer.status, 200)
  t.match(answer.headers.get('content-type'), /^text\/plain; version=0\.0\.4/)
  const text = await answer.text()
  t.match(text, /route="\/v1\/certificates\/:id",status="401"\} 1/)
  t.notMatch(text, id)
  t.notMatch(text, /nowhere/)
  t.equal(text.match(/wicketgate_requests_total\{/g)?.length, 2)
  t.match(text, /wicketgate_trust_files_total\{status="200"\} 1/)
  t.match(text, `wicketgate_manifest_version ${world.service.publisher.latest()?.version}`)
  t.equal((await fetch(new URL('/', listener.url))).status, 404)
  t.equal((await world.call('/metrics')).status, 404, 'not on the public address')
  await t.rejects(
    listenForMetrics(metricsSource(world.service), {
      timers: systemTimers,
      host: '127.0.0.1',
      port: Number(new URL(listener.url).port),
    }),
    { code: 'LISTEN' },
  )
})

t.test(
  'clients that ask again and again and read nothing are ended, others are answered',
  async t => {
    const world = await openWorld(tempDir())
    t.teardown(() => world.close())
    const listener = await listenForMetrics(metricsSource(world.service), {
      timers: systemTimers,
      host: '127.0.0.1',
      port: 0,
    })
    t.teardown(() => listener.stop())
    const port = Number(new URL(listener.url).port)
    const clients = Array.from({ length: 20 }, () => connect(port, '127.0.0.1'))
    const ended = clients.map(socket => {
      socket.on('error', () => {})
      socket.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(500))
      return new Promise(resolve => socket.once('close', resolve))
    })
    await untilSettled('each connection is ended', Promise.all(ended))
    t.equal((await fetch(listener.url)).status, 200)
  },
)
