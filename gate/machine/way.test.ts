import t from 'tap'
import { CLEAR_WAY, type MachineSettings, type Way } from './state.ts'
import { beamChanged, beamCleared, betweenOver, countAnew, isClear, type WayStep } from './way.ts'

const settings = { profile: 'flap', joinMs: 60, stuckMs: 60_000 } as MachineSettings

/** `C+` interrupted, `C-` free and cleared, `C~` free for less than a person's gap, `?` time is up. */
function walk(...steps: string[]): { way: Way; said: string[]; waits: string[] } {
  let way = CLEAR_WAY
  const said: string[] = []
  let waits: string[] = []
  const take = (step: WayStep) => {
    way = step.way
    for (const { what, direction, nth } of step.events) said.push(`${what} ${direction} ${nth}`)
    for (const effect of step.effects) {
      if (effect.type === 'deadline') waits = [...waits, effect.name]
      if (effect.type === 'cancel') waits = waits.filter(name => name !== effect.name)
    }
  }
  for (const step of steps) {
    if (step === '?') {
      take(betweenOver(way))
      continue
    }
    const beam = step.startsWith('C') ? 'beamC' : 'beamD'
    take(beamChanged(way, beam, step.endsWith('+'), settings))
    if (step.endsWith('-')) take(beamCleared(way, beam))
  }
  return { way, said, waits }
}

t.test('one person, each way', async t => {
  const entry = walk('C+', 'D+', 'C-', 'D-')
  t.same(entry.said, ['arrived entry 1', 'reached entry 1', 'crossed entry 1'])
  t.ok(isClear(entry.way))
  const exit = walk('D+', 'C+', 'D-', 'C-')
  t.same(exit.said, ['arrived exit 1', 'reached exit 1', 'crossed exit 1'])
})

t.test('a child fits between the beams: the way is not clear until it comes out', async t => {
  const between = walk('C+', 'C-')
  t.notOk(isClear(between.way))
  t.ok(between.waits.includes('between'))
  const out = walk('C+', 'C-', 'D+', 'D-')
  t.same(out.said.at(-1), 'crossed entry 1')
  t.notOk(out.waits.includes('between'))
  t.ok(isClear(out.way))
})

t.test('someone who turns back is not a passage', async t => {
  const back = walk('C+', 'D+', 'D-', 'C-', '?')
  t.same(back.said, ['arrived entry 1', 'reached entry 1', 'back entry 1'])
  t.ok(isClear(back.way))
  const again = walk('C+', 'D+', 'D-', 'D+', 'C-', 'D-')
  t.same(again.said.at(-1), 'crossed entry 1', 'a step back and on again')
})

t.test('a short gap is the same person, a longer one the next', async t => {
  const same = walk('C+', 'C~', 'C+', 'D+', 'C-', 'D-')
  t.same(same.said, ['arrived entry 1', 'reached entry 1', 'crossed entry 1'])
  const two = walk('C+', 'D+', 'C-', 'C+', 'D-', 'D+', 'C-', 'D-')
  t.same(two.said, [
    ...['arrived entry 1', 'reached entry 1', 'arrived entry 2', 'crossed entry 1'],
    ...['reached entry 2', 'crossed entry 2'],
  ])
  t.ok(isClear(two.way))
})

t.test('a grant counts anew from whoever stands at the near beam', async t => {
  const { way } = walk('C+', 'D+', 'C-', 'C+', 'D-')
  t.match(countAnew(way), { came: 1, left: 0, reached: 0, went: 0 })
  const within = walk('C+', 'D+').way
  t.equal(countAnew(within), within, 'not from someone who is between')
  t.equal(countAnew(CLEAR_WAY), CLEAR_WAY)
})

t.test('a tripod counts nobody by its beams', async t => {
  const step = beamChanged(CLEAR_WAY, 'beamC', true, { ...settings, profile: 'tripod' })
  t.same(step.events, [])
  t.ok(isClear(step.way))
})
