/** People who deceive beams, and beams that are held: a whole lane in virtual time, moved by hand. */
import t, { type Test } from 'tap'
import { createVirtualLane, type VirtualLane } from '../../fixtures/virtual-lane.ts'
import type { MachineContact } from '../machine/state.ts'

const HOUR_MS = 3_600_000
const THREE_WAYS = {
  'six beams': {},
  'four beams': { beamA: null, beamF: null },
  'two beams': { beamA: null, beamB: null, beamE: null, beamF: null },
} as const

async function flap(pins: object = {}, more: object = {}): Promise<VirtualLane> {
  return createVirtualLane({ board: { port: 'board', profile: 'flap', pins }, ...more })
}

/** `C+` interrupted, `C-` free, each 100 ms after the last. */
async function walk(gate: VirtualLane, moves: string): Promise<void> {
  for (const move of moves.split(' ')) {
    await gate.time.advanceAsync(100)
    await gate.contact(`beam${move[0]}` as MachineContact, move.endsWith('+'))
  }
}

/** At the end of each test here: fire opens at once, whatever the beams say. */
async function burns(t: Test, gate: VirtualLane): Promise<void> {
  await gate.contact('fire', true)
  t.same([...gate.energised].sort(), ['entry', 'exit'], 'fire opens both ways')
}

const count = (gate: VirtualLane, row: string) => gate.rows().filter(one => one === row).length

for (const [name, pins] of Object.entries(THREE_WAYS)) {
  t.test(`${name}: eight people on one grant while C is held`, async t => {
    const gate = await flap(pins)
    await gate.scan(await gate.code())
    await gate.contact('beamC', true)
    for (let nth = 0; nth < 8; nth += 1) {
      await gate.time.advanceAsync(600)
      await gate.contact('beamD', true)
      await gate.time.advanceAsync(400)
      await gate.contact('beamD', false)
    }
    await gate.time.advanceAsync(120_000)
    t.equal(count(gate, 'alarm TAILGATE'), 7, 'each further person')
    t.equal(count(gate, 'passage'), 1)
    t.equal(count(gate, 'annulled NO_TURN'), 0, 'the certificate is used')
    t.same([...gate.energised], [], 'and it is shut in the end')
    await burns(t, gate)
  })

  t.test(`${name}: tape on C for an hour`, async t => {
    const gate = await flap(pins)
    await walk(gate, 'C+')
    await gate.scan(await gate.code())
    t.same([...gate.energised], ['entry'])
    await gate.time.advanceAsync(90_000)
    t.same([...gate.energised], [], 'its relay rests')
    t.ok(gate.rows().includes('alarm BEAM_STUCK'))
    const two = name === 'two beams'
    t.equal(gate.lane.view().state.name, two ? 'OutOfService' : 'Locked')
    if (!two) {
      await gate.scan(await gate.code({ cti: 2 }))
      const moves = name === 'six beams' ? 'A+ B+ A- D+ B- E+ D- F+ E- F-' : 'B+ D+ B- E+ D- E-'
      await walk(gate, moves)
      t.equal(count(gate, 'passage'), 1, 'the others count on')
      await walk(gate, moves)
      t.ok(count(gate, 'alarm TAILGATE') + count(gate, 'alarm FORCED') > 0, 'and so they do now')
    }
    await gate.time.advanceAsync(HOUR_MS)
    t.same([...gate.energised], [])
    await gate.contact('beamC', false)
    t.equal(gate.lane.view().state.name, 'Locked', 'back by itself when the beam is free')
    await burns(t, gate)
  })
}

t.test('somebody who comes the wrong way is not the one who was granted', async t => {
  const gate = await flap()
  await gate.scan(await gate.code())
  await walk(gate, 'A+ B+ A- C+ B- B+ C- A+ B- A-')
  t.equal(count(gate, 'annulled NO_TURN'), 1, 'the one who was granted went back')

  await gate.scan(await gate.code({ cti: 2 }))
  await walk(gate, 'F+ E+ F- D+ E- C+ D- B+ C- A+ B- A-')
  t.ok(count(gate, 'alarm WRONG_WAY') > 0)
  t.equal(count(gate, 'passage'), 0)
  t.equal(gate.lane.view().state.name, 'Admitting', 'the grant still waits for its own')
  await walk(gate, 'A+ B+ A- C+ B- D+ C- E+ D- F+ E- F-')
  t.equal(count(gate, 'passage'), 1)
  await burns(t, gate)
})

t.test('inside a granted passage too: told, and the grant stays with whom it is for', async t => {
  const gate = await flap()
  await gate.scan(await gate.code())
  await walk(gate, 'A+ B+ A- C+ B- B+ C- A+ B-')
  await walk(gate, 'F+ E+ F- D+ E- C+ D-')
  t.equal(gate.lane.view().state.name, 'Passing')
  t.ok(count(gate, 'alarm WRONG_WAY') > 0)
  t.equal(count(gate, 'passage'), 0)
  await burns(t, gate)
})

t.test('held after a second person: the lane admits nobody until staff press release', async t => {
  const gate = await flap({}, { policy: { tailgate: 'hold' } })
  await gate.scan(await gate.code())
  await walk(gate, 'A+ B+ A- C+ B- D+ C- A+ E+ D- B+ A- F+ E- C+ B- F- D+ C- E+ D- F+ E- F-')
  t.equal(count(gate, 'alarm TAILGATE'), 1)
  await gate.time.advanceAsync(20_000)
  t.equal(gate.lane.view().state.name, 'OutOfService')
  t.same([...gate.energised], [], 'shut behind them')
  await gate.scan(await gate.code({ cti: 2 }))
  t.equal(count(gate, 'grant ADMIT'), 1)
  await gate.contact('release', true)
  await gate.contact('release', false)
  t.equal(gate.lane.view().state.name, 'Locked')
  t.equal(count(gate, 'grant STAFF_RELEASE'), 0, 'the press is spent on that')
  await gate.time.advanceAsync(3000)
  await gate.scan(await gate.code({ cti: 2 }))
  t.equal(count(gate, 'grant ADMIT'), 2)
  await burns(t, gate)
})

t.test('a tripod tells somebody who turns it against the grant', async t => {
  const gate = await createVirtualLane()
  await gate.scan(await gate.code())
  await gate.contact('passA', true)
  await gate.contact('passB', true)
  t.equal(count(gate, 'alarm WRONG_WAY'), 1)
  await gate.contact('passB', false)
  t.equal(count(gate, 'passage'), 0)
  await gate.contact('passA', false)
  t.equal(count(gate, 'passage'), 1)
  await burns(t, gate)
})

t.test('a board that is gone has no stuck beams; one that is back tells anew', async t => {
  const gate = await flap()
  await gate.contact('beamC', true)
  await gate.time.advanceAsync(60_000)
  t.equal(count(gate, 'alarm BEAM_STUCK'), 1)
  await gate.board('lost')
  t.equal(count(gate, 'alarm BEAM_STUCK'), 2, 'over, as far as anybody can see')
  await gate.board('ready')
  t.equal(gate.lane.view().state.name, 'Locked')
  await burns(t, gate)
})

t.test('a flap without its panel beams is refused', async t => {
  await t.rejects(flap({ beamC: null }), /beamC and beamD/)
})
