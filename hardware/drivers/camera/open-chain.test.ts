/** Which engine decodes. */
import t from 'tap'
import { lookLong } from './chain.ts'
import { openChain } from './open-chain.ts'
import type { Engine } from './picture.ts'
import { codeOn } from './testing/hand-source.ts'

const broken: Engine = {
  name: 'zxing',
  decode: () => {
    throw new Error('memory access out of bounds')
  },
}
const missing = () => Promise.reject(new Error('WebAssembly is not defined'))
const picture = codeOn('RP1:ABC', { width: 240, height: 240 })

t.test('auto falls back to jsQR at the start or later, and tells it once', async t => {
  for (const open of [missing, async () => broken]) {
    const said: string[] = []
    const chain = await openChain('auto', why => said.push(why), open)
    for (let i = 0; i < 2; i++) {
      t.match(lookLong(chain, picture), [{ text: 'RP1:ABC', engine: 'jsqr' }])
    }
    t.equal(chain.engine, 'jsqr')
    t.match(said, [/WebAssembly is not defined|out of bounds/])
    t.equal(said.length, 1)
  }
})

t.test('an engine that was chosen is that one or none', async t => {
  const never = () => t.fail('no fallback')
  await t.rejects(openChain('zxing', never, missing), /not defined/)
  const chain = await openChain('zxing', never, async () => broken)
  t.throws(() => chain.look('fast', picture, null), /out of bounds/)
  const jsqr = await openChain('jsqr', never, missing)
  t.match(lookLong(jsqr, picture), [{ text: 'RP1:ABC', engine: 'jsqr' }])
})
