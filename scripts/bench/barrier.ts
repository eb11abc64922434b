/** `npm run bench -- barrier`: how well each barrier and its beams tell people apart. */
import { ALONE, BARRIERS, type Score, SECONDS, scoreParties } from '../../fixtures/barrier-score.ts'
import type { PartyKind } from '../../hardware/sim/crowd.ts'
import { createProgressLine } from '../report/progress-line.ts'
import { type Figure, figure } from './figure.ts'

const PART = 'barrier'
const SEED = 7
/** Half of the passages alone, half with a second person. */
const HALF = 5000
const FEW = 1000
/** Goals: false alarms at most, second persons caught at least. */
const FALSE_MAX = 0.005
const CAUGHT_MIN = 0.99

/** What else is told, without a goal: the table of gate/beams.md. */
const OTHERS: readonly (readonly [name: string, kind: PartyKind, of: (score: Score) => number])[] =
  [
    ['a case drawn at 0.3–0.6 m is called TAILGATE', 'caseAtArm', one => one.tailgates],
    ['two abreast are told', 'twoAbreast', one => one.alarms],
    ['who turns back is NO_TURN', 'turnsBack', one => one.annulled],
    ['who comes the wrong way is told', 'wrongWay', one => one.alarms],
    [
      'another from the other side in a granted passage is told',
      'changesPlaces',
      one => one.alarms,
    ],
    ['and takes the grant', 'changesPlaces', one => one.passages],
  ]

export async function benchBarrier(): Promise<Figure[]> {
  const figures: Figure[] = []
  const progress = createProgressLine()
  for (const [name, barrier] of Object.entries(BARRIERS)) {
    progress.show(`${name} …`)
    const alone = scoreParties(barrier, ALONE, HALF, SEED)
    const seconds = scoreParties(barrier, SECONDS, HALF, SEED + 1)
    figures.push(...goals(name, alone, seconds))
    for (const [what, kind, of] of OTHERS) {
      const score = scoreParties(barrier, [kind], FEW, SEED + 2)
      figures.push(figure(PART, `${name}: ${what}`, [percent(of(score) / score.parties), '%']))
    }
  }
  progress.clear()
  return figures
}

function goals(name: string, alone: Score, seconds: Score): Figure[] {
  const both = (of: (score: Score) => number) => of(alone) + of(seconds)
  const falsely = alone.tailgates / alone.parties
  const caught = seconds.seconds === 0 ? 1 : seconds.caught / seconds.seconds
  const came = `${seconds.seconds} of ${seconds.parties} came through`
  const none = { limit: 'none', goal: '≤ 0' }
  return [
    figure(PART, `${name}: alone or with a case near, false TAILGATE`, [percent(falsely), '%'], {
      limit: '0.5 %',
      ratio: falsely / FALSE_MAX,
      goal: '≤ 1',
    }),
    figure(PART, `${name}: second persons at ≥ 0.3 m told (${came})`, [percent(caught), '%'], {
      limit: '99 %',
      ratio: caught / CAUGHT_MIN,
      goal: '≥ 1',
    }),
    counted(
      `${name}: NO_TURN although somebody left by the far beam`,
      both(one => one.lostPassages),
    ),
    counted(
      `${name}: people hit by a closing flap`,
      both(one => one.hits),
    ),
    counted(
      `${name}: lanes not shut or not ready in the end`,
      both(one => one.unended),
    ),
  ]

  function counted(what: string, value: number): Figure {
    return figure(PART, what, [value, ''], { ...none, ratio: value })
  }
}

function percent(share: number): number {
  return 100 * share
}
