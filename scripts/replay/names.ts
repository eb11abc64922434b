/** Names in a scenario's steps and expectations that it has not: lanes, readers, people. Pure. */
import type { GateConfig } from '../../gate/contract/config.ts'
import { readersOf } from '../../gate/contract/reader-config.ts'
import type { Scenario, Step } from './scenario.ts'

/** Acts on a lane. */
const ON_LANES = ['scan', 'walk', 'contact', 'press', 'board', 'reader', 'modes'] as const

/** One line each, with its field. */
export function unknownNames(scenario: Scenario, { lanes }: GateConfig): string[] {
  const names = lanes.map(lane => lane.name)
  const people = Object.keys(scenario.people)

  function missing(path: string, what: string, name: string | undefined, all: readonly string[]) {
    if (name === undefined || all.includes(name)) return []
    return [`${path}: no ${what} ${name}; there are: ${all.join(', ') || 'none'}`]
  }

  function ofAct(path: string, step: Step): string[] {
    return ON_LANES.flatMap(act => {
      const what = step[act]
      if (what === undefined) return []
      const own = `${path}.${act}`
      if (what.lane === undefined && names.length > 1) {
        return [`${own}: which lane? There are: ${names.join(', ')}`]
      }
      const lane = lanes.find(one => one.name === (what.lane ?? names[0]))
      if (lane === undefined) return missing(`${own}.lane`, 'lane', what.lane, names)
      const readers = readersOf(lane).map(one => one.name)
      const reader = 'reader' in what ? what.reader : undefined
      return missing(`${own}.reader`, 'reader', reader, readers)
    })
  }

  return [
    ...scenario.steps.flatMap((step, i) => [
      ...ofAct(`steps.${i}`, step),
      ...missing(`steps.${i}.scan.by`, 'person', step.scan?.by, people),
      ...(step.revoke ?? []).flatMap(one => missing(`steps.${i}.revoke`, 'person', one, people)),
      ...step.expect.flatMap((one, j) =>
        missing(`steps.${i}.expect.${j}.lane`, 'lane', one.lane, names),
      ),
    ]),
    ...scenario.expect.flatMap((one, j) => missing(`expect.${j}.lane`, 'lane', one.lane, names)),
  ]
}
