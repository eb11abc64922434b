/**
 * The process that judges: it loads modules with all of their mutants once, then lets one act at a
 * time and asks those judges that reach it. See switches.ts and hooks.ts.
 */
import { act, noteReached, rest } from './acting.ts'
import { type Judge, loadJudges } from './judges.ts'
import type { Answer, Assignment, JudgeNote, Question, Said } from './messages.ts'

/** Where nothing happens for so long, a judge waits for what never comes. */
const IDLE_CHECK_MS = 100
const IDLE_CHECKS = 10
const BUSY_MIN = 0.02

const say = (said: Said): void => void process.send?.(said)

/** Takes errors that reach nobody; of whoever acts now. */
let onStray: (error: unknown) => void = () => {}

interface Outcome {
  readonly problem: string | undefined
  /** It did not come to its end. */
  readonly isCut: boolean
}

const told = (error: unknown) =>
  String(error instanceof Error ? error.message : error).split('\n', 1)[0]

async function runJudge(judge: Judge): Promise<Outcome> {
  const stray = Promise.withResolvers<Outcome>()
  onStray = error => stray.resolve({ problem: `stray: ${told(error)}`, isCut: true })
  const watch = watchIdle(() => stray.resolve({ problem: 'waits for ever', isCut: true }))
  const run = judge.run().then(
    problem => ({ problem, isCut: false }),
    error => ({ problem: told(error), isCut: false }),
  )
  const outcome = await Promise.race([run, stray.promise])
  clearInterval(watch)
  return outcome
}

function watchIdle(onIdle: () => void): NodeJS.Timeout {
  let before = performance.eventLoopUtilization()
  let idle = 0
  return setInterval(() => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, before)
    before = now
    idle = utilization < BUSY_MIN ? idle + 1 : 0
    if (idle >= IDLE_CHECKS) onIdle()
  }, IDLE_CHECK_MS)
}

/** Each judge twice without a mutant: it must hold both times. */
async function noteOf(judge: Judge): Promise<JudgeNote> {
  const first = await runJudge(judge)
  const reached = noteReached()
  const before = process.cpuUsage()
  const second = await runJudge(judge)
  const { user, system } = process.cpuUsage(before)
  const { mutants, asked } = reached()
  const { name, file } = judge
  const fault = first.problem ?? second.problem
  return { name, file, costMs: (user + system) / 1000, reaches: mutants, asked, fault }
}

/** A judge, and how often it asks switches without a mutant. */
type Seat = readonly [judge: Judge, asked: number]

/** A judge that kills must hold again without the mutant, or the mutant has left something behind. */
async function answer({ mutant, judges }: Question, seats: readonly Seat[]): Promise<Answer> {
  for (const place of judges) {
    const [judge, asked] = seats[place] ?? []
    if (judge === undefined || asked === undefined) throw new RangeError(`no judge ${place}`)
    act(mutant, asked)
    const { problem, isCut } = await runJudge(judge)
    const isEndless = rest()
    if (problem === undefined && !isEndless) continue
    const isSpoilt = isCut || isEndless || (await runJudge(judge)).problem !== undefined
    return { mutant, killedBy: place, why: isEndless ? 'goes round in a loop' : problem, isSpoilt }
  }
  return { mutant, killedBy: undefined, why: undefined, isSpoilt: false }
}

async function main({ root, tests, scenarios, asked }: Assignment): Promise<void> {
  const reached = noteReached()
  const judges = await loadJudges(root, tests, scenarios)
  const loading = reached().mutants
  process.on('uncaughtException', error => onStray(error))
  process.on('unhandledRejection', error => onStray(error))
  const notes: JudgeNote[] = []
  if (asked === undefined) for (const judge of judges) notes.push(await noteOf(judge))
  const counts = asked ?? notes.map(note => note.asked)
  const seats = judges.map((judge, i): Seat => [judge, counts[i] ?? 0])
  process.on('message', async (question: Question) => {
    say({ type: 'answer', ...(await answer(question, seats)) })
  })
  say({ type: 'ready', judges: notes, loading })
}

// A terminal interrupts both processes: this one ends with the other.
process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit())
await main(JSON.parse(process.argv[2] ?? '') as Assignment)
