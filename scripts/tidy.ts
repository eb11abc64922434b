/** `node scripts/tidy.ts`: house rules over the whole project; exits 1 and lists what breaks them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brokenImports, importCycles } from './house/import-rules.ts'
import { projectFiles, readModules } from './house/modules.ts'
import { refuseOptions } from './house/no-options.ts'
import { badNames, leftovers, missingReadmes, oversized } from './house/tidy-rules.ts'

const TEXT = /\.(ts|c|h|md|json|css|html|ya?ml|taprc|sh)$|^\.ci\//
const NOT_OURS = /^(package-lock\.json|fixtures\/.*\.json|fixtures\/.*SOURCES.*)$/

refuseOptions(
  'tidy',
  'node scripts/tidy.ts\n\nHouse rules over the whole project. Exit codes: 0 all hold, 1 not: each is listed.\n',
)

const root = join(import.meta.dirname, '..')
const paths = projectFiles(root)
const modules = readModules(root)
const texts = paths.filter(path => TEXT.test(path) && !NOT_OURS.test(path))

const problems = [
  ...brokenImports(modules),
  ...importCycles(modules).map(cycle => `circle: ${cycle}`),
  ...oversized(modules),
  ...texts.flatMap(path => leftovers(path, readFileSync(join(root, path), 'utf8'))),
  ...badNames(paths),
  ...missingReadmes(paths),
]
for (const problem of problems) process.stdout.write(`${problem}\n`)
process.stdout.write(`tidy: ${modules.length} modules, ${problems.length} problems\n`)
process.exitCode = problems.length > 0 ? 1 : 0
