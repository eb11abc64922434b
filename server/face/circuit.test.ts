import t from 'tap'
import { createCircuit } from './circuit.ts'

const make = () => createCircuit({ failuresMax: 3, openMs: 1000 })

t.test('opens at the last of the failures in a row, for its time', async t => {
  const circuit = make()
  circuit.failed(0)
  circuit.failed(1)
  t.ok(circuit.enter(2), 'one short')
  circuit.failed(2)
  t.notOk(circuit.enter(3))
  t.notOk(circuit.enter(1001))
  t.ok(circuit.enter(1002))
})

t.test('then one may try: what it finds holds for all', async t => {
  const circuit = make()
  for (let i = 0; i < 3; i++) circuit.failed(0)
  t.ok(circuit.enter(1000))
  t.notOk(circuit.enter(1000), 'only one')
  circuit.failed(1500)
  t.notOk(circuit.enter(2499))
  t.ok(circuit.enter(2500))
  circuit.worked()
  t.ok(circuit.enter(2500))
  t.ok(circuit.enter(2500))
})

t.test('failures count in a row', async t => {
  const circuit = make()
  circuit.failed(0)
  circuit.failed(0)
  circuit.worked()
  circuit.failed(0)
  circuit.failed(0)
  t.ok(circuit.enter(0))
})
