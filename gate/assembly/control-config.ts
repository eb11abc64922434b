/** Revisions of the config as GateControl shows and makes them: the engine's answers, in its own form. */
import type { ConfigEngine } from '../config/engine.ts'
import type { ConfigControl } from '../contract/control.ts'
import { hideSecrets, restoreSecrets } from '../contract/secrets.ts'
import { refuse } from './control-answers.ts'

type Engine = Pick<
  ConfigEngine,
  | ('show' | 'history' | 'set' | 'candidate' | 'discard' | 'compare' | 'rollback')
  | ('commit' | 'confirm' | 'takeBack' | 'reload')
>

export function createConfigControl(engine: Engine): ConfigControl {
  return {
    running() {
      const { revision, value, trial } = engine.show()
      return { revision, value: hideSecrets(value), backTo: trial?.previous ?? null }
    },
    history: engine.history,
    set(path, value) {
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
      const differences = engine.compare(revision)
      return differences === 'NO_SUCH_REVISION' ? refuse(differences) : { ok: true, differences }
    },
    discard: engine.discard,
    rollback(revision) {
      const problems = engine.rollback(revision)
      return problems === 'NO_SUCH_REVISION' ? refuse(problems) : { ok: true, problems }
    },
    commit: (asker, confirmMs) =>
      engine.commit({ ...asker, ...(confirmMs !== undefined && { confirmMs }) }),
    confirm: engine.confirm,
    takeBack: engine.takeBack,
    reload: engine.reload,
  }
}
