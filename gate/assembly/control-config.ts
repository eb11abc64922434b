/** Revisions of the config as GateControl shows and makes them: the engine's answers, in its own form. */
import type { ConfigEngine } from '../config/engine.ts'
import type { ConfigControl, Refused } from '../contract/control.ts'
import { hideSecrets, restoreSecrets } from '../contract/secrets.ts'
import { refuse } from './control-answers.ts'

type Engine = Pick<
  ConfigEngine,
  | ('show' | 'history' | 'set' | 'candidate' | 'discard' | 'compare' | 'rollback' | 'seen')
  | ('commit' | 'confirm' | 'takeBack' | 'reload')
>

/** `hasRun`: a config has been started. Until then nothing is shown, and nothing can be changed. */
export function createConfigControl(engine: Engine, hasRun: () => boolean): ConfigControl {
  /** A config runs a moment before it is known as a revision. */
  const isKnown = (): boolean => hasRun() && engine.seen() !== undefined

  async function change<T>(work: () => Promise<T>): Promise<T | Refused> {
    return isKnown() ? work() : refuse('NOT_RUNNING')
  }

  return {
    running() {
      if (!isKnown()) return refuse('NOT_RUNNING')
      const { revision, value, trial } = engine.show()
      return { ok: true, revision, value: hideSecrets(value), backTo: trial?.previous ?? null }
    },
    history: () => (isKnown() ? engine.history() : []),
    set(path, value) {
      if (!isKnown()) return refuse('NOT_RUNNING')
      const whole = value === undefined ? value : restoreSecrets(value, engine.show().value)
      const problems = engine.set(path, whole)
      return problems === 'NO_SUCH_PATH' ? refuse(problems) : { ok: true, problems }
    },
    candidate() {
      const edited = engine.candidate()
      if (edited === undefined) return refuse('NO_CANDIDATE')
      return { ok: true, ...edited, value: hideSecrets(edited.value) }
    },
    compare(revision) {
      if (!isKnown()) return refuse('NOT_RUNNING')
      const differences = engine.compare(revision)
      return differences === 'NO_SUCH_REVISION' ? refuse(differences) : { ok: true, differences }
    },
    discard: engine.discard,
    rollback(revision) {
      if (!isKnown()) return refuse('NOT_RUNNING')
      const problems = engine.rollback(revision)
      return problems === 'NO_SUCH_REVISION' ? refuse(problems) : { ok: true, problems }
    },
    commit: (asker, confirmMs) =>
      change(() => engine.commit({ ...asker, ...(confirmMs !== undefined && { confirmMs }) })),
    confirm: by => change(() => engine.confirm(by)),
    takeBack: by => change(() => engine.takeBack(by)),
    reload: () => change(engine.reload),
  }
}
