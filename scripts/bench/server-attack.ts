/**
 * The service under attack: the real program with a bounded heap and the real face check, all that
 * strangers can do at once against it, and honest traffic beside them. Figures of who was answered
 * and when, and of its memory, watched from outside, during the attack and after a quiet minute.
 *
 * Everybody comes by one trusted proxy, so that each has an address of their own.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Child, startChild } from '../../fixtures/child.ts'
import { type StaffSession, signIn } from '../../fixtures/staff.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createWorld, type World } from '../../fixtures/world.ts'
import { databasePlace, loadConfig } from '../../server/config.ts'
import { createSecrets } from '../../server/secrets.ts'
import { registerPerson } from '../../server/services/people-registry.ts'
import { openDatabase } from '../../server/store/engine/engines.ts'
import { transact } from '../../server/store/engine/transact.ts'
import { typedPerson } from '../../server/testing/applicant.ts'
import type { Figure } from './figure.ts'
import { PROBE_FOLDER, readBeats } from './loop-file.ts'
import {
  cpuFigures,
  cpuTaken,
  FACE_SHARE_GOAL,
  faceShare,
  HEAP_MIB_MAX,
  honestFigures,
  KEPT_MIB_MAX,
  loopFigures,
  memoryFigures,
  type Quiet,
  sentFigures,
  type Taken,
} from './server-attack-figures.ts'
import {
  type Album,
  type Honest,
  honestCheck,
  honestTraffic,
  makeAlbum,
  PHOTO_FILE,
  PORTRAIT_FILE,
} from './server-attack-honest.ts'
import type { Attacked } from './server-attack-load.ts'
import { loopLagMs, type Watched, watch } from './server-attack-watch.ts'
import type { Ground } from './server-ground.ts'

const ATTACK_MS = 66_000
const PERSON_EVERY_MS = 6_000
/** The last one is looked at while the attack goes on. */
const PEOPLE = Math.floor(ATTACK_MS / PERSON_EVERY_MS)
/** A face check takes a core longer than this. */
const FACE_RUSH = { ms: 30_000, everyMs: 200 }
const [ATTACK, RUSH] = ['under attack', 'face checks beyond its power'] as const
const QUIET_MS_MAX = 60_000
const LOOK_MS = 500
const READY_MS_MAX = 60_000
const PROBE = new URL('./loop-probe.ts', import.meta.url)
const PACKAGE_FILE = join(import.meta.dirname, '../../package.json')
const UNIT_FILE = join(import.meta.dirname, '../../server/wicketgate-service.service')

export async function attackFigures(ground: Ground): Promise<Figure[]> {
  // Once interrupted, what was started and written goes as at any other end of this process.
  const interrupted = () => process.exit(130)
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
  const probes = tempDir()
  const world = await createWorld({
    dir: ground.folder(),
    lanes: [],
    service: {
      documents: ['passport'],
      trustedProxies: 1,
      metrics: { port: 0 },
      // Its lines come to this process, which measures.
      log: { level: 'warn' },
    },
  })
  await putOnFile(world.serverConfigFile)
  const env = {
    ...unitEnvironment(),
    [PROBE_FOLDER]: probes,
    NODE_OPTIONS: [
      `--import=${PROBE}`,
      `--max-old-space-size=${HEAP_MIB_MAX}`,
      ...v8Options(),
    ].join(' '),
  }
  const service = startChild('server/main.ts', ['--config', world.serverConfigFile], { env })
  try {
    const phases = await attacked(world, service).finally(() => service.stop())
    return phases.flatMap(({ name, figures, from, to }) => [
      ...figures,
      ...loopFigures(name, readBeats(probes, service.pid, from, to)),
    ])
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
  }
}

/** What `npm run server` gives V8. */
function v8Options(): string[] {
  const { scripts } = JSON.parse(readFileSync(PACKAGE_FILE, 'utf8'))
  return scripts.server.match(/--\S+/g) ?? []
}

/** What its unit gives a service in production. */
function unitEnvironment(): Readonly<Record<string, string>> {
  const unit = readFileSync(UNIT_FILE, 'utf8')
  const given = [...unit.matchAll(/^Environment=(\w+)=(\S+)$/gm)]
  return Object.fromEntries(given.map(([, name, value]) => [name, value]))
}

/** One more than come during the attack: to warm up with. */
const people = Array.from({ length: PEOPLE + 1 }, (_, n) => ({
  number: `E${82_000 + n}`,
  address: `198.18.0.${1 + n}`,
}))

/** Nobody of these is on file, which costs as much: the service must not tell who is. */
const crowd = Array.from({ length: FACE_RUSH.ms / FACE_RUSH.everyMs }, (_, n) => ({
  number: `E${83_000 + n}`,
  address: `198.18.1.${1 + n}`,
}))

async function putOnFile(configFile: string): Promise<void> {
  const { config, secret } = loadConfig(configFile, {})
  const db = await openDatabase(databasePlace(config))
  const photo = new Uint8Array(readFileSync(PHOTO_FILE))
  const secrets = createSecrets(secret)
  for (const { number } of people) {
    await transact(db, tx => registerPerson(tx, secrets, typedPerson(number), photo, Date.now()))
  }
  await db.destroy()
}

/** What came of honest work beside a load, and when it began and was over, Unix ms. */
interface Looked extends Honest {
  readonly taken: Taken
  readonly from: number
  readonly to: number
  /** p99 of the service's event loop. */
  readonly lagMs: number
}

interface Phase extends Pick<Looked, 'from' | 'to'> {
  readonly name: string
  readonly figures: readonly Figure[]
}

/** The attack; then, once it is quiet again, more honest face checks than there is time for. */
async function attacked(world: World, service: Child): Promise<Phase[]> {
  const album = await makeAlbum()
  const { listening, metrics } = await service.line('listening', one => 'listening' in one)
  const url = String(listening)
  const [first, ...others] = people as [(typeof people)[number], ...typeof people]
  const staff = await warm(world, { url, first, album })
  const watched = watch(service)
  const start = watched.rss()

  const looked = (times: { ms: number; everyMs: number }, those: typeof people) =>
    lookedAt({ metrics: String(metrics), watched }, () =>
      honestTraffic({ url, ...times }, those, { staff, album }),
    )
  const load = startChild('scripts/bench/server-attack-load.ts', [
    url,
    String(ATTACK_MS),
    PORTRAIT_FILE,
  ])
  try {
    await load.line('attacking', one => 'attacking' in one, READY_MS_MAX)
    const attack = await looked({ ms: ATTACK_MS, everyMs: PERSON_EVERY_MS }, others)
    const line = await load.line('its end', one => 'attacked' in one, READY_MS_MAX)
    const quiet = await quietMinute(url, watched, start)
    const sent = (line as unknown as Attacked).attacked
    const figures = [
      ...sentFigures(sent),
      ...honestFigures(ATTACK, attack, FACE_SHARE_GOAL),
      ...cpuFigures(attack.taken, sent.cpuMs),
      ...memoryFigures(watched, start, quiet),
    ]
    const rush = await looked(FACE_RUSH, crowd)
    const rushed = [...honestFigures(RUSH, rush), faceShare(RUSH, rush.taken)]
    return [
      { name: ATTACK, figures, ...attack },
      { name: RUSH, figures: rushed, ...rush },
    ]
  } finally {
    watched.stop()
    await load.stop()
  }
}

/** The service while there is work for it. */
async function lookedAt(
  { metrics, watched }: { readonly metrics: string; readonly watched: Watched },
  work: () => Promise<Honest>,
): Promise<Looked> {
  await loopLagMs(metrics)
  const cpu = cpuTaken(watched)
  const from = Date.now()
  const honest = await work()
  const [taken, to] = [cpu(), Date.now()]
  return { ...honest, taken, from, to, lagMs: await loopLagMs(metrics).catch(() => Number.NaN) }
}

/** Past this, the service and its face check have what they need for their work. */
async function warm(
  { accounts }: World,
  { url, first, album }: { url: string; first: (typeof people)[number]; album: Album },
): Promise<StaffSession> {
  const staff = await signIn(url, accounts.operator)
  await staff.get('/v1/fleet/gates')
  const { answer } = await honestCheck(url, first, album)
  if (answer !== '201') throw new Error(`before the attack an honest face check said ${answer}`)
  return staff
}

/** Until the memory is back, a minute at most. */
async function quietMinute(url: string, watched: Watched, start: number): Promise<Quiet> {
  const from = performance.now()
  for (;;) {
    await sleep(LOOK_MS)
    await fetch(`${url}/healthz`).catch(() => {})
    const [rss, ms] = [watched.rss(), performance.now() - from]
    const isBack = rss <= start + KEPT_MIB_MAX
    if (isBack || ms > QUIET_MS_MAX || watched.ended() !== undefined) return { rss, ms }
  }
}
