/**
 * The rooms of the house and the arrows between them, from the real imports, types included. A room
 * is a folder of a program; in `gate/` and `server/` each file at the root is one, too.
 *
 * The floor of a room is one above the highest room that it imports; a room that imports none is on
 * floor 1. Arrows between rooms that import each other in a circle have no floor: they run up.
 */
import type { Module } from './modules.ts'

export interface Arrow {
  readonly from: string
  readonly to: string
  /** Imports behind it, as `gate/lane/lane.ts → gate/memory/memory.ts`. */
  readonly imports: readonly string[]
}

export interface House {
  /** Rooms by name, as `gate/lane/`, each with its floor, from 1. */
  readonly floors: ReadonlyMap<string, number>
  readonly lines: ReadonlyMap<string, number>
  readonly arrows: readonly Arrow[]
  /** Rooms that import each other, each list a circle. */
  readonly circles: readonly (readonly string[])[]
}

/** Programs whose files at the root are rooms of their own. */
const ROOT_FILES = /^(gate|server)\/[^/]+$/
const NOT_ROOMS = /\.test\.ts$|\/tests?\/|\/testing\//

/** The room of a module of `program`; undefined for tests and for other programs. */
export function roomOf(path: string, program: string): string | undefined {
  if (!path.startsWith(`${program}/`) || NOT_ROOMS.test(path)) return undefined
  if (ROOT_FILES.test(path)) return path
  const [top = '', folder = '', deeper] = path.split('/')
  return deeper === undefined ? `${top}/` : `${top}/${folder}/`
}

/** The rooms of one program, as `gate`. */
export function readHouse(modules: readonly Module[], program: string): House {
  return houseOf(modules, path => roomOf(path, program))
}

/** The programs themselves as rooms, tests aside. */
export function readPrograms(modules: readonly Module[]): House {
  return houseOf(modules, path => (NOT_ROOMS.test(path) ? undefined : `${path.split('/')[0]}/`))
}

function houseOf(
  modules: readonly Module[],
  roomOfPath: (path: string) => string | undefined,
): House {
  const lines = new Map<string, number>()
  const found = new Map<string, Map<string, string[]>>()
  for (const { path, lines: count, imports } of modules) {
    const from = roomOfPath(path)
    if (from === undefined) continue
    lines.set(from, (lines.get(from) ?? 0) + count)
    const arrows = found.get(from) ?? new Map<string, string[]>()
    found.set(from, arrows)
    for (const { target } of imports) {
      const to = target === undefined ? undefined : roomOfPath(target)
      if (to === undefined || to === from) continue
      arrows.set(to, [...(arrows.get(to) ?? []), `${path} → ${target}`])
    }
  }
  // In the order of names, so that a drawing doesn't change with the order of import lines.
  const arrows = [...found]
    .flatMap(([from, targets]) => [...targets].map(([to, imports]) => ({ from, to, imports })))
    .sort((a, b) => compare(a.from, b.from) || compare(a.to, b.to))
  const circles = circlesOf([...found.keys()], arrows)
  return { lines, arrows, circles, floors: floorsOf([...found.keys()], arrows, circles) }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

/** Strongly connected rooms, of more than one (Tarjan 1972). */
function circlesOf(rooms: readonly string[], arrows: readonly Arrow[]): string[][] {
  const order = new Map<string, number>()
  const low = new Map<string, number>()
  const trail: string[] = []
  const circles: string[][] = []

  function visit(room: string): void {
    order.set(room, order.size)
    low.set(room, order.get(room) ?? 0)
    trail.push(room)
    for (const { from, to } of arrows) {
      if (from !== room) continue
      if (!order.has(to)) {
        visit(to)
        low.set(room, Math.min(low.get(room) ?? 0, low.get(to) ?? 0))
      } else if (trail.includes(to)) {
        low.set(room, Math.min(low.get(room) ?? 0, order.get(to) ?? 0))
      }
    }
    if (low.get(room) !== order.get(room)) return
    const circle = trail.splice(trail.indexOf(room))
    if (circle.length > 1) circles.push(circle.toSorted())
  }

  for (const room of rooms) if (!order.has(room)) visit(room)
  return circles
}

function floorsOf(
  rooms: readonly string[],
  arrows: readonly Arrow[],
  circles: readonly (readonly string[])[],
): Map<string, number> {
  const inOneCircle = ({ from, to }: Arrow) =>
    circles.some(circle => circle.includes(from) && circle.includes(to))
  const down = arrows.filter(arrow => !inOneCircle(arrow))
  const floors = new Map<string, number>()
  const floorOf = (room: string): number => {
    const known = floors.get(room)
    if (known !== undefined) return known
    const below = down.filter(({ from }) => from === room).map(({ to }) => floorOf(to))
    const floor = 1 + Math.max(0, ...below)
    floors.set(room, floor)
    return floor
  }
  for (const room of rooms) floorOf(room)
  return floors
}
