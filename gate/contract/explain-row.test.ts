import t from 'tap'
import { ALARMS, VERDICTS } from './codes.ts'
import { CONTROL_REFUSALS } from './control-codes.ts'
import { DEVICE_REMEDIES } from './device-faults.ts'
import { EVENT_KINDS, type EventKind } from './events.ts'
import { codeLines, explainCode, explainRow } from './explain-row.ts'
import { LANGUAGES } from './sentences.ts'

const meaning = (kind: EventKind, body: object) => explainRow({ kind, body: JSON.stringify(body) })
const trace = [{ rule: 'passback', saw: 'entered 40 s ago, perhaps left', said: 'deny' }]
const grant = { epoch: '0'.repeat(16), seq: 4 }
const scan = { code: 'ALREADY_INSIDE', direction: 'entry', source: 'A.scanner', trace }

const BODIES: Readonly<Record<EventKind, object>> = {
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
  command: { about: 'export', by: 'lin', detail: 'exports/may.jsonl' },
}

t.test('a refusal: what happened, why, what to tell the passenger, what to do', async t => {
  t.same(meaning('scan', scan), {
    en: [
      'A scan at A.scanner for entry: ALREADY_INSIDE.',
      '  Passback: entered 40 s ago, perhaps left. Refused.',
      'To the passenger: This pass is already inside',
      'To do (staff): Check where the holder is.',
    ],
    zh: [
      'A.scanner 读到进站二维码，结果：ALREADY_INSIDE。',
      '  反潜回：40 s 前已进站，可能已离开，判定拒绝',
      '可告知旅客：该证明已进站',
      '处理（客运员）：确认持证人现在何处。',
    ],
  })
})

t.test('nobody is told to do nothing', async t => {
  const { en, zh } = meaning('grant', { ...scan, code: 'ADMIT', area: 'main', flags: [] })
  t.equal(en.at(-1), 'Nothing to do.')
  t.equal(zh.at(-1), '无需处理。')
})

t.test('each kind of row has a meaning in each language', async t => {
  for (const kind of EVENT_KINDS) {
    const { en, zh } = meaning(kind, BODIES[kind])
    t.match(en[0], /^[ -~→]+$/, kind)
    t.match(zh[0], /\p{Script=Han}/u, kind)
    t.notMatch([...en, ...zh].join(), /undefined|\[object/, kind)
  }
  const en = (kind: EventKind) => meaning(kind, BODIES[kind]).en
  t.match(en('grant')[1], 'Flagged: ORDER_FREE.')
  t.match(en('annulled')[0], /Nobody saw/)
  t.match(en('mode'), [/by lin, because: a fair/, 'entry: controlled → free'])
  t.match(en('test'), ['By lin pretended: contact fire is active.'])
  t.match(en('command'), [/file, by lin: exports/])
  const shutdown = meaning('command', { about: 'shutdown', by: 'lin', reason: 'moves', detail: '' })
  t.same(shutdown.en, ['The gate’s program was ended for good, by lin, because: moves.'])
  t.same(shutdown.zh, ['lin 将闸机程序停机，原因：moves。'])
  t.match(en('config'), [/revision 2 by lin was committed/, 'a.b'])
  t.match(en('alarm').at(-1), /^To do \(staff\): A passage/)
  const zh = (kind: EventKind) => meaning(kind, BODIES[kind]).zh
  t.match(zh('grant')[1], '带标记放行：ORDER_FREE。')
  t.match(zh('passage')[0], '一人凭第 4 条放行通过：区域 main 进站。不据此判断持证人的位置。')
  t.match(zh('annulled')[0], '放行后无人通过（NO_TURN）。是否有人通过未能看到。')
  t.match(zh('mode'), ['运行方式由 lin 改变，原因：a fair。', '进站方向：检票 → 常开'])
  t.match(zh('test'), ['lin 模拟触点 fire，置为动作。'])
  t.match(zh('command'), ['lin 将日志导出到文件：exports/may.jsonl。'])
  t.match(zh('config'), ['lin 的配置第 2 版：已提交；现运行第 2 版。', '更改的项：', 'a.b'])
  t.match(zh('alarm'), ['报警 HELD 开始。', /passage not completed/, /^处理（客运员）：/])
})

t.test('rows of the whole gate: a sentence, then all that was recorded', async t => {
  for (const [kind, body, en, zh] of [
    ['boot', { after: 'power', interrupted: 1 }, /after a loss of power/, '闸机断电后启动。'],
    ['stop', { why: 'config' }, /stopped as it was asked/, '闸机按要求停机。'],
    ['trust', { about: 'stage', stage: 'CLOSED' }, /nobody enters/, /停止进站/],
    ['trust', { about: 'trust', trustVersion: 3 }, /^Version 3 of trust/, /第 3 版/],
    ['clock', { by: 'signed time', offsetMs: -3_600_000 }, /goes by signed.*-3600 s\.$/, /-3600 s/],
    [
      'login',
      { about: 'login', by: 'ada', detail: 'admin at serial' },
      /^ada: logged in/,
      /^ada 登录/,
    ],
    ['login', { about: '__proto__' }, /^Something/, '控制台登录有变化。'],
  ] as const) {
    const told = meaning(kind, body)
    t.match([told.en[0], told.zh[0]], [en, zh])
    const [[key, value] = []] = Object.entries(body)
    t.match([told.en[1], told.zh[1]], [`Recorded: ${key} ${value}`, `记录：${key} ${value}`])
  }
  t.same(meaning('stop', {}).en, ['The gate stopped as it was asked to.'])
})

t.test('each code of every table has both languages', async t => {
  const tables = [VERDICTS, ALARMS, DEVICE_REMEDIES, CONTROL_REFUSALS]
  for (const code of tables.flatMap(table => Object.keys(table))) {
    const found = explainCode(code)
    if (found === undefined) return t.fail(code)
    t.match(found.actionZh, /^[^\n。]*\p{Script=Han}[^\n。]*$/u, code)
    for (const language of LANGUAGES) {
      const lines = codeLines(found, language)
      const parts = 'sign' in found ? 2 : 1
      t.ok(lines.length > parts, `${code} in ${language}`)
      t.notMatch(lines.join(), /undefined/, code)
    }
  }
  for (const code of Object.keys(VERDICTS)) {
    const { zh } = meaning('scan', { ...scan, code })
    t.match(zh.slice(-2), [/^可告知旅客：/, /^处理（|^无需处理/], code)
  }
})

t.test('what nobody has to act on says nothing of that', async t => {
  t.equal(meaning('alarm', { ...BODIES.alarm, on: false }).en.length, 1)
  const ended = (reason: string) => meaning('annulled', { grant, reason }).en.length
  t.same([ended('NO_TURN'), ended('EMERGENCY'), ended('STOPPED')], [2, 1, 1])
})

t.test('a body that was dropped is told as such; a code of no table has no meaning', async t => {
  t.match(explainRow({ kind: 'scan', body: null }), { en: [/dropped/], zh: [/已清除/] })
  for (const code of ['constructor', '__proto__', '']) t.equal(explainCode(code), undefined)
  const { en, zh } = meaning('scan', { ...scan, code: 'NEW_CODE' })
  t.match([en, zh], [[/NEW_CODE/], [/NEW_CODE/]])
})
