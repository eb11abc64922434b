/**
 * `npm run server`. Compiled code is kept beside the installed packages, or where NODE_COMPILE_CACHE
 * says, since reading them is most of the start (measured: 0.5 s instead of 0.9 s); never in a folder
 * that other users can write to.
 */
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, '../node_modules/.cache/wicketgate')
enableCompileCache(process.env.NODE_COMPILE_CACHE)
await import('./assembly/program.ts')
