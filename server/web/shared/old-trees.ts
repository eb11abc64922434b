/**
 * Lets go of what a component drew before. Preact leaves a component's first vnode in its parent's
 * `props.children`, with all that was below it then; @preact/signals skips components whose props are the
 * same, and vnodes of the skipped ones point to newer trees. So each tree would keep the next one alive: a
 * list of 500 rows whose order changes grew by 2.6 MB a change. Every page draws by signals and stays open
 * for hours, so each of them needs it. `__c` and `__k` are a vnode's component and children, names that
 * Preact keeps for its own add-ons.
 */
import { options, type VNode } from 'preact'

interface Drawn {
  __c?: object | null
  __k?: readonly unknown[] | null
}

/** Once, before the first `render`. */
export function forgetOldTrees(): void {
  const last = new WeakMap<object, Drawn>()
  const { diffed } = options
  options.diffed = vnode => {
    diffed?.(vnode)
    const now = vnode as VNode & Drawn
    if (now.__c === undefined || now.__c === null) return
    const before = last.get(now.__c)
    if (before !== undefined && before !== now) before.__k = null
    last.set(now.__c, now)
  }
}
