/**
 * What an error of the database means to whoever asked: the one table over both engines' codes, and
 * a way to hear of such an error where a library in between makes something else of it.
 */
import { AsyncLocalStorage } from 'node:async_hooks'

/** Codes of the service's table: away, in somebody else's hands, or nothing can be written. */
export type Trouble = 'UNAVAILABLE' | 'DATABASE_BUSY' | 'DATABASE_UNWRITABLE'

/** PostgreSQL's manual, appendix A, and the system's own codes. */
const BY_CODE: readonly (readonly [RegExp, Trouble])[] = [
  // Can't be reached, is starting or stopping, has no connection left, or gave this one up.
  [
    /^(08...|57P0[1235]|53300|25P03|ECONNREFUSED|ECONNRESET|ENOTFOUND|ETIMEDOUT|EPIPE|EAI_AGAIN)$/,
    'UNAVAILABLE',
  ],
  // lock_not_available; query_canceled: by the time that a statement may take.
  [/^(55P03|57014)$/, 'DATABASE_BUSY'],
  // disk_full, io_error, read_only_sql_transaction.
  [/^(53100|58030|25006)$/, 'DATABASE_UNWRITABLE'],
]
/** The driver gives these no code. */
const LOST =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Query read timeout)/

/** SQLite's primary result codes (its documentation, "Result and Error Codes"). */
const BY_SQLITE: Readonly<Record<number, Trouble>> = {
  5: 'DATABASE_BUSY',
  8: 'DATABASE_UNWRITABLE',
  10: 'DATABASE_UNWRITABLE',
  13: 'DATABASE_UNWRITABLE',
  14: 'DATABASE_UNWRITABLE',
}

/** Undefined: a fault of ours, or none of the database. Nothing that was answered is lost by these. */
export function troubleOf(error: unknown): Trouble | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, errcode } = error as Error & { code?: unknown; errcode?: unknown }
  const known =
    typeof errcode === 'number'
      ? BY_SQLITE[errcode & 0xff]
      : BY_CODE.find(([codes]) => codes.test(String(code ?? '')))?.[1]
  if (known !== undefined) return known
  return LOST.test(error.message) ? 'UNAVAILABLE' : troubleOf(error.cause)
}

const hearing = new AsyncLocalStorage<{ error?: unknown }>()

/** Said by the drivers of each error. */
export function tellTrouble(error: unknown): void {
  const heard = hearing.getStore()
  if (heard !== undefined && troubleOf(error) !== undefined) heard.error = error
}

/**
 * Runs `work` of a library that swallows errors. Where it fails, or gives what `isFailed` takes for
 * a failure, after the database was in trouble, throws the database's error.
 */
export function withTrouble<T>(
  work: () => Promise<T>,
  isFailed: (result: T) => boolean = () => false,
): Promise<T> {
  const heard: { error?: unknown } = {}
  return hearing.run(heard, async () => {
    let result: T
    try {
      result = await work()
    } catch (error) {
      throw heard.error ?? error
    }
    if (heard.error !== undefined && isFailed(result)) throw heard.error
    return result
  })
}
