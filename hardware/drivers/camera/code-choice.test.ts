/** Two codes in a frame, and one that stays. */
import t from 'tap'
import { codesSeenMax } from '../../limits.ts'
import { createCodeChoice } from './code-choice.ts'

t.test('a code is read once while it is seen, and anew after 2 s without it', async t => {
  const { choose } = createCodeChoice()
  t.equal(choose(['A'], 0), 'A')
  t.equal(choose(['A'], 1999), null)
  t.equal(choose([], 3000), null)
  t.equal(choose(['A'], 3998), null, 'seen again, it stays')
  t.equal(choose(['A'], 5998), 'A')
})

t.test('the code that came later wins over one that stays; each is one reading', async t => {
  const { choose } = createCodeChoice()
  t.equal(choose(['POSTER'], 0), 'POSTER')
  t.equal(choose(['POSTER', 'A'], 500), 'A')
  t.equal(choose(['A', 'POSTER'], 600), null)
  t.equal(choose(['A'], 700), null)
  t.equal(choose(['POSTER'], 800), null, 'they take turns, and none is read twice')
  t.equal(choose(['POSTER', 'B'], 900), 'B')
})

t.test('two that are new in one frame: neither, until one is seen alone', async t => {
  const { choose } = createCodeChoice()
  t.equal(choose(['A', 'B'], 0), null)
  t.equal(choose(['B', 'A'], 100), null)
  t.equal(choose(['A', 'A'], 200), 'A', 'twice the same is one')
  t.equal(choose(['B', 'A'], 300), 'B')
})

t.test('it remembers so many codes and no more', async t => {
  const { choose } = createCodeChoice()
  for (let i = 0; i <= codesSeenMax; i++) t.equal(choose([`CODE ${i}`], i), `CODE ${i}`)
  t.equal(choose(['CODE 1'], 100), null)
  t.equal(choose(['CODE 0'], 100), 'CODE 0', 'the oldest was forgotten')
})
