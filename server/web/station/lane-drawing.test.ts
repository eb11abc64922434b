import t from 'tap'
import { activeOf, armsOf, isActive, lampsOf, turningWay, xOf } from './lane-drawing.ts'
import type { BodyState, LanePlan, LaneState } from './protocol.ts'

const plan = (names: readonly (readonly [string, 'output' | 'opens' | 'closes'])[]): LanePlan => ({
  ...{ name: 'A', direction: 'entry', profile: 'flap', beams: [], readerAt: -1.35 },
  pins: names.map(([name, wiring], i) => ({ name, wiring, pin: i + 2 })),
})

t.test('a contact is active by its wiring, an output while it is high', t => {
  const pin = { name: 'fire', pin: 12 }
  t.equal(isActive({ ...pin, wiring: 'opens' }, true), true)
  t.equal(isActive({ ...pin, wiring: 'closes' }, true), false)
  t.equal(isActive({ ...pin, wiring: 'closes' }, false), true)
  t.equal(isActive({ ...pin, wiring: 'output' }, true), true)
  t.equal(activeOf(plan([['beamA', 'opens']]), '1', 'beamA'), true)
  t.equal(activeOf(plan([['beamA', 'opens']]), '1', 'beamZ'), false)
  t.end()
})

t.test('a board without a cross lights it while the arrow is off', t => {
  const flap = plan([['arrow', 'output']])
  t.same(lampsOf(flap, '0'), { arrow: false, cross: true, amber: false })
  t.same(lampsOf(flap, '1'), { arrow: true, cross: false, amber: false })
  const tripod = plan([
    ['arrow', 'output'],
    ['cross', 'output'],
    ['amber', 'output'],
  ])
  t.same(lampsOf(tripod, '000'), { arrow: false, cross: false, amber: false })
  t.same(lampsOf(tripod, '011'), { arrow: false, cross: true, amber: true })
  t.end()
})

t.test('an arm lies across the way at rest, and gives it free in the walking direction', t => {
  const [rest] = armsOf(0, 'entry')
  t.ok(rest && Math.abs(rest.x) < 1e-9 && rest.y > 80)
  for (const [way, sign] of [
    ['entry', 1],
    ['exit', -1],
  ] as const) {
    const [half] = armsOf(60, way)
    const [whole] = armsOf(120, way)
    t.ok(half && half.x * sign > 50, way)
    t.ok(whole && Math.abs(whole.y) < 1e-9, 'out of the way')
    const next = armsOf(120, way).find(({ x, y }) => Math.abs(x) < 1e-9 && y > 80)
    t.ok(next, 'the next one is in its place')
  }
  t.end()
})

t.test('the arm turns with who is at it', t => {
  const state = (bodies: Partial<BodyState>[]) => ({ bodies }) as unknown as LaneState
  t.equal(turningWay(plan([]), state([])), 'entry')
  t.equal(turningWay(plan([]), state([{ at: 0.2, way: 'exit' }])), 'exit')
  t.equal(turningWay(plan([]), state([{ at: 1.2, way: 'exit' }])), 'entry')
  t.end()
})

t.test('the barrier is in the middle, and metres are as long on both sides', t => {
  t.equal(xOf(0), 380)
  t.equal(xOf(0.7) - xOf(0), xOf(0) - xOf(-0.7))
  t.end()
})
