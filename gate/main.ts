/**
 * `npm run gate`. Signals are listened for before anything else. Compiled code is kept beside the
 * installed packages, since reading them is half of the start; never in a folder that other users
 * can write to.
 */
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import './assembly/process-signals.ts'

enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/wicketgate'))
const { runCommand } = await import('./assembly/command.ts')
process.exitCode = await runCommand()
