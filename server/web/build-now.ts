/** `node server/web/build-now.ts`: builds the pages if they are not, before many programs want them at once. */
import { buildPages } from './build.ts'
import { SITES } from './page-table.ts'

for (const site of SITES) {
  const onStart = () => process.stderr.write(`building the pages of the ${site}\n`)
  const build = await buildPages({ site, onStart })
  if (build.ok) continue
  process.stderr.write(`${build.problem}\n`)
  process.exitCode = 1
}
