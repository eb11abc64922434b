/** Choosing a scenario: answers of the station by hand. */
import t from 'tap'
import { SCENARIOS_PATH } from './protocol.ts'
import { openScenarios } from './scenarios.ts'

const settled = () => new Promise(resolve => setImmediate(resolve))
const filmOf = (name: string) => ({ name, endMs: 1000, lanes: [], frames: [], rows: [] })

function open() {
  const asked = new Map<string, PromiseWithResolvers<unknown>>()
  let ticking = 0
  const scenarios = openScenarios({
    getJson(path) {
      const answer = Promise.withResolvers<unknown>()
      asked.set(path, answer)
      return answer.promise
    },
    ticker() {
      ticking += 1
      return () => {
        ticking -= 1
      }
    },
  })
  const answer = (name: string) => asked.get(`${SCENARIOS_PATH}?name=${name}`)
  return { scenarios, asked, answer, ticking: () => ticking }
}

t.test('what was chosen last is shown, and one plays at a time', async t => {
  const { scenarios, asked, answer, ticking } = open()
  asked.get(SCENARIOS_PATH)?.resolve(['one', 'two'])
  scenarios.choose('one')
  scenarios.choose('two')
  answer('two')?.resolve(filmOf('two'))
  await settled()
  answer('one')?.resolve(filmOf('one'))
  await settled()
  t.same(scenarios.names.value, ['one', 'two'])
  t.equal(scenarios.player.value?.film.name, 'two', 'an answer that is late is dropped')
  scenarios.choose('')
  t.same([scenarios.player.value, ticking()], [undefined, 0])
})

t.test('one that can not be had is said to be missing', async t => {
  const { scenarios, answer, asked } = open()
  asked.get(SCENARIOS_PATH)?.reject(new Error('gone'))
  scenarios.choose('none')
  answer('none')?.reject(new Error('404'))
  await settled()
  t.same([scenarios.isMissing.value, scenarios.names.value], [true, []])
  scenarios.choose('')
  t.equal(scenarios.isMissing.value, false)
})
