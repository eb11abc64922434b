/** A part of the bench in its own process. */
import t from 'tap'
import { measurePart, PartError } from './part-process.ts'

t.test('its figures come back whole, and it has ended', async t => {
  const figures = await measurePart('pass', { full: false, only: 'issue', quiet: true })
  t.ok(figures.length > 0)
  t.ok(figures.every(({ part, value }) => part === 'pass' && Number.isFinite(value)))
})

t.test('one that ends without figures is an error that names it', async t => {
  await t.rejects(measurePart('none', { full: false, only: '', quiet: true }), {
    constructor: PartError,
    message: 'part none ended with 1',
  })
})
