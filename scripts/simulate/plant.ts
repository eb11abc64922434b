/**
 * `node --import ./scripts/simulate/plant.ts …` with `PLANTED_BUG=NAME`: modules are loaded with that
 * fault in them. Throws where its text is not in its file exactly once.
 */
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { PLANTED_BUGS } from './planted-bugs.ts'

const name = process.env.PLANTED_BUG
const bug = PLANTED_BUGS.find(one => one.name === name)
if (bug === undefined) throw new Error(`PLANTED_BUG names no planted bug: ${name}`)
const url = pathToFileURL(join(import.meta.dirname, '../..', bug.file)).href

registerHooks({
  load(which, context, nextLoad) {
    const loaded = nextLoad(which, context)
    if (which !== url) return loaded
    const parts = String(loaded.source).split(bug.from)
    if (parts.length !== 2)
      throw new Error(`${bug.file} has "${bug.from}" ${parts.length - 1} times`)
    return { ...loaded, source: parts.join(bug.to) }
  },
})
