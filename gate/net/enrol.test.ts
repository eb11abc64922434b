/** `--enrol CODE`: what keeps a gate from enrolling is told with its remedy; an enrolled gate starts. */
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Child } from '../../fixtures/child.ts'
import { fireOpens } from '../../fixtures/fire-opens.ts'
import { createLoneGate, makeTrust } from '../../fixtures/lone-gate.ts'
import { createSimLane } from '../../fixtures/sim-lane.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { WAIT_MS_MAX } from '../../hardware/sim/until.ts'
import { type ProblemCode, problemResponse } from '../../server/errors.ts'

const factory = await makeTrust(join(tempDir(), 'trust'))

/** How a start ended that can't go well; killed, and null, when it does not end by itself. */
async function ended(child: Child): Promise<{ code: number | null; errors: string }> {
  const timer = setTimeout(() => child.signal('SIGKILL'), WAIT_MS_MAX)
  const code = await child.exited
  clearTimeout(timer)
  return { code, errors: child.errors() }
}

/** A service that answers enrolments so. */
async function serviceOf(t: Test, answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** An address where nothing listens any more. */
async function nobodyAt(): Promise<string> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return `http://127.0.0.1:${port}`
}

t.test('a stop while it enrols ends it at once', async t => {
  const lone = createLoneGate(tempDir(), factory)
  const asked = Promise.withResolvers<void>()
  const url = await serviceOf(t, () => asked.resolve())
  lone.write({ ...lone.config, service: { url, timeoutMs: 30_000 } })
  const gate = lone.start('--enrol', 'CODE')
  await asked.promise
  gate.signal('SIGTERM')
  const { code, errors } = await ended(gate)
  t.equal(code, 1)
  t.match(errors, /stopped before the service answered/)
})

/** Refuses everything so. */
const refusalOf =
  (code: ProblemCode): RequestListener =>
  async (_, response) => {
    const problem = problemResponse(code)
    response.writeHead(problem.status, { 'content-type': 'application/problem+json' })
    response.end(await problem.text())
  }

/** Takes whoever comes, as a gate of this station. */
const enrolmentAt =
  (station: string): RequestListener =>
  (_, response) => {
    response.writeHead(201, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ gate: 'north-1', station }))
  }

t.test('a refused enrolment says what to do, and ends with its console', async t => {
  const lone = createLoneGate(tempDir(), factory)
  const console = { serial: { port: '/dev/no-such-line' } }
  const refusing = (code: ProblemCode) => serviceOf(t, refusalOf(code))
  const enrolling = (station: string) => serviceOf(t, enrolmentAt(station))
  const rows: [string, RegExp][] = [
    [
      await refusing('ENROLMENT_INVALID'),
      /failed: ENROLMENT_INVALID: .*unknown, used or too old: .*ask an operator for a new one/,
    ],
    [
      await refusing('ENROLMENT_MISMATCH'),
      /failed: ENROLMENT_MISMATCH: .*for another gate: this config says "gate": "north-1": /,
    ],
    [
      await refusing('ENROLMENT_STATION'),
      /failed: ENROLMENT_STATION: .*another station: this config says "station": "north": /,
    ],
    [
      await enrolling('south'),
      /failed: the service says north-1 at south, this config says .*north/,
    ],
    [await nobodyAt(), /failed: ECONNREFUSED: .*"service\.url"/],
    [await serviceOf(t, (_, response) => void response.end('hello')), /status 200, .*service\.url/],
  ]
  for (const [url, expected] of rows) {
    lone.write({ ...lone.config, service: { url }, console })
    t.match(await ended(lone.start('--enrol', 'CODE')), { code: 1, errors: expected })
  }
})

t.test('a used --enrol left on the command line keeps no enrolled gate from starting', async t => {
  const lane = await createSimLane('A', 'entry')
  t.teardown(() => lane.close())
  const lone = createLoneGate(tempDir(), factory, lane)
  let asked = 0
  let answer = enrolmentAt('north')
  const url = await serviceOf(t, (request, response) => {
    const enrols = request.url === '/v1/gates/enrol'
    if (enrols) asked += 1
    const answered = enrols ? answer : refusalOf('GATE_UNKNOWN')
    answered(request, response)
  })
  lone.write({ ...lone.config, service: { url, pollMs: 1000 } })
  const starts = async (code: string, says: RegExp | undefined) => {
    const gate = lone.start('--enrol', code)
    await gate.line('in service', line => line.state === 'Locked')
    const told = gate.lines.filter(line => line.event === 'enrolment')
    t.match(told, says === undefined ? [] : [{ msg: says }])
    return gate
  }
  t.equal(await (await starts('ONCE', undefined)).stop(), 0)
  answer = refusalOf('ENROLMENT_INVALID')
  const again = await starts(
    'ONCE',
    /^enrolled as north-1 at north with this code: take --enrol off/,
  )
  t.equal(asked, 1, 'nobody was asked')
  t.equal(await again.stop(), 0)
  const other = await starts(
    'OTHER',
    /ENROLMENT_INVALID.*; the gate is enrolled as north-1 .*goes on/,
  )
  t.equal(asked, 2)
  const refused = (line: Record<string, unknown>) => line.code === 'ENROLMENT_REFUSED' && line.on
  await other.line('the key is not known', line => refused(line) === true)
  t.ok(await fireOpens(lane))
  t.equal(await other.stop(), 0)
})
