/** Names in a scenario's steps and expectations that it has not: lanes, readers, people. Pure. */
import type { GateConfig } from '../../gate/contract/config.ts'
import type { Place } from '../../gate/contract/json-lines.ts'
import { readersOf } from '../../gate/contract/reader-config.ts'
import type { Scenario, Step } from './scenario.ts'

export interface PlacedProblem {
  /** In the scenario's file. */
  readonly place: Place
  readonly message: string
}

/** Acts on a lane. */
const ON_LANES = ['scan', 'walk', 'contact', 'press', 'board', 'reader', 'unread', 'modes'] as const

export function unknownNames(scenario: Scenario, { lanes }: GateConfig): PlacedProblem[] {
  const names = lanes.map(lane => lane.name)
  const people = Object.keys(scenario.people)

  function missing(
    place: Place,
    what: string,
    name: string | undefined,
    all: readonly string[],
  ): PlacedProblem[] {
    if (name === undefined || all.includes(name)) return []
    return [{ place, message: `no ${what} ${name}; there are: ${all.join(', ') || 'none'}` }]
  }

  function ofAct(place: Place, step: Step): PlacedProblem[] {
    return ON_LANES.flatMap(act => {
      const what = step[act]
      if (what === undefined) return []
      const own = [...place, act]
      if (what.lane === undefined && names.length > 1) {
        return [{ place: own, message: `which lane? There are: ${names.join(', ')}` }]
      }
      const lane = lanes.find(one => one.name === (what.lane ?? names[0]))
      if (lane === undefined) return missing([...own, 'lane'], 'lane', what.lane, names)
      const readers = readersOf(lane).map(one => one.name)
      const reader = 'reader' in what ? what.reader : undefined
      return missing([...own, 'reader'], 'reader', reader, readers)
    })
  }

  return [
    ...scenario.steps.flatMap((step, i) => {
      const place = ['steps', i]
      return [
        ...ofAct(place, step),
        ...missing([...place, 'scan', 'by'], 'person', step.scan?.by, people),
        ...(step.revoke ?? []).flatMap((one, j) =>
          missing([...place, 'revoke', j], 'person', one, people),
        ),
        ...step.expect.flatMap((one, j) =>
          missing([...place, 'expect', j, 'lane'], 'lane', one.lane, names),
        ),
      ]
    }),
    ...scenario.expect.flatMap((one, j) => missing(['expect', j, 'lane'], 'lane', one.lane, names)),
  ]
}
