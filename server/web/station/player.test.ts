/** A film by hand, and the screen's pictures by hand. */
import t from 'tap'
import { createPlayer } from './player.ts'
import type { Film, LanePlan, LaneState, RowState } from './protocol.ts'

const PLAN = { name: 'A' } as LanePlan
const state = (levels: string, position = 0) =>
  ({ levels, position, bodies: [], sign: {} }) as never as LaneState
const row = (seq: number) => ({ seq }) as RowState
const FILM: Film = {
  ...{ name: 'people/one', title: 'one', endMs: 10_000, lanes: [PLAN] },
  frames: [
    { atMs: 0, lanes: { A: state('00') } },
    { atMs: 1000, lanes: { A: state('10') } },
    { atMs: 1500, lanes: { A: state('10', 1) } },
    { atMs: 6000, lanes: { A: state('00') } },
  ],
  rows: [
    { atMs: 1000, row: row(1) },
    { atMs: 5000, row: row(2) },
  ],
}

function play() {
  let tick = (_: number) => {}
  let isOver = false
  let nowMs = 500
  const player = createPlayer(FILM, run => {
    tick = run
    return () => {
      isOver = true
    }
  })
  const after = (ms: number) => {
    nowMs += ms
    tick(nowMs)
  }
  after(0)
  const seen = () => {
    const { levels, position } = player.lanes[0]?.state.value ?? state('')
    return [player.atMs.value, levels, position, player.rows.value.map(({ seq }) => seq)]
  }
  return { player, after, seen, isOver: () => isOver }
}

t.test('goes by the time of the screen, at any speed, and stops at its end', async t => {
  const { player, after, seen } = play()
  t.same(seen(), [0, '00', 0, []])
  after(999)
  t.same(seen(), [999, '00', 0, []])
  after(601)
  t.same(seen(), [1600, '10', 1, [1]])
  player.speed.value = 10
  after(400)
  t.same(seen(), [5600, '10', 1, [2, 1]], 'newest first')
  player.speed.value = 60
  after(400)
  t.same(seen(), [10_000, '00', 0, [2, 1]])
  t.ok(player.isPaused.value)
  player.toggle()
  t.same(seen(), [0, '00', 0, []], 'once more from its start')
})

t.test('stands while it is paused, and goes on from there', async t => {
  const { player, after, seen } = play()
  after(1000)
  player.toggle()
  after(5000)
  t.same(seen(), [1000, '10', 0, [1]])
  player.toggle()
  after(500)
  t.same(seen(), [1500, '10', 1, [1]])
})

t.test('a step is the next row or pin, not the next picture', async t => {
  const { player, seen } = play()
  const at = () => {
    player.step()
    return seen()[0]
  }
  t.same([at(), at(), at(), at(), at()], [1000, 5000, 6000, 10_000, 10_000])
  t.ok(player.isPaused.value)
})

t.test('any place, before or behind, and nothing outside', async t => {
  const { player, seen, isOver } = play()
  player.seek(7000)
  player.seek(1200)
  t.same(seen(), [1200, '10', 0, [1]])
  for (const [asked, is] of [
    [-5, 0],
    [99_999, 10_000],
  ] as const) {
    player.seek(asked)
    t.equal(seen()[0], is)
  }
  player.close()
  t.ok(isOver())
})
