/** `npm run house`: draws the rooms of the house and who imports whom, from the real imports. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { endWithReader } from '../gate/contract/closed-pipe.ts'
import { OptionError, readOptions } from '../gate/contract/options.ts'
import { drawHouse } from './house/drawing.ts'
import { readModules } from './house/modules.ts'
import { brokenRooms, housesOf, PROGRAMS } from './house/room-table.ts'
import type { House } from './house/rooms.ts'

const HELP = `npm run house [-- --check]

Draws the rooms of each program, their floors and their imports into .github/house.svg, and prints
them: each room with its floor, its lines, and the rooms that it imports. A room stands one floor
above the highest one that it imports.

  --check   writes nothing; fails where the drawing is not what the imports are

Exit codes: 0 all hold, 1 an import breaks the table of rooms, or the drawing is old, 2 bad options.
`
const OPTIONS = { check: { type: 'boolean' }, help: { type: 'boolean' } } as const

const root = join(import.meta.dirname, '..')
const SVG = join(root, '.github/house.svg')

/** One line a room: its floor, its lines of code, the rooms that it imports. */
function textOf(program: string, { floors, lines, arrows }: House): string {
  const inside = program === PROGRAMS ? 0 : program.length + 1
  const rows = [...floors]
    .toSorted(([a, m], [b, n]) => n - m || a.localeCompare(b))
    .map(([name, floor]) => {
      const to = arrows.filter(({ from }) => from === name).map(arrow => arrow.to)
      const short = to.map(one => one.slice(inside) || `${program}/`).join(' ')
      const size = String(lines.get(name)).padStart(6)
      return `  ${String(floor).padStart(2)}  ${name.padEnd(20)}${size}  ${short}`.trimEnd()
    })
  return [`${program}: ${Math.max(...floors.values())} floors`, ...rows, ''].join('\n')
}

function main(): number {
  endWithReader(process)
  const { values } = readOptions(OPTIONS, () => parseArgs({ options: OPTIONS }))
  if (values.help === true) {
    process.stdout.write(HELP)
    return 0
  }
  const modules = readModules(root)
  const houses = housesOf(modules)
  process.stdout.write([...houses].map(([program, house]) => textOf(program, house)).join(''))
  const problems = [...houses].flatMap(([program, house]) => brokenRooms(program, house))
  const drawing = drawHouse(houses)
  if (values.check !== true) writeFileSync(SVG, drawing)
  else if (drawing !== readFileSync(SVG, 'utf8'))
    problems.push('.github/house.svg is old: npm run house')
  for (const problem of problems) process.stderr.write(`${problem}\n`)
  return problems.length > 0 ? 1 : 0
}

try {
  process.exitCode = main()
} catch (error) {
  if (!(error instanceof OptionError)) throw error
  process.stderr.write(`house: ${error.message}\n`)
  process.exitCode = 2
}
