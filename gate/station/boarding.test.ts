/** The list at hand: what is taken over, what leaves the last good one, and how old it is said to be. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import t from 'tap'
import { createVirtualTime, settle } from '../../fixtures/clock.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { type BoardingContents, encodeBoardingList } from '../../pass/documents/boarding.ts'
import type { StationManifest } from '../../pass/documents/station.ts'
import { BOARDING_BYTES_MAX } from '../../pass/limits.ts'
import { BOARDING_ASK_MS, BOARDING_ASKS_MAX, BOARDING_RETRY_MS, TICKET_HARD_MS } from '../limits.ts'
import { createBoardingKeeper } from './boarding.ts'
import type { StationDocument, StationOutcome } from './keeper.ts'
import { createShelf } from './shelf.ts'

const NOW = 1_770_000_000
const cti = (n: number) => new Uint8Array(16).fill(n)
const bytesOf = (numbers: readonly number[], over: Partial<BoardingContents> = {}) =>
  encodeBoardingList({
    station: 'north',
    tickets: numbers.map(n => ({
      cti: cti(n),
      train: { number: `G${n}`, from: NOW, until: NOW + 60 },
    })),
    elsewhere: [],
    ...over,
  })
const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest())

/** A station played by hand: what its manifest names, and what lies at the service. */
function stationByHand(folder?: string) {
  const time = createVirtualTime(NOW * 1000)
  const listeners = new Set<() => void>()
  const files = new Map<string, StationDocument>()
  const shelf = folder === undefined ? undefined : createShelf(join(folder, 'station'))
  const asked: string[] = []
  const told: string[] = []
  const kept: string[][] = []
  let manifest: StationManifest | undefined
  let wait: Promise<void> | undefined
  const polled: (number | undefined)[] = []
  let poll = (): StationOutcome => 'UNCHANGED'
  const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
  const keeper = () =>
    createBoardingKeeper({
      enrolment: { gate: 'north-1', station: 'north' },
      timers: time.timers,
      onOutcome: outcome => told.push(outcome.code),
      station: {
        current: () => manifest && { manifest, ageMs: time.clock.nowMs() - manifest.iat * 1000 },
        onChanged(listener) {
          listeners.add(listener)
          return () => listeners.delete(listener)
        },
        async document(path, hash) {
          asked.push(path)
          await wait
          const known = await shelf?.read(hexOf(hash))
          if (known !== undefined) return { ok: true, bytes: known }
          const found = files.get(hexOf(hash)) ?? { ok: false, code: 'NETWORK' as const }
          if (found.ok) await shelf?.write(hexOf(hash), found.bytes)
          return found
        },
        keepOnly: async documents => void kept.push(documents.map(hexOf)),
        async pollNow(asOf) {
          polled.push(asOf)
          return poll()
        },
      },
    })
  const tell = () => {
    for (const listener of listeners) listener()
  }
  return {
    time,
    keeper,
    asked,
    told,
    kept,
    polled,
    listeners,
    /** What the service has under the list's hash; else the list itself. */
    serve(bytes: Uint8Array, answer: StationDocument = { ok: true, bytes }) {
      files.set(hexOf(sha256(bytes)), answer)
    },
    /** A manifest signed now that names it. */
    name(bytes: Uint8Array | undefined, more: Partial<StationManifest> = {}) {
      const iat = Math.floor(time.clock.nowMs() / 1000)
      const boarding = bytes && { asOf: iat, length: bytes.length, sha256: sha256(bytes) }
      const dates = { version: iat, trustVersion: 1, iat, exp: iat + 86_400 }
      manifest = { ...dates, station: 'north', gates: [], ...(boarding && { boarding }), ...more }
      tell()
    },
    forget() {
      manifest = undefined
      tell()
    },
    /** What the service answers when it is asked out of turn. */
    answer(next: () => StationOutcome) {
      poll = next
    },
    hold(until: Promise<void>) {
      wait = until
    },
  }
}

t.test('a list that is named is fetched once; what is at hand says what it says', async t => {
  const station = stationByHand()
  const keeper = station.keeper()
  t.equal(keeper.view(), undefined)
  const bytes = bytesOf([1, 2])
  station.serve(bytes)
  station.name(bytes)
  await keeper.settled()
  const hex = Buffer.from(sha256(bytes)).toString('hex')
  t.same(station.asked, [`/v1/gates/north-1/boarding/${hex}`])
  t.same(station.kept, [[hex]])
  t.match(keeper.view(), { asOf: NOW, fresh: true })
  t.equal(keeper.view()?.trains(cti(2))[0]?.number, 'G2')
  t.same(keeper.view()?.trains(cti(3)), [])
  t.equal(keeper.view()?.elsewhere(cti(2)), false)
  station.time.advance(60_000)
  station.name(bytes)
  await keeper.settled()
  t.match(keeper.view(), { asOf: NOW + 60, fresh: true }, 'it still holds')
  t.equal(station.asked.length, 1)
})

t.test('on disk stay the list, the one before it, and what else the manifest names', async t => {
  const station = stationByHand()
  const keeper = station.keeper()
  const [first, second] = [bytesOf([1]), bytesOf([2])]
  const config = { gate: 'north-1', revision: 1, sha256: new Uint8Array(32).fill(5), length: 9 }
  for (const bytes of [first, second]) {
    station.serve(bytes)
    station.name(bytes, { configs: [config] })
    await keeper.settled()
  }
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
  t.same(station.kept.at(-1), [sha256(second), sha256(first), config.sha256].map(hex))
})

t.test('15 minutes after the manifest it is no longer fresh', async t => {
  const station = stationByHand()
  const keeper = station.keeper()
  const bytes = bytesOf([1])
  station.serve(bytes)
  station.name(bytes)
  await keeper.settled()
  station.time.advance(TICKET_HARD_MS - 1)
  t.equal(keeper.view()?.fresh, true)
  station.time.advance(1)
  t.equal(keeper.view()?.fresh, false)
  station.name(bytes)
  t.equal(keeper.view()?.fresh, true)
})

t.test('what can not be had or read leaves the last good one, and is tried again', async t => {
  const foreign = bytesOf([9], { station: 'south' })
  const long = new Uint8Array(BOARDING_BYTES_MAX + 1)
  const junk = new Uint8Array([1, 2, 3])
  const next = bytesOf([2])
  const rows: [string, Uint8Array, StationDocument | undefined][] = [
    ['NETWORK', next, { ok: false, code: 'NETWORK' }],
    ['TIMEOUT', next, { ok: false, code: 'TIMEOUT' }],
    ['HASH', next, { ok: false, code: 'HASH' }],
    ['LENGTH', long, undefined],
    ['MALFORMED', junk, undefined],
    ['OTHER_STATION', foreign, undefined],
  ]
  for (const [code, bytes, answer] of rows) {
    const station = stationByHand()
    const keeper = station.keeper()
    const good = bytesOf([1])
    station.serve(good)
    station.name(good)
    await keeper.settled()
    station.time.advance(60_000)
    station.serve(bytes, answer)
    station.name(bytes)
    await keeper.settled()
    t.same(station.told, ['UPDATED', code])
    t.match(keeper.view(), { asOf: NOW, fresh: true }, `${code}: as it was named last`)
    t.equal(keeper.view()?.trains(cti(1)).length, 1, code)
    station.time.advance(TICKET_HARD_MS - 60_000)
    await keeper.settled()
    station.name(bytes)
    t.equal(
      keeper.view()?.fresh,
      false,
      `${code}: a manifest that names another makes it no younger`,
    )
    station.serve(next)
    station.name(next)
    await keeper.settled()
    t.match(
      keeper.view(),
      { asOf: NOW + TICKET_HARD_MS / 1000, fresh: true },
      `${code}: then it is had`,
    )
    t.equal(keeper.view()?.trains(cti(2)).length, 1)
    await keeper.close()
    t.equal(station.time.pending(), 0)
  }
})

t.test('tried again by itself, without another manifest', async t => {
  const station = stationByHand()
  const keeper = station.keeper()
  const bytes = bytesOf([1])
  station.name(bytes)
  await keeper.settled()
  t.equal(keeper.view(), undefined)
  station.serve(bytes)
  station.time.advance(BOARDING_RETRY_MS - 1)
  await settle()
  t.equal(station.asked.length, 1)
  station.time.advance(1)
  await keeper.settled()
  t.match(keeper.view(), { fresh: true })
})

t.test('named anew while one is on its way: the newest is what stays', async t => {
  const station = stationByHand()
  const keeper = station.keeper()
  const [first, second] = [bytesOf([1]), bytesOf([2])]
  station.serve(first)
  station.serve(second)
  const go = Promise.withResolvers<void>()
  station.hold(go.promise)
  station.name(first)
  station.time.advance(10_000)
  station.name(second)
  go.resolve()
  await keeper.settled()
  t.equal(station.asked.length, 2)
  t.equal(keeper.view()?.trains(cti(2)).length, 1)
  t.equal(keeper.view()?.asOf, NOW + 10)
})

t.test('none where no tickets are known, or no manifest binds', async t => {
  const station = stationByHand()
  const keeper = station.keeper()
  const bytes = bytesOf([1])
  station.serve(bytes)
  station.name(bytes)
  await keeper.settled()
  station.name(undefined)
  t.equal(keeper.view(), undefined)
  station.name(bytes)
  t.ok(keeper.view())
  station.forget()
  t.equal(keeper.view(), undefined)
})

t.test('a start without a network has it from disk', async t => {
  const folder = tempDir()
  const station = stationByHand(folder)
  const bytes = bytesOf([1])
  station.serve(bytes)
  station.name(bytes)
  const before = station.keeper()
  await before.settled()
  await before.close()
  t.equal(station.listeners.size, 0)
  station.serve(bytes, { ok: false, code: 'NETWORK' })
  const after = station.keeper()
  await after.settled()
  t.equal(after.view()?.trains(cti(1)).length, 1)
})

t.test(
  'for a pass that is younger, a list is asked for until one holds, and not for ever',
  async t => {
    const station = stationByHand()
    const keeper = station.keeper()
    const bytes = bytesOf([1])
    station.serve(bytes)
    station.name(bytes)
    await keeper.settled()
    keeper.want(NOW - 1)
    t.same(station.polled, [], 'the list at hand knows that one')

    const wait = async () => {
      station.time.advance(BOARDING_ASK_MS)
      await settle(5)
    }
    keeper.want(NOW)
    keeper.want(NOW)
    await settle(5)
    t.same(station.polled, [NOW + 1], 'at once, and once for both')
    station.answer(() => {
      station.name(bytes)
      return 'UPDATED'
    })
    await wait()
    t.same(station.polled, [NOW + 1, NOW + 1])
    t.match(keeper.view(), { asOf: NOW + 2 })
    await wait()
    t.equal(station.polled.length, 2, 'it holds')

    station.answer(() => 'UNCHANGED')
    keeper.want(NOW + 100)
    for (let i = 0; i < 9; i++) await wait()
    t.equal(station.polled.length, 2 + BOARDING_ASKS_MAX, 'a service that can’t say is left alone')
    station.answer(() => 'NETWORK')
    keeper.want(NOW + 100)
    for (let i = 0; i < 9; i++) await wait()
    t.equal(station.polled.length, 3 + BOARDING_ASKS_MAX, 'and one that does not answer')
    await keeper.close()
    keeper.want(NOW + 100)
    t.equal(station.polled.length, 3 + BOARDING_ASKS_MAX)
  },
)

t.test('a key that leaves trust takes along its list, also one that is under way', async t => {
  const station = stationByHand()
  const keeper = station.keeper()
  const [theirs, ours] = [bytesOf([1]), bytesOf([2])]
  station.serve(theirs)
  station.serve(ours, { ok: false, code: 'NETWORK' })
  station.name(theirs)
  await keeper.settled()
  t.ok(keeper.view()?.trains(cti(1))[0])
  station.forget()
  station.name(ours)
  await keeper.settled()
  t.equal(keeper.view(), undefined, 'what the lost key named vouches for nobody any more')

  const arrives = Promise.withResolvers<void>()
  const again = stationByHand()
  const second = again.keeper()
  again.hold(arrives.promise)
  again.serve(theirs)
  again.name(theirs)
  again.forget()
  again.serve(ours, { ok: false, code: 'NETWORK' })
  again.name(ours)
  arrives.resolve()
  await second.settled()
  t.equal(second.view(), undefined, 'nor does it when it arrives later')
  await keeper.close()
  await second.close()
})
