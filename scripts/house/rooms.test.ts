import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { drawHouse } from './drawing.ts'
import { readModule, readModules } from './modules.ts'
import { brokenRooms, housesOf, ROOMS } from './room-table.ts'
import { readHouse, roomOf } from './rooms.ts'

const root = join(import.meta.dirname, '../..')
const modules = readModules(root)

t.test('a room is a folder of a program, or a file at the root of gate and server', async t => {
  t.equal(roomOf('gate/lane/lane.ts', 'gate'), 'gate/lane/')
  t.equal(roomOf('server/store/gates/gates.ts', 'server'), 'server/store/')
  t.equal(roomOf('gate/main.ts', 'gate'), 'gate/main.ts')
  t.equal(roomOf('pass/verify.ts', 'pass'), 'pass/')
  t.equal(roomOf('server/app.ts', 'gate'), undefined)
  for (const test of ['gate/lane/lane.test.ts', 'gate/tests/a.ts', 'gate/testing/bus/a.ts']) {
    t.equal(roomOf(test, 'gate'), undefined, test)
  }
})

t.test('each program keeps its table of rooms', async t => {
  for (const [program, house] of housesOf(modules)) {
    t.ok(house.floors.size > 1, `${program} has rooms`)
    t.same(brokenRooms(program, house), [], program)
  }
})

t.test('gate and server have few floors, and few loose files', async t => {
  for (const [program, most, loose] of [
    ['gate', 12, ['limits.ts', 'main.ts']],
    ['server', 11, ['clock.ts', 'config.ts', 'errors.ts', 'limits.ts', 'main.ts', 'secrets.ts']],
  ] as const) {
    const { floors } = readHouse(modules, program)
    t.ok(Math.max(...floors.values()) <= most, `${program}: at most ${most} floors`)
    const files = [...floors.keys()].filter(name => name.endsWith('.ts')).toSorted()
    t.same(
      files,
      loose.map(name => `${program}/${name}`),
    )
  }
})

const LANE = readModule('gate/lane/a.ts', "import '../memory/b.ts'")

t.test('a floor is one above the highest room that is imported', async t => {
  const house = readHouse(
    [LANE, readModule('gate/memory/b.ts', "import type { X } from '../limits.ts'")],
    'gate',
  )
  t.same(
    [...house.floors],
    [
      ...[
        ['gate/limits.ts', 1],
        ['gate/memory/', 2],
        ['gate/lane/', 3],
      ],
    ],
  )
})

t.test('a circle of rooms is found, also where types alone make it', async t => {
  const back = readModule('gate/memory/b.ts', "import type { A } from '../lane/a.ts'")
  const house = readHouse([LANE, back], 'gate')
  t.same(house.circles, [['gate/lane/', 'gate/memory/']])
  t.ok(brokenRooms('gate', house).includes('rooms in a circle: gate/lane/, gate/memory/'))
})

t.test('the table refuses an arrow that it does not have, and a room', async t => {
  const up = readModule('gate/memory/b.ts', "import '../bus/c.ts'; import '../loft/d.ts'")
  const said = brokenRooms('gate', readHouse([LANE, up], 'gate'))
  t.ok(said.includes('gate/memory/ may not import gate/bus/: gate/memory/b.ts → gate/bus/c.ts'))
  t.ok(said.includes('gate/loft/: no such room in scripts/house/room-table.ts'))
  t.ok(said.some(line => line.startsWith('gate/lane/ → gate/trust/: in the table, and no import')))
})

t.test('the drawing has each room once, and is the one that is committed', async t => {
  const drawing = drawHouse(housesOf(modules))
  const all = Object.values(ROOMS)
    .flat()
    .map(one => one.says)
  for (const says of all) {
    const times = all.filter(one => one === says).length
    t.equal(drawing.split(`>${says}<`).length - 1, times, says)
  }
  t.equal(readFileSync(join(root, '.github/house.svg'), 'utf8'), drawing, 'npm run house')
})
