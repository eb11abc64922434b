import t from 'tap'
import { hashOf, type Place, placeOf } from './place.ts'

t.test('each place has an address, and is found by it', async t => {
  const places: readonly Place[] = [
    ...([{ at: 'gates' }, { at: 'enrol' }, { at: 'trust' }, { at: 'audit' }] as const),
    { at: 'gate', gate: 'north-1', part: 'state' },
    { at: 'gate', gate: 'north-1', part: 'journal' },
    { at: 'gate', gate: 'a/b %', part: 'config' },
  ]
  for (const place of places) t.same(placeOf(hashOf(place)), place, hashOf(place))
})

t.test('whatever is no address of ours is the list of gates', async t => {
  for (const hash of ['', '#', '#/', '#/nothing', '#/gates/', '#gates']) {
    t.same(placeOf(hash), { at: 'gates' }, hash)
  }
  t.match(placeOf('#/gates/%E0%A4%A/zzz'), { at: 'gate', gate: '%E0%A4%A', part: 'state' })
})
