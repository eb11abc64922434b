/** `node server/web/build-now.ts`: builds the pages if they are not, before many programs want them at once. */
import { buildPages } from './build.ts'

const build = await buildPages({ onStart: () => process.stderr.write('building the pages\n') })
if (!build.ok) process.stderr.write(`${build.problem}\n`)
process.exitCode = build.ok ? 0 : 1
