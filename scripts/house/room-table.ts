/**
 * Which room may import which, each with one line on what it is for. Rooms stand from the top of
 * their program down: none may import one that stands above it.
 */
import type { Module } from './modules.ts'
import { type House, readHouse, readPrograms } from './rooms.ts'

interface Room {
  /** As `gate/lane/`. */
  readonly name: string
  /** One line, for the drawing. */
  readonly says: string
  /** Rooms of the same program that it may import, without the program's name. */
  readonly may: string
}

const room = (name: string, says: string, may = ''): Room => ({ name, says, may })

/** The programs, as one house more. */
export const PROGRAMS = 'programs'

export const ROOMS: Readonly<Record<string, readonly Room[]>> = {
  [PROGRAMS]: [
    room('scripts/', 'what a person runs', 'fixtures/ gate/ server/ hardware/ pass/'),
    room('fixtures/', 'for tests and scripts', 'gate/ server/ hardware/ pass/'),
    room('server/', 'the service', 'gate/ pass/'),
    room('gate/', 'the gate controller', 'hardware/ pass/'),
    room('hardware/', 'drivers, simulation, firmware'),
    room('pass/', 'the credential'),
  ],
  gate: [
    room('gate/main.ts', 'starts the program', 'assembly/'),
    room(
      'gate/assembly/',
      'builds a gate from its config',
      'console/ selftest/ support/ recording/ bus/ config/ ops/ lane/ station/ trust/ uplink/ store/ memory/ decide/ machine/ net/ files/ threads/',
    ),
    room('gate/console/', 'the technician’s lines: login, commands', 'selftest/ support/ files/'),
    room('gate/selftest/', 'names the broken part'),
    room('gate/support/', 'files that leave a gate: bundle, export'),
    room('gate/recording/', 'all that comes to a gate, for a replay', 'trust/ memory/ machine/'),
    room('gate/bus/', 'facts shared with sibling gates', 'config/ ops/ station/ memory/ net/'),
    room(
      'gate/config/',
      'candidate, commit, confirm, rollback',
      'lane/ station/ trust/ store/ files/ threads/ machine/',
    ),
    room(
      'gate/ops/',
      'log, metrics, health, boot record',
      'station/ trust/ uplink/ store/ memory/ machine/',
    ),
    room('gate/lane/', 'one barrier: scan to effects', 'trust/ store/ memory/ decide/ machine/'),
    room('gate/station/', 'what the service says of the station', 'trust/ decide/ net/ files/'),
    room('gate/trust/', 'signed documents, freshness, clock', 'store/ net/ files/ threads/'),
    room('gate/uplink/', 'rows and health to the service', 'store/ net/'),
    room('gate/store/', 'the journal on SQLite', 'memory/ files/ threads/'),
    room('gate/memory/', 'used passes and visits', 'decide/'),
    room('gate/decide/', 'pure: facts to verdict and trace', 'machine/'),
    room('gate/net/', 'one client for every request', 'files/'),
    room('gate/files/', 'files and databases of the data folder'),
    room('gate/machine/', 'pure: state and input to effects'),
    room('gate/threads/', 'questions to a worker thread'),
    room('gate/contract/', 'what a gate says and is told'),
    room('gate/limits.ts', 'every maximum'),
    room('gate/timing/', 'deadlines'),
  ],
  server: [
    room('server/main.ts', 'starts the program', 'assembly/'),
    room(
      'server/assembly/',
      'builds a service from its config',
      'http/ web/ services/ cli/ jobs/ fleet/ config.ts publish/ auth/ tickets/ store/ face/ ops/ secrets.ts load/',
    ),
    room(
      'server/http/',
      'routes, guards, documentation page',
      'services/ fleet/ publish/ auth/ tickets/ store/ face/ ops/ secrets.ts domain/ load/',
    ),
    room(
      'server/services/',
      'one use case a file',
      'jobs/ fleet/ config.ts publish/ auth/ tickets/ store/ face/ ops/ secrets.ts domain/ load/',
    ),
    room('server/web/', 'the pages for people, and their build', 'domain/'),
    room('server/ceremony/', 'root keys, offline', 'publish/'),
    room(
      'server/cli/',
      'commands beside the service',
      'config.ts publish/ auth/ tickets/ store/ ops/ secrets.ts domain/',
    ),
    room('server/jobs/', 'what runs by itself', 'publish/ store/ ops/ domain/'),
    room('server/fleet/', 'the fleet live, for who watches it', 'auth/ store/ ops/ domain/'),
    room('server/config.ts', 'the config file', 'auth/ store/ face/ settings/'),
    room('server/publish/', 'signed files out of rows', 'tickets/ store/ ops/ secrets.ts domain/'),
    room('server/auth/', 'accounts, proofs, permissions', 'store/ secrets.ts load/'),
    room('server/tickets/', 'the ticketing port', 'store/ domain/'),
    room('server/store/', 'all SQL, by subject', 'face/ secrets.ts domain/'),
    room('server/face/', 'the face check behind its port', 'load/'),
    room('server/ops/', 'log, metrics', 'load/'),
    room('server/secrets.ts', 'keys of the service’s own data', 'domain/'),
    room('server/settings/', 'sections of the config file', 'load/'),
    room('server/domain/', 'pure rules'),
    room('server/load/', 'what one client may cost'),
    room('server/clock.ts', 'time as a port'),
    room('server/errors.ts', 'every error code'),
    room('server/files/', 'reads whole files'),
    room('server/limits.ts', 'every maximum'),
  ],
  hardware: [
    room('hardware/sim/', 'simulated devices', 'drivers/ ./'),
    room('hardware/drivers/', 'boards and scanners', './'),
    room('hardware/', 'ports, errors, framing'),
    room('hardware/firmware/', 'the board’s firmware'),
  ],
  pass: [
    room('pass/documents/', 'trust, status lists, station, config', './'),
    room('pass/', 'the credential: encode, sign, verify'),
  ],
}

/** What every room above it may import, without a word in the table: sizes, codes, time. */
export const GROUND: Readonly<Record<string, readonly string[]>> = {
  gate: ['contract/', 'limits.ts', 'timing/'],
  server: ['clock.ts', 'errors.ts', 'files/', 'limits.ts'],
}

/** Every program of the table, read from its modules. */
export function housesOf(modules: readonly Module[]): Map<string, House> {
  return new Map(
    Object.keys(ROOMS).map(name => [
      name,
      name === PROGRAMS ? readPrograms(modules) : readHouse(modules, name),
    ]),
  )
}

/** One line for each arrow that the table does not have, and for each that it has for nothing. */
export function brokenRooms(program: string, { arrows, floors, circles }: House): string[] {
  const table = ROOMS[program] ?? []
  const names = table.map(({ name }) => name)
  const inside = program === PROGRAMS ? '' : `${program}/`
  const ground = (GROUND[program] ?? []).map(name => `${program}/${name}`)
  const isAllowed = (from: string, to: string) => {
    const may = table.find(({ name }) => name === from)?.may.split(' ') ?? []
    const ofGround = ground.includes(to) && names.indexOf(to) > names.indexOf(from)
    return ofGround || may.includes(to.slice(inside.length) || './')
  }
  const wanted = table.flatMap(({ name, may }) =>
    may
      .split(' ')
      .flatMap(to => (to === '' ? [] : [{ from: name, to: `${inside}${to === './' ? '' : to}` }])),
  )
  const stands = ({ from, to }: { from: string; to: string }) =>
    arrows.some(arrow => arrow.from === from && arrow.to === to)
  return [
    ...[...floors.keys()]
      .filter(name => !names.includes(name))
      .map(name => `${name}: no such room in scripts/house/room-table.ts`),
    ...names.filter(name => !floors.has(name)).map(name => `${name}: in the table, and not there`),
    ...circles.map(circle => `rooms in a circle: ${circle.join(', ')}`),
    ...arrows
      .filter(({ from, to }) => !isAllowed(from, to))
      .map(({ from, to, imports }) => `${from} may not import ${to}: ${imports[0]}`),
    ...wanted
      .filter(arrow => !stands(arrow))
      .map(({ from, to }) => `${from} → ${to}: in the table, and no import needs it`),
    ...wanted
      .filter(({ from, to }) => names.indexOf(to) <= names.indexOf(from))
      .map(({ from, to }) => `${from} → ${to}: the table has an arrow up`),
  ]
}
