import t from 'tap'
import { givenPart } from './config-part.ts'

t.test('what is set on the gate itself is no part of it, in whatever order keys stand', async t => {
  const given = { lanes: [], trust: { pollMs: 5 } }
  const runs = {
    ...{ trust: { pollMs: 5, factory: 'x', environment: 'test' }, gate: 'g', station: 's' },
    ...{ data: 'd', bus: {}, console: {}, service: { url: 'http://x' }, lanes: [] },
  }
  t.equal(givenPart(runs), givenPart(given))
  t.equal(givenPart(given), '{"lanes":[],"trust":{"pollMs":5}}')
})

t.test('anything else is', async t => {
  t.not(givenPart({ lanes: [], service: { url: 'a', pollMs: 1 } }), givenPart({ lanes: [] }))
  t.not(givenPart({ lanes: [1] }), givenPart({ lanes: [] }))
  t.equal(givenPart({ service: {} }), givenPart({}), 'an object of nothing is as none')
  t.equal(givenPart('text'), '"text"')
})
