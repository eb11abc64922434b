/** The process that judges, from outside: it is asked, may never answer, and may end. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Answer, Assignment, JudgeNote, Question, Said } from './messages.ts'

/** A mutant that has no answer after so long goes round in a loop that asks no switch. */
const ANSWER_MS_MAX = 120_000

export interface JudgeProcess {
  /** Empty where the assignment has how often each judge asks. */
  readonly judges: readonly JudgeNote[]
  /** Numbers of the mutants whose code ran as the modules were loaded. */
  readonly loading: readonly number[]
  /** One at a time. Gives undefined where the process ended or was ended over it. */
  ask(question: Question): Promise<Answer | undefined>
  end(): Promise<void>
}

/** `sources`: the file of hooks.ts. Rejects where the tests do not load. */
export async function startJudgeProcess(
  assignment: Assignment,
  sources: string,
): Promise<JudgeProcess> {
  const folder = import.meta.dirname
  const child = fork(join(folder, 'judging.ts'), [JSON.stringify(assignment)], {
    execArgv: ['--disable-warning=ExperimentalWarning', `--import=${join(folder, 'hooks.ts')}`],
    env: { ...process.env, MUTATED: sources, WICKETGATE_TEST_DISK: 'memory' },
    cwd: assignment.root,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-4000)
  })
  const exited = once(child, 'exit').then(() => undefined)
  const ready = await Promise.race([heard(child), exited])
  if (ready?.type !== 'ready') throw new Error(`the tests do not load: ${errors.trim()}`)
  return {
    judges: ready.judges,
    loading: ready.loading,
    async ask(question) {
      child.send(question)
      const limit = setTimeout(() => child.kill('SIGKILL'), ANSWER_MS_MAX)
      const said = await Promise.race([heard(child), exited])
      clearTimeout(limit)
      return said?.type === 'answer' ? said : undefined
    },
    async end() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

async function heard(child: ChildProcess): Promise<Said> {
  const [said] = (await once(child, 'message')) as [Said]
  return said
}
