/**
 * The house as one SVG: the rooms of a program on their floors, with their arrows. Drawn from the
 * imports alone, so that it changes when a room or an arrow does, and not with the length of a file.
 */
import { GROUND, PROGRAMS, ROOMS } from './room-table.ts'
import type { House } from './rooms.ts'

const ROOM = { width: 186, height: 40, gap: 18 } as const
const FLOOR_HEIGHT = 74
const MARGIN = 24
const HEAD = 46

interface Box {
  readonly name: string
  readonly x: number
  readonly y: number
}

interface Plan {
  readonly boxes: readonly Box[]
  readonly width: number
  readonly height: number
  readonly floors: number
}

/** Programs side by side: columns from the left. */
const COLUMNS = [['gate'], ['server'], [PROGRAMS, 'hardware', 'pass']] as const

/** Each program of `houses` that has a column. */
export function drawHouse(houses: ReadonlyMap<string, House>): string {
  const parts: string[] = []
  let x = MARGIN
  let height = 0
  for (const column of COLUMNS) {
    let y = MARGIN
    let width = 0
    for (const program of column) {
      const house = houses.get(program)
      if (house === undefined) continue
      const plan = planOf(house)
      parts.push(drawProgram(program, house, plan, { x, y }))
      y += plan.height + MARGIN
      width = Math.max(width, plan.width)
    }
    x += width + MARGIN
    height = Math.max(height, y)
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${x} ${height}" width="${x}" height="${height}" font-family="system-ui, sans-serif">`,
    '<title>The rooms of the house and who imports whom</title>',
    `<rect width="${x}" height="${height}" fill="#fdfdfb"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n')
}

/** Each floor's rooms in the middle of its row; within a row in the order of the table. */
function planOf({ floors }: House): Plan {
  const order = Object.values(ROOMS).flatMap(rooms => rooms.map(({ name }) => name))
  const rows = new Map<number, string[]>()
  for (const [name, floor] of floors) rows.set(floor, [...(rows.get(floor) ?? []), name])
  const most = Math.max(...[...rows.values()].map(row => row.length))
  const width = most * (ROOM.width + ROOM.gap) + ROOM.gap
  const top = Math.max(...rows.keys())
  const boxes = [...rows].flatMap(([floor, names]) => {
    const span = names.length * (ROOM.width + ROOM.gap) - ROOM.gap
    return names
      .toSorted((a, b) => order.indexOf(a) - order.indexOf(b))
      .map((name, i) => ({
        name,
        x: (width - span) / 2 + i * (ROOM.width + ROOM.gap),
        y: HEAD + (top - floor) * FLOOR_HEIGHT,
      }))
  })
  return { boxes, width, floors: top, height: HEAD + top * FLOOR_HEIGHT }
}

function drawProgram(
  program: string,
  house: House,
  plan: Plan,
  at: { readonly x: number; readonly y: number },
): string {
  const says = new Map((ROOMS[program] ?? []).map(({ name, says }) => [name, says]))
  const boxOf = (name: string) => plan.boxes.find(box => box.name === name)
  const ground = (GROUND[program] ?? []).map(name => `${program}/${name}`)
  const arrows = house.arrows
    .filter(({ to }) => !ground.includes(to))
    .flatMap(({ from, to }) => {
      const [a, b] = [boxOf(from), boxOf(to)]
      return a && b ? [drawArrow(a, b, isDirect(house, from, to))] : []
    })
  const count = plan.floors === 1 ? '1 floor' : `${plan.floors} floors`
  return [
    `<g transform="translate(${at.x} ${at.y})">`,
    `<rect width="${plan.width}" height="${plan.height}" rx="10" fill="#fff" stroke="#d8d5cc"/>`,
    `<text x="16" y="28" font-size="18" font-weight="700" fill="#222">${headOf(program)}</text>`,
    `<text x="${plan.width - 16}" y="28" font-size="12" text-anchor="end" fill="#777">${count}</text>`,
    ...arrows,
    ...plan.boxes.map(box => drawBox(box, program, says.get(box.name) ?? '', ground)),
    '</g>',
  ].join('\n')
}

const headOf = (program: string): string => (program === PROGRAMS ? 'The house' : `${program}/`)

/** No other room stands between the two: the arrow that one must see. */
function isDirect({ arrows }: House, from: string, to: string): boolean {
  const reaches = (a: string): boolean =>
    arrows.some(arrow => arrow.from === a && (arrow.to === to || reaches(arrow.to)))
  return !arrows.some(arrow => arrow.from === from && arrow.to !== to && reaches(arrow.to))
}

function drawArrow(from: Box, to: Box, direct: boolean): string {
  const [x1, y1] = [from.x + ROOM.width / 2, from.y + ROOM.height]
  const [x2, y2] = [to.x + ROOM.width / 2, to.y]
  const bend = Math.min(60, Math.abs(y2 - y1) / 2)
  const path = `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`
  const look = direct
    ? 'stroke="#5a6b7b" stroke-width="1.4"'
    : 'stroke="#cfd6dc" stroke-width="0.8"'
  return `<path d="${path}" fill="none" ${look}/>`
}

function drawBox(box: Box, program: string, says: string, ground: readonly string[]): string {
  const name = program === PROGRAMS ? box.name : box.name.slice(program.length + 1) || `${program}/`
  const fill = ground.includes(box.name) ? '#f1efe8' : '#e8f0f6'
  const middle = box.x + ROOM.width / 2
  return [
    `<rect x="${box.x}" y="${box.y}" width="${ROOM.width}" height="${ROOM.height}" rx="6" fill="${fill}" stroke="#8fa3b3"/>`,
    `<text x="${middle}" y="${box.y + 17}" font-size="13" font-weight="600" text-anchor="middle" fill="#1c2b36">${name}</text>`,
    `<text x="${middle}" y="${box.y + 32}" font-size="9.5" text-anchor="middle" fill="#55636e">${says}</text>`,
  ].join('\n')
}
