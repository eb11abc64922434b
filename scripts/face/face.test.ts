import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startChild } from '../../fixtures/child.ts'
import { createFaceEngine } from '../../server/face/engine.ts'
import type { Prompt } from '../../server/face/port.ts'
import { demoSet } from '../seed/demo-data.ts'
import { FACES } from '../seed/put.ts'
import { captureBody } from './capture.ts'
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

const holder = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }
const photo = (name: string) => new Uint8Array(readFileSync(join(FACES, name)))

t.test('each person of the demo set answers a challenge, whatever its prompts', async t => {
  const engine = createFaceEngine({ onFault: what => t.comment(what) })
  t.teardown(() => engine.close())
  const asked: readonly (readonly [Prompt[], number[]?])[] = [
    [['ahead', 'left', 'right', 'ahead']],
    [['right', 'ahead', 'left', 'right']],
    [
      ['left', 'ahead', 'right', 'ahead'],
      [1, 2, 1, 1],
    ],
    [['ahead', 'right', 'left']],
    [['left', 'right', 'ahead', 'left', 'ahead']],
    [['right', 'left', 'ahead', 'right']],
  ]
  const dir = t.testdir({ 'holder.jwk': JSON.stringify(holder) })
  for (const [i, person] of demoSet(1, '2026-05-20', '2026-05-21').people.entries()) {
    const [prompts, pictures] = asked[i] as (typeof asked)[number]
    const challenge = join(dir, `${i}.json`)
    const told = { challenge: `c${i}`, prompts, expiresAt: '2026-05-20T04:01:00Z' }
    writeFileSync(challenge, JSON.stringify({ ...told, ...(pictures && { pictures }) }))
    const files = { challenge, holder: join(dir, 'holder.jwk'), photo: join(FACES, person.live) }
    const body = JSON.parse(await captureBody({ ...files, take: 0 }))
    t.match(body, { challenge: `c${i}`, holderKey: holder })
    const frames = (body.frames as { prompt: number; picture: string }[]).map(one => ({
      prompt: one.prompt,
      picture: new Uint8Array(Buffer.from(one.picture, 'base64')),
    }))
    const wanted = pictures ?? prompts.map((_, n) => (n === 0 && prompts.length < 4 ? 2 : 1))
    t.same(
      frames.map(one => one.prompt),
      wanted.flatMap((many, prompt) => Array.from({ length: many }, () => prompt)),
    )
    const outcome = await engine.check(photo(person.photo), { prompts, frames })
    t.match(outcome, { challengePassed: true, matched: true }, person.live)
  }
})

t.test('what a capture can’t be made of is told', async t => {
  const dir = t.testdir({
    'holder.jwk': JSON.stringify(holder),
    'challenge.json': '{"challenge":"c","prompts":["ahead","left","right","ahead"]}',
    'refused.json': '{"code":"TRIES_USED"}',
    'strange.json': '{"challenge":"c","prompts":["blink"]}',
    'd01-live.jpg': 'x',
  })
  const good = ['--holder', join(dir, 'holder.jwk'), '--photo', join(FACES, 'd01-live.jpg')]
  const challenge = ['--challenge', join(dir, 'challenge.json')]
  for (const [args, told] of [
    [good, /--photo, --challenge and --holder are needed/],
    [[...good, '--challenge', join(dir, 'gone')], /gone: ENOENT/],
    [
      [...good, '--challenge', join(dir, 'refused.json')],
      /challenge: expected a text, found nothing/,
    ],
    [[...good, '--challenge', join(dir, 'strange.json')], /prompts\.0: must be "ahead" or/],
    [[...good, ...challenge, '--take', '5'], /--take is a whole number from 0 to 4/],
    [[...good, ...challenge, '--json'], /--json is not an option of this command/],
    [
      [...good, ...challenge, '--photo', join(dir, 'd01-live.jpg')],
      /one of the demo set: .*d01-live/,
    ],
    [[...good, ...challenge, '--photo', join(FACES, 'd01-id.jpg')], /one of the demo set/],
  ] as const) {
    const child = startChild('scripts/face.ts', ['capture', ...args])
    t.equal(await child.exited, 2)
    t.match(child.errors(), told)
  }
})
