/**
 * A host of its own for tests that kill it: drives one board as a gate does, energises the entry
 * relay, says `energised`, and goes on until it is killed. Argument: the board's path.
 */
import { createGateBoard } from '../drivers/board.ts'
import { systemClock, systemTimers } from '../system-time.ts'

const board = createGateBoard({
  name: 'board',
  port: process.argv[2] ?? '',
  pins: { profile: 'tripod' },
  deadman: { ms: 300 },
  timers: systemTimers,
  clock: systemClock,
  random: Math.random,
})
board.onState(state => {
  if (state.state !== 'ready') return
  board.barrier.energise('entry')
  process.stdout.write('energised\n')
})
