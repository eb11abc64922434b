import t from 'tap'
import { inGoes } from './goes.ts'

/** Goes that end when they are told to. */
function heldGoes(isOfOne = (_: unknown) => true, callers = 4, atOnce = 1) {
  const goes: { items: readonly string[]; end(failed?: Error): void }[] = []
  const take = inGoes<string, string>(
    items =>
      new Promise((resolve, reject) => {
        const end = (failed?: Error) => (failed ? reject(failed) : resolve(items.map(i => `${i}!`)))
        goes.push({ items, end })
      }),
    { callers, atOnce, isOfOne },
  )
  return { goes, take }
}

/** What is ended is heard of in one turn, and what follows begins in the next. */
async function turns(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise(resolve => setImmediate(resolve))
}

t.test('who comes in one turn goes together, and each has its own answer', async t => {
  const { goes, take } = heldGoes()
  const all = ['a', 'b', 'c'].map(take)
  await turns()
  t.same(goes[0]?.items, ['a', 'b', 'c'])
  goes[0]?.end()
  t.same(await Promise.all(all), ['a!', 'b!', 'c!'])
})

t.test('who comes while a go runs waits for the next; no more than fit in one', async t => {
  const { goes, take } = heldGoes()
  const first = take('a')
  await turns()
  const rest = ['b', 'c', 'd', 'e', 'f'].map(take)
  await turns()
  t.equal(goes.length, 1, 'one at a time')
  goes[0]?.end()
  t.equal(await first, 'a!')
  await turns()
  t.same(goes[1]?.items, ['b', 'c', 'd', 'e'])
  goes[1]?.end()
  await turns()
  t.same(goes[2]?.items, ['f'])
  goes[2]?.end()
  t.same(await Promise.all(rest), ['b!', 'c!', 'd!', 'e!', 'f!'])
})

t.test('two goes at a time, where that many are allowed', async t => {
  const { goes, take } = heldGoes(undefined, 4, 2)
  const all = [take('a')]
  await turns()
  all.push(take('b'))
  await turns()
  all.push(take('c'))
  await turns()
  t.same(
    goes.map(({ items }) => items),
    [['a'], ['b']],
  )
  for (const { end } of goes) end()
  await turns()
  t.same(goes[2]?.items, ['c'])
  goes[2]?.end()
  t.same(await Promise.all(all), ['a!', 'b!', 'c!'])
})

t.test('what one is at fault for is tried one by one: the others get theirs', async t => {
  const tried: (readonly string[])[] = []
  const take = inGoes<string, string>(
    async items => {
      tried.push(items)
      if (items.includes('bad')) throw new Error('bad')
      return items
    },
    { callers: 4, atOnce: 1, isOfOne: () => true },
  )
  const all = await Promise.allSettled(['a', 'bad', 'c'].map(take))
  t.same(tried, [['a', 'bad', 'c'], ['a'], ['bad'], ['c']])
  t.same(
    all.map(one => one.status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
})

t.test('what nobody is at fault for is everybody’s, and is not tried again', async t => {
  const { goes, take } = heldGoes(() => false)
  const all = ['a', 'b'].map(take)
  const settled = Promise.allSettled(all)
  await turns()
  goes[0]?.end(new Error('the disk is full'))
  t.same(
    (await settled).map(one => one.status),
    ['rejected', 'rejected'],
  )
  t.equal(goes.length, 1)
  const next = take('c')
  await turns()
  goes[1]?.end()
  t.equal(await next, 'c!', 'the next go is another')
})
