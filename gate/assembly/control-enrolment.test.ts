/** Joining and leaving over doubles of disk and gate, then of a whole gate. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { SYSTEM } from '../../fixtures/system-ports.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import type { Outcome } from '../config/outcome.ts'
import type { GateConfig } from '../contract/config.ts'
import type { ControlRefusal } from '../contract/control-codes.ts'
import { ENROL_CODE_CHARS_MAX } from '../limits.ts'
import { startConfigured } from '../testing/config/configured-gate.ts'
import { createEnrolmentControl, type EnrolledGate } from './control-enrolment.ts'

const ENROLLED = { gate: 'north-1', station: 'north' }
const lin = { by: 'lin', reason: 'sold' }
const refusedWith = (code: ControlRefusal) => ({ ok: false, code })
const config = () =>
  ({
    ...ENROLLED,
    data: tempDir(),
    service: { url: 'http://service', timeoutMs: 1000 },
  }) as GateConfig
const answered = async () => new Response(JSON.stringify(ENROLLED), { status: 201 })

function controlOf(
  restart: (between: () => Promise<void>) => Promise<Outcome>,
  change: Partial<EnrolledGate> = {},
) {
  const gate: EnrolledGate = { enrolment: ENROLLED, lanes: [], record: async () => {}, ...change }
  return createEnrolmentControl({
    ...{ engine: { restart }, gate: () => gate, config },
    ports: { ...SYSTEM, fetch: answered as typeof fetch },
  })
}

const starts = async (between: () => Promise<void>): Promise<Outcome> => {
  await between()
  return { ok: true, revision: 0, onTrial: false }
}

t.test('a leave that can not be recorded is none', async t => {
  let restarts = 0
  const restart = async (between: () => Promise<void>) => {
    restarts += 1
    return starts(between)
  }
  const record = () => Promise.reject(new Error('disk full'))
  const control = controlOf(restart, { record })
  t.match(await control.leave(lin), { code: 'NOT_WRITTEN', problems: ['disk full'] })
  t.equal(restarts, 0)
  t.match(await control.leave({ ...lin, reason: 'x'.repeat(401) }), { code: 'OUT_OF_RANGE' })
  t.match(await control.join('ONCE', 'lin'), { ok: true }, 'a join is so without its row')
  t.equal(restarts, 1)
})

t.test('a fire that begins meanwhile, and a disk that keeps the files', async t => {
  const refused = (code: 'EMERGENCY' | 'NOT_WRITTEN') => async (): Promise<Outcome> => {
    return { ok: false, code, problems: [] }
  }
  t.match(await controlOf(refused('EMERGENCY')).join('ONCE', 'lin'), { code: 'EMERGENCY' })
  t.match(await controlOf(refused('NOT_WRITTEN')).leave(lin), { code: 'NOT_WRITTEN' })
})

t.test('a defect while it joins lets the next one try', async t => {
  const control = controlOf(() => Promise.reject(new Error('a defect')))
  await t.rejects(control.join('ONCE', 'lin'), { message: 'a defect' })
  await t.rejects(control.join('ONCE', 'lin'), { message: 'a defect' })
})

t.test(
  'a gate joins with a code, and leaves; what it needs for that is looked at first',
  async t => {
    const { control, engine, running, until, state, rows, data, admit, walk } =
      await startConfigured(tempDir())
    const { enrolment, lane } = control
    const [key, file] = ['gate-key.pem', 'enrolment.json'].map(name => join(data, name)) as [
      string,
      string,
    ]
    const inService = () => until('in service', () => state() === 'Locked')
    t.match(await enrolment.join('ONCE', ''), refusedWith('OUT_OF_RANGE'))
    t.match(await enrolment.join('', 'lin'), refusedWith('OUT_OF_RANGE'))
    const long = 'x'.repeat(ENROL_CODE_CHARS_MAX + 1)
    t.match(await enrolment.join(long, 'lin'), refusedWith('OUT_OF_RANGE'))
    t.match(await enrolment.leave(lin), refusedWith('NOT_ENROLLED'))
    const before = running.gate()
    const wrong = await enrolment.join('WRONG', 'lin')
    t.match(wrong, {
      ...refusedWith('ENROLMENT_FAILED'),
      problems: [/ENROLMENT_INVALID.*operator/],
    })
    t.equal(running.gate(), before, 'the gate goes on')
    lane.setModes('A', { emergency: true }, lin)
    t.match(await enrolment.join('ONCE', 'lin'), refusedWith('EMERGENCY'))
    t.notOk(existsSync(file), 'its code is as good as before')
    lane.clearModes('A', lin)

    await admit(1)
    walk()
    const both = await Promise.all([enrolment.join('ONCE', 'lin'), enrolment.join('ONCE', 'wei')])
    t.match(both, [
      { ok: true, gate: 'north-1', station: 'north' },
      refusedWith('ENROLMENT_RUNNING'),
    ])
    await inService()
    t.match((await control.status()).enrolment, { gate: 'north-1', station: 'north' })
    const told = () => rows().map(({ kind, body }) => `${kind} ${body.about ?? body.why ?? ''}`)
    const restart = ['stop enrolment', 'boot ', 'trust stage', 'command enrolled']
    t.same(told().slice(-restart.length), restart)
    t.match(rows().at(-1)?.body, { by: 'lin', detail: 'north-1 at north' })
    t.notMatch(JSON.stringify(rows()), 'ONCE', 'no code in the journal')
    const made = readFileSync(key, 'utf8')

    t.match(await enrolment.leave({ by: 'lin', reason: 'sold' }), { ok: true })
    await inService()
    t.equal((await control.status()).enrolment, null)
    t.notOk(existsSync(file))
    t.not(readFileSync(key, 'utf8'), made, 'another key')
    const left = { about: 'unenrolled', by: 'lin', reason: 'sold', detail: 'north-1 at north' }
    t.match(rows().find(({ body }) => body.about === 'unenrolled')?.body, left)
    await engine.stop()
    t.match(await enrolment.join('ONCE', 'lin'), refusedWith('NOT_RUNNING'))
    t.match(await enrolment.leave(lin), refusedWith('NOT_RUNNING'))
  },
)
