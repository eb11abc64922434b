import t from 'tap'
import { until, untilSettled } from './until.ts'

t.test('what holds ends the wait, what never does is named', async t => {
  let looks = 0
  await until('three looks', () => ++looks === 3)
  await until('a promise', async () => true)
  t.equal(looks, 3)
  await t.rejects(
    until('the relay', () => false, 5),
    { message: 'not within 5 ms: the relay' },
  )
  await t.rejects(
    until('a look', () => Promise.reject(new Error('broken'))),
    { message: 'broken' },
  )
})

t.test('a promise’s value or error comes through', async t => {
  t.equal(await untilSettled('a value', Promise.resolve(7)), 7)
  await t.rejects(untilSettled('an error', Promise.reject(new Error('broken'))), {
    message: 'broken',
  })
})
