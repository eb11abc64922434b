import t from 'tap'
import { EVENT_KINDS, type EventKind } from './events.ts'
import { explainCode, explainRow } from './explain-row.ts'

const meaning = (kind: EventKind, body: object) => explainRow({ kind, body: JSON.stringify(body) })
const trace = [{ rule: 'anti-passback', saw: 'inside since 08:00', said: 'deny' }]
const grant = { epoch: '0'.repeat(16), seq: 4 }
const scan = { code: 'ALREADY_INSIDE', direction: 'entry', source: 'A.scanner', trace }

t.test('a refusal says why, step by step, and what to do', async t => {
  t.match(meaning('scan', scan), [
    'A scan at A.scanner for entry: ALREADY_INSIDE.',
    '  anti-passback: saw inside since 08:00, said deny',
    /^To do \(\w+\): /,
  ])
})

t.test('each kind of row has a meaning', async t => {
  const bodies: Record<EventKind, object> = {
    boot: { after: 'stop' },
    stop: { why: 'config' },
    scan,
    grant: { ...scan, code: 'ADMIT_FLAGGED', area: 'main', flags: ['ORDER_FREE'] },
    passage: { grant, direction: 'entry', area: 'main' },
    annulled: { grant, reason: 'NO_TURN', unknown: true },
    alarm: { code: 'HELD', on: true, detail: 'passage not completed' },
    mode: { entry: 'free', was: { entry: 'controlled' }, by: 'lin', reason: 'a fair' },
    trust: { about: 'stage', stage: 'STALE' },
    clock: { by: 'technician', offsetMs: 5 },
    login: { user: 'lin' },
    config: { about: 'committed', revision: 2, runs: 2, by: 'lin', reason: '', changes: ['a.b'] },
    test: { about: 'contact', what: 'fire', by: 'lin', pretended: true, active: true },
  }
  for (const kind of EVENT_KINDS) t.ok(meaning(kind, bodies[kind])[0], kind)
  t.match(meaning('grant', bodies.grant)[1], 'Flagged: ORDER_FREE.')
  t.match(meaning('annulled', bodies.annulled)[0], /Nobody saw/)
  t.match(meaning('mode', bodies.mode), [/by lin, because: a fair/, 'entry: controlled → free'])
  t.match(meaning('test', bodies.test), ['By lin pretended: contact fire is active.'])
  t.match(meaning('config', bodies.config), [/revision 2 by lin was committed/, 'a.b'])
})

t.test('a body that was dropped is told as such; a code of no table has no meaning', async t => {
  t.match(explainRow({ kind: 'scan', body: null }), [/dropped/])
  t.equal(explainCode('constructor'), undefined)
  t.match(meaning('scan', { ...scan, code: 'NEW_CODE' }), [/NEW_CODE/])
})
