import { join } from 'node:path'
import t from 'tap'
import { startChild } from '../../fixtures/child.ts'
import { scorePairs, tableOf, upperBound } from './score.ts'

const PAIRS = join(import.meta.dirname, '../../fixtures/faces/pairs.json')

t.test('counts at a threshold: below it is one person', async t => {
  const pairs = [
    { same: true, distance: 0.3 },
    { same: true, distance: 0.52 },
    { same: false, distance: 0.51 },
    { same: false, distance: 0.9 },
  ]
  t.same(scorePairs(pairs, 0.52), {
    ...{ genuine: 2, impostor: 2, falseAccepts: 1, falseRejects: 1, threshold: 0.52 },
  })
  t.match(tableOf(pairs, 0.45), /> 0\.45 {7}0 {4}0\.00 %.*1 {3}50\.00 %/)
})

t.test('few pairs say little', async t => {
  t.equal(upperBound(0, 0), 1)
  // No stranger of 342 taken: a rate up to 0.8 % fits as well.
  t.ok(Math.abs(upperBound(0, 342) - 0.00785) < 1e-4, `${upperBound(0, 342)}`)
  t.ok(upperBound(8, 16_512) < 0.001)
})

t.test('the real photos, as a program', async t => {
  const child = startChild('scripts/face.ts', ['pairs', PAIRS, '--json'])
  const scored = await child.line('the score', line => 'genuine' in line, 60_000)
  t.same(scored, {
    ...{ genuine: 6, impostor: 30, falseAccepts: 0, falseRejects: 0, threshold: 0.52 },
    unusable: 0,
  })
  t.equal(await child.exited, 0)
})

t.test('a photo that is missing is named, the others are scored, and the end says so', async t => {
  const faces = join(import.meta.dirname, '../../fixtures/faces')
  const at = (name: string) => join(faces, name)
  const pairs = [
    { a: at('d01-id.jpg'), b: 'gone.jpg', same: true },
    { a: at('d01-id.jpg'), b: at('d01-live.jpg'), same: true },
    { a: at('SOURCES.txt'), b: at('d01-live.jpg'), same: false },
  ]
  const dir = t.testdir({ 'pairs.json': `\ufeff${JSON.stringify({ pairs })}` })
  const child = startChild('scripts/face.ts', ['pairs', join(dir, 'pairs.json'), '--json'])
  const scored = await child.line('the score', line => 'genuine' in line, 60_000)
  t.match(scored, { genuine: 1, impostor: 0, falseRejects: 0, unusable: 2 })
  t.equal(await child.exited, 1)
  t.match(child.errors(), /unusable: gone\.jpg: ENOENT/)
  t.match(child.errors(), /unusable: .*SOURCES\.txt: BAD_PICTURE/)
})

t.test('wrong input is told', async t => {
  const dir = t.testdir({
    'no.json': '{"pairs": 1}',
    'wide.json': Buffer.from('{"pairs": []}', 'utf16le'),
  })
  for (const [args, told] of [
    [['pairs', join(dir, 'no.json')], /no\.json: pairs: expected a list, found a number/],
    [['pairs', join(dir, 'wide.json')], /wide\.json: it is UTF-16: save it as UTF-8/],
    [['pairs', PAIRS, '--threshold', '3'], /--threshold is a distance/],
    [['people'], /say: pairs FILE/],
  ] as const) {
    const child = startChild('scripts/face.ts', [...args])
    t.equal(await child.exited, 2)
    t.match(child.errors(), told)
  }
})
