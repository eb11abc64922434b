/**
 * `npm run gate`. Signals are listened for before anything else. Compiled code is kept beside the
 * installed packages, or where NODE_COMPILE_CACHE says, since reading them is half of the start;
 * never in a folder that other users can write to. Threads find it by the environment: one that finds
 * none loads the compiler of TypeScript, 10 MiB.
 */
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import './assembly/process-signals.ts'

process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, '../node_modules/.cache/wicketgate')
enableCompileCache(process.env.NODE_COMPILE_CACHE)
const { runCommand } = await import('./assembly/command.ts')
process.exitCode = await runCommand()
