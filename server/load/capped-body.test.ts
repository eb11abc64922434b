import t from 'tap'
import { readCapped } from './capped-body.ts'

const bodyOf = (...sizes: number[]) =>
  new Response(ReadableStream.from(sizes.map(size => new Uint8Array(size).fill(size)))).body

t.test('all of it up to the maximum, nothing one over', async t => {
  t.same(await readCapped(bodyOf(2, 3), 5), Buffer.from([2, 2, 3, 3, 3]))
  t.equal(await readCapped(bodyOf(2, 3), 4), undefined)
  t.same(await readCapped(null, 4), Buffer.alloc(0))
})

t.test('what is too long is not read to its end', async t => {
  let given = 0
  async function* endless() {
    for (;;) {
      given += 1
      yield new Uint8Array(10)
    }
  }
  t.equal(await readCapped(endless(), 25), undefined)
  t.equal(given, 3)
})
