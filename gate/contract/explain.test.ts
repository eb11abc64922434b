import t from 'tap'
import { z } from 'zod'
import { explainFields, explainIssues, REFUSALS_TOLD_MAX } from './explain.ts'

const schema = z.strictObject({
  name: z.string().min(2).max(4),
  count: z.int().min(1).max(9),
  side: z.enum(['entry', 'exit']),
  on: z.boolean(),
  rows: z.array(z.strictObject({ day: z.iso.date() })).max(2),
  place: z.union([z.strictObject({ file: z.string() }), z.strictObject({ url: z.string() })]),
})
const GOOD = { name: 'abc', count: 1, side: 'exit', on: true, rows: [], place: { file: 'x' } }

function told(change: object): string[] {
  const input = { ...GOOD, ...change }
  const parsed = schema.safeParse(input)
  return parsed.success ? [] : explainIssues(parsed.error, input)
}

t.test('each refusal names the path, what is expected, and the kind that was found', async t => {
  const cases: [object, string][] = [
    [{ name: 5 }, 'name: expected a text, found a number'],
    [{ name: undefined }, 'name: expected a text, found nothing'],
    [{ name: null }, 'name: expected a text, found null'],
    [{ name: 'a' }, 'name: too small, at least 2 characters, found a text'],
    [{ name: 'abcde' }, 'name: too large, at most 4 characters, found a text'],
    [{ count: 1.5 }, 'count: expected a whole number, found a number'],
    [{ count: '1' }, 'count: expected a number, found a text'],
    [{ count: 0 }, 'count: too small, at least 1, found a number'],
    [{ side: 'up' }, 'side: must be "entry" or "exit", found a text'],
    [{ side: [] }, 'side: must be "entry" or "exit", found a list'],
    [{ on: 'yes' }, 'on: expected true or false, found a text'],
    [{ rows: {} }, 'rows: expected a list, found an object'],
    [{ rows: [{ day: 'today' }] }, 'rows.0.day: Invalid ISO date, found a text'],
    [{ rows: [{ day: '2026-05-20', dya: 1 }] }, 'rows.0.dya: unknown key'],
    [{ nmae: 'x' }, 'nmae: unknown key'],
    [
      { place: 7 },
      'place: fits none of its forms: expected an object or expected an object, found a number',
    ],
  ]
  for (const [change, line] of cases) t.same(told(change), [line])
  const whole = schema.safeParse([])
  t.same(whole.success || explainIssues(whole.error, []), [
    '(whole): expected an object, found a list',
  ])
})

t.test('no value is repeated, and a key’s name is bounded and harmless', async t => {
  const secret = 'a password that stands there'
  const lines = told({ name: secret, count: secret, side: secret, on: secret, place: secret })
  t.equal(lines.length, 5)
  t.notMatch(lines.join(), /password/)
  t.same(told({ '\u202e\u001b[2J k': 1 }), ['??[2J?k: unknown key'])
  t.same(told({ E99887766: 1, stop12: 1 }), ['E########: unknown key', 'stop12: unknown key'])
  t.same(told({ ['k'.repeat(1000)]: 1 }), [`${'k'.repeat(40)}: unknown key`])
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, 1]))
  const parsed = schema.safeParse(many)
  t.equal(parsed.success || explainFields(parsed.error, many).length, REFUSALS_TOLD_MAX)
})
