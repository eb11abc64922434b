/**
 * `npm run gate`. Compiled code is kept beside the installed packages, since reading them is half of
 * the start; never in a folder that other users can write to.
 */
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/wicketgate'))
await import('./program.ts')
