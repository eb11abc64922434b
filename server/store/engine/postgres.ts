/**
 * PostgreSQL under Kysely: one pool a replica. Every loss of a connection is heard, also of one that
 * is in use between two statements: an unheard one would end the process.
 */
import { type Dialect, type Driver, PostgresDialect } from 'kysely'
import pg from 'pg'
import { ISSUE_STATEMENT } from '../certificates/issue-statement.ts'
import { EVENTS_STATEMENT, UPLOAD_STATEMENT } from '../gates/event-statements.ts'
import {
  CONNECT_MS_MAX,
  DATABASE_CONNECTIONS_MAX,
  QUERY_MS_MAX,
  STATEMENT_MS_MAX,
} from './limits.ts'
import { tellTrouble } from './trouble.ts'
import { type DriverWatch, watchedDriver } from './watched-driver.ts'

const INT8 = pg.types.builtins.INT8

/** Times and counters fit a double; the driver's default is text. */
const TYPES: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    oid === INT8 && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format),
}

/** Statements that are planned once a connection and not each time, by their text. */
const PLANNED: ReadonlyMap<string, string> = new Map([
  [ISSUE_STATEMENT, 'issue'],
  [UPLOAD_STATEMENT, 'upload'],
  [EVENTS_STATEMENT, 'events'],
])

/** The driver gives it no code. */
const isNoAnswer = (error: unknown): boolean =>
  error instanceof Error && error.message === 'Query read timeout'

class PlanningClient extends pg.Client {
  override query(...given: unknown[]): never {
    const [text, values, ...rest] = given
    const name = typeof text === 'string' ? PLANNED.get(text) : undefined
    const asked = name === undefined ? given : [{ name, text, values }, ...rest]
    const answer: unknown = super.query(...(asked as Parameters<pg.Client['query']>))
    if (answer instanceof Promise) answer.catch(error => this.#failed(error))
    return answer as never
  }

  /**
   * A statement without an answer leaves its connection in a state that nobody knows, perhaps in a
   * transaction that goes on with the next one's statements: it is never given to anybody again.
   */
  #failed(error: unknown): void {
    tellTrouble(error)
    if (!isNoAnswer(error)) return
    const { connection } = this as unknown as { connection: { stream: { destroy(): void } } }
    connection.stream.destroy()
  }
}

/** `url`: `postgres://USER:PASSWORD@HOST:PORT/NAME`. Connects on first use. */
export function postgresDialect(
  url: string,
  onLost: (error: Error) => void,
  watch: DriverWatch,
): Dialect {
  const pool = new pg.Pool({
    Client: PlanningClient,
    connectionString: url,
    max: DATABASE_CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_MS_MAX,
    statement_timeout: STATEMENT_MS_MAX,
    query_timeout: QUERY_MS_MAX,
    idle_in_transaction_session_timeout: STATEMENT_MS_MAX,
    keepAlive: true,
    application_name: 'wicketgate',
    types: TYPES,
  })
  pool.on('connect', client => client.on('error', onLost))
  // The pool repeats what an idle connection said.
  pool.on('error', () => {})
  const connect = () =>
    pool.connect().catch((error: unknown) => {
      tellTrouble(error)
      throw error
    })
  return new WatchedDialect({ pool: { connect, end: () => pool.end() } }, watch)
}

class WatchedDialect extends PostgresDialect {
  readonly #watch: DriverWatch

  constructor(config: ConstructorParameters<typeof PostgresDialect>[0], watch: DriverWatch) {
    super(config)
    this.#watch = watch
  }

  override createDriver(): Driver {
    return watchedDriver(super.createDriver(), this.#watch)
  }
}
