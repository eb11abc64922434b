/** Every phrase that a rule writes into a trace is said in Chinese, with its figures. */
import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { freshnessStageSchema } from './health.ts'
import { sawInChinese } from './saw-zh.ts'

const HAN = /\p{Script=Han}/u

t.test('figures, names and times stay', async t => {
  const rows: [string, string][] = [
    ['entry closed, exit controlled', '进站关闭，出站检票'],
    ['STALE_CODE, kid 0a1b, presentedAt 1800000000', 'STALE_CODE，密钥 0a1b，出码时间 1800000000'],
    ['STAFF, degraded by command', '信任数据过旧，须人工放行，已由命令允许继续'],
    ['expired 61 s ago', '已过期 61 s'],
    ['revocations known up to 2000 s ago', '作废名单截至 2000 s 前'],
    ['passed on lane B 12 s ago', '12 s 前已在通道 B 通过'],
    ['entered 40 s ago: ALREADY_INSIDE', '40 s 前已进站，ALREADY_INSIDE'],
    ['not inside, inside hall', '不在站内，在区域 hall 内'],
    [
      'G1234, boards 2026-05-20T04:00Z to 2026-05-20T04:30Z, service not heard',
      'G1234，检票 2026-05-20T04:00Z 至 2026-05-20T04:30Z，未收到服务端消息',
    ],
    [
      'no ticket, list of 2026-05-20T04:00Z, the pass is younger',
      '没有车票，名单时间 2026-05-20T04:00Z，证明晚于名单',
    ],
    ['something new, 7', 'something new，7'],
    ['', ''],
  ]
  for (const [saw, said] of rows) t.equal(sawInChinese(saw), said)
})

/** What stands in a phrase's places, by what fills them. */
const SAMPLES: readonly (readonly [RegExp, string])[] = [
  [/\$\{(?:direction|other)\}/g, 'entry'],
  [/\$\{modes[^}]*\}/g, 'free'],
  [/\$\{seen\.outcome\}/g, 'passed'],
  [/\$\{agoOf[^}]*\}/g, '7 s ago'],
  [/\$\{[^}]*\}/g, 'X'],
]

t.test('no phrase of the rules is left in English', async t => {
  const folder = new URL('../decide/', import.meta.url)
  const text = readdirSync(folder)
    .filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map(name => readFileSync(new URL(name, folder), 'utf8'))
    .join('')
  const written = [...text.matchAll(/\bsaw(?:: | = )(?:pardon \?\? )?(['`])(.*?)\1/g)].map(
    ([, , phrase = '']) =>
      SAMPLES.reduce((rest, [place, fill]) => rest.replaceAll(place, fill), phrase),
  )
  t.ok(written.length > 30, `${written.length} phrases`)
  const outcomes = ['reserved', 'passed', 'annulled', 'interrupted']
  const replays = outcomes.map(outcome => `${outcome} on lane A 3 s ago`)
  const phrases = written.filter(phrase => /[a-z]/.test(phrase))
  for (const phrase of [...phrases, ...replays, ...freshnessStageSchema.options]) {
    t.match(sawInChinese(phrase), HAN, phrase)
  }
})
