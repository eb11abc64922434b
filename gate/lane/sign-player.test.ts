import t from 'tap'
import { createVirtualTime } from '../../fixtures/clock.ts'
import type { Signals } from '../../hardware/ports.ts'
import { SIGNS, type Sign, SOUNDED } from '../contract/sign.ts'
import { createSignPlayer } from './sign-player.ts'

function stage() {
  const time = createVirtualTime()
  const lit = new Map<string, boolean>()
  const log: string[] = []
  const signals: Signals = {
    lamp: (lamp, on) => lit.set(lamp, on),
    buzzer: on => {
      log.push(`${time.clock.monotonicMs()} ${on ? 'on' : 'off'}`)
      lit.set('buzzer', on)
    },
  }
  const lamps = () => [...lit].filter(([name, on]) => on && name !== 'buzzer').map(([name]) => name)
  return { time, lit, log, lamps, player: createSignPlayer(signals, time.timers) }
}

t.test('signs differ in shape, not in colour alone', async t => {
  const shown = new Map<string, string>()
  for (const sign of ['pass', 'refuse', 'retry', 'service', 'idle'] as Sign[]) {
    const { player, lamps } = stage()
    player.show(sign)
    shown.set(sign, lamps().sort().join('+'))
  }
  t.strictSame(Object.fromEntries(shown), {
    pass: 'arrow',
    refuse: 'cross',
    retry: 'amber+cross',
    service: 'amber',
    idle: '',
  })
})

t.test('two low tones for a refusal, and then silence', async t => {
  const { player, time, log } = stage()
  player.show('refuse')
  time.advance(5000)
  t.same(log.slice(1), ['0 on', '250 off', '370 on', '620 off'])
  t.equal(time.pending(), 0)
})

t.test('fraud is broken, intrusion steady, fire goes on', async t => {
  const fraud = stage()
  fraud.player.show('fraud')
  fraud.time.advance(3000)
  t.ok(fraud.log.filter(line => line.endsWith('on')).length > 3)
  const intrusion = stage()
  intrusion.player.show('intrusion')
  intrusion.time.advance(1999)
  t.equal(intrusion.lit.get('buzzer'), true)
  const fire = stage()
  fire.player.show('open')
  fire.time.advance(60_000)
  t.ok(fire.time.pending() > 0)
  t.same(new Set(fire.lamps()).has('cross'), false)
})

t.test('the next sign ends the last one; stop leaves nothing running', async t => {
  const { player, time, lamps, lit } = stage()
  player.show('fraud')
  time.advance(500)
  player.show('pass')
  time.advance(10_000)
  t.same(lamps(), ['arrow'])
  player.show('open')
  player.stop()
  t.equal(time.pending(), 0)
  t.equal(lit.get('buzzer'), false)
})

t.test('the signs that are said to be heard are heard, and no other', async t => {
  const heard: Sign[] = []
  for (const sign of SIGNS) {
    const { time, log, player } = stage()
    player.show(sign)
    await time.advanceAsync(1)
    if (log.some(one => one.endsWith(' on'))) heard.push(sign)
  }
  t.same(heard, SOUNDED)
})
