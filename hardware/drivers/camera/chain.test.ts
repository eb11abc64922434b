/** What the looks read, by rendered frames. `npm run bench -- camera` counts many more. */
import t from 'tap'
import { frameSpecs, renderFrame } from '../../../fixtures/camera-frames/conditions.ts'
import {
  HARDER_CASES,
  type HarderCase,
  renderHarderCase,
  renderTwo,
} from '../../../fixtures/camera-frames/harder-cases.ts'
import { PASS_TEXTS } from '../../../fixtures/camera-frames/pass-modules.ts'
import { modulesOf } from '../../../fixtures/camera-frames/scene.ts'
import { createChain, DEEP_LOOKS, lookLong } from './chain.ts'
import { createCodeChoice } from './code-choice.ts'
import { blank } from './testing/hand-source.ts'
import { openZxing } from './zxing-engine.ts'

const chain = createChain(await openZxing())
const [long = '', other = ''] = PASS_TEXTS
const modules = modulesOf(long)

for (const name of Object.keys(HARDER_CASES) as HarderCase[]) {
  t.test(name, async t => {
    const texts = lookLong(chain, renderHarderCase(modules, name, 11)).map(({ text }) => text)
    t.strictSame(texts, name === 'half in the frame' ? [] : [long])
  })
}

t.test('two codes in a frame: both are seen; the one that came later is read', async t => {
  const both = lookLong(chain, renderTwo(modules, modulesOf(other), 12))
  t.strictSame(both.map(({ text }) => text).sort(), [long, other].sort())
  const { choose } = createCodeChoice()
  t.equal(choose([long], 0), long)
  t.equal(
    choose(
      both.map(({ text }) => text),
      100,
    ),
    other,
  )
})

t.test('each of the twelve conditions at four pixels a module', async t => {
  for (const spec of frameSpecs(3, 1).filter(({ pixelsPerModule }) => pixelsPerModule === 4)) {
    const codes = lookLong(chain, await renderFrame(modules, spec))
    t.equal(codes[0]?.text, long, spec.condition)
  }
})

t.test('where the last code was: it is found in a part, and beside it in the whole', async t => {
  const picture = renderHarderCase(modules, 'inverted', 13)
  const [whole] = chain.look('fast', picture, null)
  for (const near of [
    { x: 200, y: 100, width: 400, height: 400 },
    { x: 0, y: 0, width: 60, height: 60 },
  ]) {
    const [found] = chain.look('fast', picture, near)
    t.equal(found?.text, long)
    const [a, b] = [found?.corners[0], whole?.corners[0]]
    t.ok(Math.hypot((a?.x ?? 0) - (b?.x ?? 0), (a?.y ?? 0) - (b?.y ?? 0)) < 4)
  }
})

t.test('a picture of a wall costs the engine nothing until all of it is looked at', async t => {
  let asked = 0
  const counted = createChain({
    name: 'zxing',
    decode() {
      asked += 1
      return []
    },
  })
  for (const name of ['fast', ...DEEP_LOOKS.zxing] as const) counted.look(name, blank(), null)
  t.equal(asked, 0)
  counted.look('whole', blank(), null)
  t.equal(asked, 1)
})
