/** What the embedded ticketing promises, on each engine alike. */
import type { Test } from 'tap'
import { lifeFrom } from '../domain/certificate.ts'
import { dayStart } from '../domain/ticket.ts'
import { Problem } from '../errors.ts'
import { RATES, TICKETS_SHOWN_MAX, TRAINS_FOUND_MAX } from '../limits.ts'
import { createSecrets } from '../secrets.ts'
import { endCertificate, takeActivePlace } from '../store/certificates/certificates.ts'
import { takePlace } from '../store/certificates/status.ts'
import { openDatabase } from '../store/engine/engines.ts'
import { transact } from '../store/engine/transact.ts'
import { savePerson } from '../store/people/people.ts'
import type { Database } from '../store/schema/schema.ts'
import { onEachEngine } from '../testing/engines.ts'
import { dailyTrain, importTimetable, TIMETABLE } from '../testing/timetable.ts'
import { embeddedTickets } from './embedded.ts'

const DAY = '2026-05-20'
/** Noon in Shanghai. */
const NOON = dayStart(DAY) + 12 * 3600_000
const SPAN = { sinceMs: NOON - 12 * 3600_000, untilMs: NOON + 24 * 3600_000 }
const secrets = createSecrets(new Uint8Array(32).fill(1))
const G3 = { train: 'G3', from: 'north', to: 'south', day: DAY }
const G4 = { ...G3, train: 'G4' }

const times = <T>(n: number, work: (i: number) => Promise<T>) =>
  Promise.all(Array.from({ length: n }, (_, i) => work(i)))

/** The code of a problem, or what was given. */
const codeOf = <T>(work: Promise<T>) =>
  work.catch((error: unknown) => {
    if (error instanceof Problem) return error.code
    throw error
  })

/** A certificate that runs from now, without the way through the window. */
async function certify(db: Database, person: string, id: string, now: number) {
  const life = lifeFrom(now)
  await transact(db, async tx => {
    const place = await takePlace(tx, now)
    await takeActivePlace(tx, person, id, life.validUntil, now)
    const window = { valid_from: life.validFrom, valid_until: life.validUntil }
    const rest = { ended_at: null, end_reason: null, device_key: null, holder_key: null }
    await tx
      .insertInto('certificates')
      .values({
        id,
        person,
        channel: 'desk',
        list: place.list,
        status_index: place.index,
        ...window,
        ...rest,
      })
      .execute()
  })
}

await onEachEngine(async (t, newPlace, postgres) => {
  /** A service's database with the timetable; `replicas` ticketings over one database. */
  const open = async (t: Test) => {
    const place = await newPlace()
    const first = await openDatabase(place)
    t.teardown(() => first.destroy())
    await importTimetable(first)
    const second = postgres === undefined ? first : await openDatabase(place)
    if (second !== first) t.teardown(() => second.destroy())
    const clock = { time: NOON, now: () => clock.time }
    const [a, b] = [first, second].map(db => embeddedTickets({ db, clock }))
    if (a === undefined || b === undefined) throw new Error('two replicas')
    let documents = 0
    const person = async () => {
      const identity = {
        name: 'AB',
        documentType: 'passport',
        documentNumber: `E${++documents}`,
      } as const
      const saved = await transact(first, tx => savePerson(tx, secrets, identity, clock.time))
      return { person: saved.id, by: 'staff-1' }
    }
    const boardings = async (station: string) =>
      (await transact(first, tx => a.boardings(tx, station, SPAN, 100))).map(
        ({ cti, train }) => `${cti} ${train}`,
      )
    return { db: first, clock, a, b, person, boardings }
  }

  await t.test('sold, shown, refunded; nothing twice', async t => {
    const { a, clock, db, person } = await open(t)
    const who = await person()
    const sold = await a.sell({ ...G3, seatClass: 'second', price: 55_300 }, who)
    t.match(sold, {
      ...G3,
      state: 'sold',
      departsAt: NOON + 4 * 3600_000,
      arrivesAt: NOON + 5 * 3600_000,
      seatClass: 'second',
      price: 55_300,
      replaces: null,
      soldAt: NOON,
      endedAt: null,
    })
    t.equal(await codeOf(a.sell(G3, who)), 'TICKET_HELD')
    const held = await a.sell(G3, who).catch((error: Problem) => error.extra)
    t.same(held, { ticket: sold.id })
    t.same(await a.of(who.person), [sold])
    clock.time += 1000
    const refunded = await a.refund(sold.id, who)
    t.match(refunded, { state: 'refunded', endedAt: NOON + 1000 })
    t.same(await a.of(who.person), [refunded])
    t.equal(await codeOf(a.refund(sold.id, who)), 'TICKET_ENDED')
    clock.time += 1
    t.match(await a.sell(G3, who), { state: 'sold' }, 'and sold anew')
    const audit = await db.selectFrom('audit').selectAll().orderBy('id').execute()
    const way = { train: 'G3', day: DAY, from: 'north', to: 'south' }
    t.same(
      audit.map(row => [row.actor, row.action, JSON.parse(row.detail)]),
      ['sell', 'refund', 'sell'].map(act => ['staff:staff-1', `ticket.${act}`, way]),
    )
    t.equal(audit[0]?.subject, sold.id)
  })

  await t.test('what is not sold, and leaves nothing behind', async t => {
    const { a, clock, person } = await open(t)
    const who = await person()
    const rows: [string, object, string][] = [
      ['no such train', { train: 'X1' }, 'TRAIN_UNKNOWN'],
      ['a station it does not serve', { to: 'east' }, 'NOT_SERVED'],
      ['backwards', { from: 'south', to: 'north' }, 'NOT_SERVED'],
      ['yesterday', { day: '2026-05-19' }, 'TRAIN_DEPARTED'],
      ['too far ahead', { day: '2026-06-05' }, 'SALE_NOT_OPEN'],
    ]
    for (const [what, over, code] of rows) {
      t.equal(await codeOf(a.sell({ ...G3, ...over }, who)), code, what)
    }
    clock.time = NOON + 4 * 3600_000
    t.equal(await codeOf(a.sell(G3, who)), 'TRAIN_DEPARTED', 'the moment it leaves')
    clock.time -= 1
    t.match(await a.sell(G3, who), { state: 'sold' }, 'and the moment before')
    clock.time += 1
    const [held] = await a.of(who.person)
    t.equal(await codeOf(a.refund(held?.id ?? '', who)), 'TRAIN_DEPARTED')
    t.equal(await codeOf(a.change(held?.id ?? '', G4, who)), 'TRAIN_DEPARTED')
    t.equal((await a.of(who.person)).length, 1)
  })

  await t.test('a change is a refund and a sale, both or neither, and once', async t => {
    const { a, person } = await open(t)
    const who = await person()
    const first = await a.sell(G3, who)
    for (const [order, code] of [
      [{ ...G4, train: 'X1' }, 'TRAIN_UNKNOWN'],
      [{ ...G4, day: '2026-06-05' }, 'SALE_NOT_OPEN'],
    ] as const) {
      t.equal(await codeOf(a.change(first.id, order, who)), code)
      t.match(await a.of(who.person), [{ id: first.id, state: 'sold' }], 'it stays')
    }
    const second = await a.change(first.id, G4, who)
    t.match(second, { train: 'G4', state: 'sold', replaces: first.id })
    t.match(await a.of(who.person), [second, { id: first.id, state: 'changed' }])
    t.equal(await codeOf(a.change(second.id, G3, who)), 'CHANGED_BEFORE')
    t.equal(await codeOf(a.change(first.id, G3, who)), 'TICKET_ENDED')
    const other = await a.sell({ ...G3, day: '2026-05-21' }, who)
    t.equal(await codeOf(a.change(other.id, G4, who)), 'TICKET_HELD', 'of that train and day')
    t.match(await a.change(other.id, { ...G3, day: '2026-05-21', seatClass: 'first' }, who), {
      train: 'G3',
      seatClass: 'first',
    })
    t.match(await a.refund(second.id, who), { state: 'refunded' })
  })

  await t.test('another person’s ticket is unknown', async t => {
    const { a, person } = await open(t)
    const [one, other] = [await person(), await person()]
    const sold = await a.sell(G3, one)
    t.equal(await codeOf(a.refund(sold.id, other)), 'TICKET_UNKNOWN')
    t.equal(await codeOf(a.change(sold.id, G4, other)), 'TICKET_UNKNOWN')
    t.equal(await codeOf(a.refund('0'.repeat(32), one)), 'TICKET_UNKNOWN')
    t.same(await a.of(other.person), [])
    t.match(await a.of(one.person), [{ state: 'sold' }])
  })

  await t.test('however many ask two replicas at once: one sale, one end', async t => {
    const { a, b, db, person } = await open(t)
    const who = await person()
    const at = (i: number) => (i % 2 === 0 ? a : b)
    const sales = await times(12, i => codeOf(at(i).sell(G3, who)))
    const sold = sales.filter(one => typeof one === 'object')
    t.equal(sold.length, 1)
    t.equal(sales.filter(one => one === 'TICKET_HELD').length, 11)
    const id = (sold[0] as { id: string }).id
    const ends = await times(12, i =>
      codeOf(i % 3 === 0 ? at(i).change(id, G4, who) : at(i).refund(id, who)),
    )
    t.equal(ends.filter(one => typeof one === 'object').length, 1)
    t.equal(ends.filter(one => one === 'TICKET_ENDED').length, 11)
    const rows = await db.selectFrom('tickets').selectAll().execute()
    const changed = rows.some(row => row.state === 'changed')
    t.equal(rows.length, changed ? 2 : 1)
    t.equal(rows.filter(row => row.state === 'sold').length, changed ? 1 : 0)
  })

  await t.test('so many an hour and person', async t => {
    const { a, clock, person } = await open(t)
    const who = await person()
    for (let i = 0; i < RATES.ticket.max; i++) await a.refund((await a.sell(G3, who)).id, who)
    t.equal(await codeOf(a.sell(G3, who)), 'RATE_LIMITED')
    t.match(await a.sell(G3, await person()), { state: 'sold' })
    clock.time += RATES.ticket.windowMs
    t.match(await a.sell(G3, who), { state: 'sold' })
  })

  await t.test('trains of a day that have not left, and no more than are shown', async t => {
    const { a, clock, db } = await open(t)
    const found = async (from = 'north', day = DAY) =>
      (await a.trips({ from, to: 'south', day })).map(trip => trip.train)
    t.same(await found(), ['G1', 'G2', 'G3', 'G4', 'G5', 'G6'])
    clock.time = NOON + 2 * 3600_000
    t.same(await found(), ['G3', 'G4', 'G5', 'G6'], 'the one that leaves now has left')
    t.same(await found('east', '2026-05-21'), ['E1'])
    t.same(await found('south'), [])
    const many = Array.from({ length: TRAINS_FOUND_MAX + 1 }, (_, i) =>
      dailyTrain(`K${i}`, 'north', 'south', '23:00'),
    )
    await importTimetable(db, { ...TIMETABLE, trains: many })
    t.equal((await found()).length, TRAINS_FOUND_MAX)
    t.same(await a.stations(), [
      { name: 'east', title: 'east' },
      { name: 'north', title: 'north' },
      { name: 'south', title: 'south' },
    ])
    t.equal(await a.serves(db, 'north'), true)
    t.equal(await a.serves(db, 'west'), false)
  })

  await t.test('no more tickets are shown than that', async t => {
    const { a, db, person } = await open(t)
    const who = await person()
    const sold = await a.sell(G3, who)
    const row = await db.selectFrom('tickets').selectAll().executeTakeFirstOrThrow()
    const copies = Array.from({ length: TICKETS_SHOWN_MAX }, (_, i) => ({
      ...row,
      id: String(i).padStart(32, '0'),
      state: 'refunded' as const,
      departs_at: row.departs_at - 1 - i,
    }))
    await db.insertInto('tickets').values(copies).execute()
    const shown = await a.of(who.person)
    t.equal(shown.length, TICKETS_SHOWN_MAX)
    t.equal(shown[0]?.id, sold.id)
  })

  await t.test(
    'who boards: by the certificate that runs, which takes the tickets along',
    async t => {
      const { a, boardings, clock, db, person } = await open(t)
      const [one, other, without] = [await person(), await person(), await person()]
      const [first, second, third] = ['1', '2', '3'].map(digit => digit.repeat(32)) as [
        string,
        string,
        string,
      ]
      await certify(db, one.person, first, NOON)
      await certify(db, other.person, second, NOON)
      const ticket = await a.sell(G3, one)
      await a.sell(G4, one)
      await a.sell({ ...G3, train: 'E1', from: 'east' }, other)
      await a.sell(G3, without)
      t.same(await boardings('north'), [`${first} G4`, `${first} G3`])
      t.same(await boardings('east'), [`${second} E1`])
      t.same(await boardings('south'), [])
      const elsewhere = (station: string, limit = 9) =>
        transact(db, tx => a.elsewhere(tx, station, SPAN, limit))
      t.same(await elsewhere('north'), [second])
      t.same(await elsewhere('south'), [second, first], 'the first to leave first')
      t.same(await elsewhere('south', 1), [second])

      await transact(db, tx => endCertificate(tx, first, 'replaced', NOON))
      t.same(await boardings('north'), [], 'no certificate, no boarding')
      await certify(db, one.person, third, NOON)
      t.same(await boardings('north'), [`${third} G4`, `${third} G3`], 'the new one has them')
      await a.refund(ticket.id, one)
      t.same(await boardings('north'), [`${third} G4`])
      clock.time = NOON + 24 * 3600_000
      t.same(await boardings('north'), [], 'expired')
    },
  )
})
