import t from 'tap'
import type { ControlEvent } from '../contract/control-status.ts'
import { SUBSCRIBERS_MAX, SUBSCRIPTION_EVENTS, SUBSCRIPTION_EVENTS_MAX } from '../limits.ts'
import { createEventHub } from './control-events.ts'

const row = (at: number, lane = 'A'): ControlEvent => ({
  ...{ type: 'row', at, lane, kind: 'scan', body: {} },
})
const turn = () => new Promise<void>(resolve => queueMicrotask(resolve))

t.test('a slow subscriber loses the oldest, and is told how many', async t => {
  const hub = createEventHub(what => t.fail(what))
  let ready = 0
  const two = hub.subscribe({ max: 2 }, () => void ready++)
  for (const at of [1, 2, 3, 4, 5]) hub.emit(row(at))
  t.equal(ready, 0, 'never from within what caused it')
  await turn()
  t.equal(ready, 1)
  t.match(two?.take(), { events: [{ at: 4 }, { at: 5 }], lost: 3 })
  hub.emit(row(6))
  await turn()
  t.equal(ready, 2, 'called anew after it took')
  t.match(two?.take(), { events: [{ at: 6 }], lost: 0 })
})

t.test('queues are bounded whatever is asked for', async t => {
  for (const [max, room] of [
    [undefined, SUBSCRIPTION_EVENTS],
    [0, 1],
    [SUBSCRIPTION_EVENTS_MAX, SUBSCRIPTION_EVENTS_MAX],
    [SUBSCRIPTION_EVENTS_MAX + 1, SUBSCRIPTION_EVENTS_MAX],
    [Number.NaN, SUBSCRIPTION_EVENTS],
  ] as const) {
    const hub = createEventHub(what => t.fail(what))
    const one = hub.subscribe({ ...(max !== undefined && { max }) }, () => {})
    for (let at = 0; at < SUBSCRIPTION_EVENTS_MAX + 5; at++) hub.emit(row(at))
    t.equal(one?.take().events.length, room, String(max))
  }
})

t.test('so many subscribers; one that closed makes room', async t => {
  const hub = createEventHub(what => t.fail(what))
  const all = Array.from({ length: SUBSCRIBERS_MAX }, () => hub.subscribe({}, () => {}))
  t.notOk(all.includes(undefined))
  t.equal(
    hub.subscribe({}, () => {}),
    undefined,
  )
  all[0]?.close()
  t.ok(hub.subscribe({}, () => {}))
})

t.test('what one wants; a listener that throws is told, and nobody else is kept', async t => {
  const faults: string[] = []
  const hub = createEventHub(what => faults.push(what))
  hub.subscribe({}, () => {
    throw new Error('broken')
  })
  const devices = hub.subscribe({ kinds: ['device'], lane: 'B' }, () => {})
  hub.emit(row(1, 'B'))
  const device = { type: 'device', at: 2, device: 'b', state: 'lost', code: null } as const
  hub.emit({ ...device, lane: 'A' })
  hub.emit({ ...device, lane: 'B' })
  await turn()
  t.match(devices?.take(), { events: [{ lane: 'B', type: 'device' }], lost: 0 })
  t.same(faults, ['a subscriber failed'])
})
