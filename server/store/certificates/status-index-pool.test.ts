/** Places by the block, on each engine: nobody gets another's, and a full list gives way to the next. */
import { LIST_ENTRIES } from '../../limits.ts'
import { onEachEngine } from '../../testing/engines.ts'
import { openDatabase } from '../engine/engines.ts'
import { PLACES_AT_ONCE, PLACES_LOW } from '../engine/limits.ts'
import { createPlaces } from './status-index-pool.ts'

const NOON = Date.UTC(2026, 4, 20, 4)
const DAY_MS = 86_400_000

await onEachEngine(async (t, newPlace) => {
  const db = await openDatabase(await newPlace())
  t.teardown(() => db.destroy())
  const listsOf = async () =>
    (
      await db.selectFrom('status_lists').select(['number', 'next']).orderBy('number').execute()
    ).map(({ number, next }) => [number, next])

  await t.test('two replicas at once: each place once, two blocks fetched each', async t => {
    const replicas = [createPlaces(db), createPlaces(db)]
    const wanted = Array.from({ length: 2 * (PLACES_AT_ONCE + 1) }, (_, i) => replicas[i % 2])
    const places = await Promise.all(wanted.map(one => one?.take(NOON)))
    const told = new Set(places.map(place => `${place?.list} ${place?.index}`))
    t.equal(told.size, wanted.length)
    t.same(await listsOf(), [[1, 4 * PLACES_AT_ONCE]])
  })

  await t.test('the next block is fetched ahead of need, one at a time', async t => {
    await db.updateTable('status_lists').set({ next: 0 }).execute()
    const places = createPlaces(db)
    for (let i = 0; i < PLACES_AT_ONCE - PLACES_LOW; i++) await places.take(NOON)
    t.same(await listsOf(), [[1, PLACES_AT_ONCE]], 'enough is left')
    const told = new Set([await places.take(NOON), await places.take(NOON)])
    // Asked for over another connection than it is fetched with.
    for (let i = 0; i < 1000 && (await listsOf())[0]?.[1] === PLACES_AT_ONCE; i++);
    t.same(await listsOf(), [[1, 2 * PLACES_AT_ONCE]])
    while (told.size < PLACES_AT_ONCE) told.add(await places.take(NOON))
    t.equal(new Set([...told].map(place => place.index)).size, PLACES_AT_ONCE)
  })

  await t.test('a list with less than a block left gives what it has', async t => {
    await db
      .updateTable('status_lists')
      .set({ next: LIST_ENTRIES - 3 })
      .execute()
    const places = createPlaces(db)
    const lists: number[] = []
    for (let i = 0; i < 4; i++) lists.push((await places.take(NOON)).list)
    t.same(lists, [1, 1, 1, 2])
  })

  await t.test('another day has lists of its own', async t => {
    const places = createPlaces(db)
    const today = await places.take(NOON)
    const tomorrow = await places.take(NOON + DAY_MS)
    t.not(tomorrow.list, today.list)
    t.equal((await places.take(NOON)).list, today.list, 'also when a clock goes back')
  })
})
