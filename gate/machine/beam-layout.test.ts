import t from 'tap'
import { BEAM_ROW, beamAt, layoutOf, tellsDirection } from './beam-layout.ts'

t.test('it takes a beam on each side of the panels to tell who walks which way', async t => {
  t.ok(tellsDirection(layoutOf(['beamC', 'beamD'], [])))
  t.notOk(tellsDirection(layoutOf(['beamA', 'beamB', 'beamC'], [])))
  t.notOk(tellsDirection(layoutOf(['beamD', 'beamE'], [])))
  t.notOk(
    tellsDirection(layoutOf(['beamC', 'beamD'], ['beamD'])),
    'one that is stuck tells nothing',
  )
})

t.test('whoever comes counts the beams from their own side', async t => {
  const layout = layoutOf(BEAM_ROW, ['beamE'])
  t.equal(beamAt(layout, 'entry', 0), 'beamA')
  t.equal(beamAt(layout, 'entry', 4), 'beamF')
  t.equal(beamAt(layout, 'exit', 0), 'beamF')
  t.equal(beamAt(layout, 'exit', 1), 'beamD')
  t.equal(beamAt(layout, 'exit', 5), undefined, 'behind the last')
})
