/**
 * `node --import ./scripts/simulate/plant.ts …` with `PLANTED_BUG=NAME`: modules are loaded with that
 * fault in them. Throws where it does not fit its file.
 */
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { plantIn, readPlanted } from './planted-bugs.ts'

const bug = readPlanted(process.env.PLANTED_BUG ?? '')
const url = pathToFileURL(join(import.meta.dirname, '../..', bug.file)).href

registerHooks({
  load(which, context, nextLoad) {
    const loaded = nextLoad(which, context)
    return which === url ? { ...loaded, source: plantIn(String(loaded.source), bug) } : loaded
  },
})
