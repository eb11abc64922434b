/**
 * `node --import ./scripts/mutate/hooks.ts …` with `MUTATED=FILE`, JSON of URLs and sources: those
 * modules are loaded with all of their mutants in them, and tests load a stand-in for tap.
 */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import './acting.ts'

const sources = JSON.parse(readFileSync(process.env.MUTATED ?? '', 'utf8')) as Record<
  string,
  string
>
const standIn = new URL('tap-cases.ts', import.meta.url).href

registerHooks({
  resolve(specifier, context, nextResolve) {
    if (specifier === 'tap') return { url: standIn, shortCircuit: true }
    return nextResolve(specifier, context)
  },
  load(url, context, nextLoad) {
    const source = sources[url]
    return source === undefined
      ? nextLoad(url, context)
      : { format: 'module-typescript', source, shortCircuit: true }
  },
})
