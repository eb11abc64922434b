/** `node scripts/tidy.ts`: house rules over the whole project; exits 1 and lists what breaks them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { drawHouse } from './house/drawing.ts'
import { brokenImports, importCycles } from './house/import-rules.ts'
import { projectFiles, readModules } from './house/modules.ts'
import { refuseOptions } from './house/no-options.ts'
import { brokenLinks, longReadme, strangeNames } from './house/page-rules.ts'
import { brokenRooms, housesOf } from './house/room-table.ts'
import { badNames, leftovers, missingReadmes, outOfPlace, oversized } from './house/tidy-rules.ts'

const TEXT = /\.(tsx?|c|h|md|json|css|html|ya?ml|taprc|sh)$|^\.ci\//
const NOT_OURS = /^(package-lock\.json|fixtures\/.*\.json|fixtures\/.*SOURCES.*)$/

refuseOptions(
  'tidy',
  'node scripts/tidy.ts\n\nHouse rules over the whole project. Exit codes: 0 all hold, 1 not: each is listed.\n',
)

const root = join(import.meta.dirname, '..')
const paths = projectFiles(root)
const modules = readModules(root)
const all = new Set(paths)
const pages = paths.filter(path => path.endsWith('.md'))
const pageText = (path: string) =>
  all.has(path) ? readFileSync(join(root, path), 'utf8') : undefined
const texts = paths.filter(path => TEXT.test(path) && !NOT_OURS.test(path))

const houses = housesOf(modules)
const isDrawn = () => readFileSync(join(root, '.github/house.svg'), 'utf8') === drawHouse(houses)

const problems = [
  ...brokenImports(modules),
  ...importCycles(modules).map(cycle => `circle: ${cycle}`),
  ...[...houses].flatMap(([program, house]) => brokenRooms(program, house)),
  ...(isDrawn() ? [] : ['.github/house.svg is old: npm run house']),
  ...oversized(modules),
  ...texts.flatMap(path => {
    const text = readFileSync(join(root, path), 'utf8')
    return [...leftovers(path, text), ...outOfPlace(path, text)]
  }),
  ...badNames(paths),
  ...missingReadmes(paths),
  ...pages.flatMap(path => longReadme(path, pageText(path) ?? '')),
  ...pages.flatMap(path => strangeNames(path, pageText(path) ?? '', paths)),
  ...pages.flatMap(path => brokenLinks(path, pageText(path) ?? '', all, pageText)),
]
for (const problem of problems) process.stdout.write(`${problem}\n`)
process.stdout.write(`tidy: ${modules.length} modules, ${problems.length} problems\n`)
process.exitCode = problems.length > 0 ? 1 : 0
