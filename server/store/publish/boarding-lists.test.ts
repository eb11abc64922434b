/** Which list holds a station, on each engine alike. */
import type { Test } from 'tap'
import {
  BOARDING_ELSEWHERE_EVERY_MS,
  BOARDING_LOOK_MS,
  BOARDING_SLOT_MS,
  OLD_BOARDING_MS,
} from '../../limits.ts'
import { type BoardingParts, lookAtBoarding } from '../../publish/boarding.ts'
import { onEachEngine } from '../../testing/engines.ts'
import { openDatabase } from '../engine/engines.ts'
import { lockFor } from '../engine/leases.ts'
import { transact } from '../engine/transact.ts'
import type { Boarding } from '../tickets/tickets.ts'
import { boardingListBytes, heldList } from './boarding-lists.ts'

const NOW = BOARDING_SLOT_MS * 1000
const TIMES = { opensMin: 180, closesMin: 3 }
const cti = (digit: string) => digit.repeat(32)

await onEachEngine(async (t, newPlace) => {
  /** A station's looks over a ticketing played by hand. */
  const open = async (t: Test) => {
    const db = await openDatabase(await newPlace())
    t.teardown(() => db.destroy())
    const sold: Boarding[] = []
    const others: string[] = []
    let asked = 0
    const tickets: BoardingParts['tickets'] = {
      boardings: async () => {
        asked += 1
        return [...sold]
      },
      elsewhere: async () => [...others],
    }
    const look = (now: number, station = 'north') =>
      transact(db, async tx => {
        await lockFor(tx, `station ${station}`)
        return lookAtBoarding(tx, { tickets, times: TIMES, now }, station)
      })
    return { db, sold, others, look, asked: () => asked }
  }
  const ticket = (digit: string) => ({ cti: cti(digit), train: 'G1', departsAt: NOW })

  await t.test('looked at once in a while, the same file while it says the same', async t => {
    const { db, sold, look, asked } = await open(t)
    const first = await look(NOW)
    t.same(await heldList(db, 'north'), first, 'what is kept is what was told')
    t.equal(first.length, (await boardingListBytes(db, 'north', first.sha256))?.length)
    sold.push(ticket('1'))
    t.same(await look(NOW + BOARDING_LOOK_MS - 1), first, 'not yet')
    t.equal(asked(), 1)
    const second = await look(NOW + BOARDING_LOOK_MS)
    t.not(second.sha256, first.sha256)
    t.equal(asked(), 2)
    const same = await look(NOW + 2 * BOARDING_LOOK_MS)
    t.match(same, { sha256: second.sha256, made_at: second.made_at })
    t.equal(same.looked_at, NOW + 2 * BOARDING_LOOK_MS)
    t.same(await heldList(db, 'north'), same)
    const back = await look(NOW + BOARDING_LOOK_MS)
    t.equal(back.looked_at, NOW + BOARDING_LOOK_MS, 'a clock that went back is no reason to wait')
  })

  await t.test(
    'other stations are looked at every five minutes, or with a change here',
    async t => {
      const { sold, others, look } = await open(t)
      const first = await look(NOW)
      others.push(cti('2'))
      t.equal((await look(NOW + BOARDING_ELSEWHERE_EVERY_MS - 1)).sha256, first.sha256)
      const second = await look(NOW + BOARDING_ELSEWHERE_EVERY_MS - 1 + BOARDING_LOOK_MS)
      t.not(second.sha256, first.sha256)
      others.push(cti('3'))
      sold.push(ticket('1'))
      const third = await look(second.looked_at + BOARDING_LOOK_MS)
      others.push(cti('4'))
      t.equal((await look(third.looked_at + BOARDING_LOOK_MS)).sha256, third.sha256)
    },
  )

  await t.test('a list that comes back holds again; others go after an hour', async t => {
    const { db, sold, look } = await open(t)
    const first = await look(NOW)
    sold.push(ticket('1'))
    const second = await look(NOW + 10_000)
    sold.pop()
    t.equal((await look(NOW + 20_000)).sha256, first.sha256)
    const kept = (sha256: string) => boardingListBytes(db, 'north', sha256)
    t.ok(await kept(second.sha256))
    t.equal(await boardingListBytes(db, 'south', second.sha256), undefined, 'not another station’s')
    sold.push(ticket('2'))
    await look(NOW + 20_000 + OLD_BOARDING_MS)
    t.ok(await kept(second.sha256), 'an hour')
    sold.push(ticket('3'))
    await look(NOW + 30_000 + OLD_BOARDING_MS)
    t.equal(await kept(second.sha256), undefined)
    t.ok(await kept(first.sha256), 'superseded just now')
  })

  await t.test('many at once, on each station: one list holds each', async t => {
    const { db, sold, look } = await open(t)
    sold.push(ticket('1'))
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, i) => look(NOW + i * BOARDING_LOOK_MS, i % 2 ? 'a' : 'b')),
    )
    t.equal(new Set(all.map(one => one.sha256)).size, 2)
    const rows = await db.selectFrom('boarding_lists').select('station').execute()
    t.same(rows.map(row => row.station).sort(), ['a', 'b'])
  })
})
