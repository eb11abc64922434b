/** Seeded people over the real positions of the beams, at each barrier; `npm run bench -- barrier` runs thousands. */
import t from 'tap'
import { ALONE, BARRIERS, SECONDS, scoreParties } from '../../fixtures/barrier-score.ts'

for (const [name, barrier] of Object.entries(BARRIERS)) {
  t.test(name, async t => {
    const alone = scoreParties(barrier, ALONE, 160, 20)
    t.equal(alone.tailgates, 0, 'nobody alone, or with a case near, is two')
    const seconds = scoreParties(barrier, SECONDS, 120, 21)
    if (barrier.profile === 'tripod') t.equal(seconds.seconds, 0, 'the arm stops a second person')
    else t.ok(seconds.seconds > 60, 'second persons come through')
    const missed = seconds.seconds - seconds.caught
    t.ok(missed <= (barrier.lowBeam === true ? 1 : 0), `${missed} second persons missed`)
    for (const score of [alone, seconds]) {
      t.equal(score.lostPassages, 0, 'never NO_TURN after somebody left by the far beam')
      t.equal(score.hits, 0, 'no flap closes on anybody')
      t.equal(score.unended, 0, 'shut and ready in the end')
    }
  })
}

t.test('a second person on each grant is told from the first', async t => {
  const wrongWay = scoreParties(BARRIERS['flap, 6 beams'] ?? {}, ['changesPlaces'], 60, 22)
  t.equal(wrongWay.alarms, 60, 'who comes the wrong way in a granted passage is told')
  t.ok(wrongWay.passages <= 2, `${wrongWay.passages} of them took the grant`)
})
