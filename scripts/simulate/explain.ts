/** A failed simulation made smaller, with the file that plays it again. */
import type { Ground } from '../../fixtures/one-process.ts'
import type { ProgressLine } from '../report/progress-line.ts'
import { planText } from './plan-file.ts'
import { createReporter, type Report } from './report.ts'
import { type Outcome, type Plan, simulate } from './run.ts'
import { shrink } from './shrink.ts'

const TRIES_MAX = 80

export interface Explained {
  readonly report: Report
  /** A scenario's file. */
  readonly text: string
}

interface ExplainParts {
  readonly progress: ProgressLine
  /** Asked now and then: nobody waits for it any more. */
  readonly isStopped: () => boolean
}

/** Undefined once it was stopped. */
export async function explain(
  ground: Ground,
  plan: Plan,
  { broken: [broken] }: Outcome,
  { progress, isStopped }: ExplainParts,
): Promise<Explained | undefined> {
  const smaller = await shrink(plan, {
    triesMax: TRIES_MAX,
    isStopped,
    onTry: ({ faults, people }, tries) =>
      progress.show(`try ${tries}: ${faults.length} faults, ${people.length} people`),
    async fails(next) {
      const outcome = await simulate(ground, next, { onTime: () => !isStopped() })
      return outcome.broken.some(one => one.invariant === broken?.invariant)
    },
  })
  progress.clear()
  if (isStopped()) return undefined
  const report = await reportOf(ground, smaller)
  const [first] = report.outcome.broken
  const why = `${first?.lane === '' ? '' : `${first?.lane}: `}${first?.what}`
  return {
    report,
    text: planText(`${broken?.invariant} holds, as it did not at seed ${plan.seed}`, why, smaller),
  }
}

/** It is played again, with all that a page shows. */
export async function reportOf(ground: Ground, plan: Plan): Promise<Report> {
  const reporter = createReporter(plan)
  return reporter.report(await simulate(ground, plan, { onSeen: reporter.see }))
}
