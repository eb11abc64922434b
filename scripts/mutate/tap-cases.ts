/**
 * Stands in for tap in the files of tests: their cases are kept, to be run any number of times in one
 * process. It has the assertions that these tests use, with tap's own comparison; the first that does
 * not hold ends its case.
 */
import { match, same, strict } from 'tcompare'

type Work = (t: CaseTest) => unknown

export interface Case {
  readonly name: string
  /** Rejects when the case fails. */
  run(): Promise<void>
}

class Failed extends Error {
  override readonly name = 'Failed'
}

/** What a case is handed, and each case inside it. */
export class CaseTest {
  readonly #open: Promise<void>[] = []
  readonly #endings: (() => unknown)[] = []
  #failed: Failed | undefined

  /** `options` hold for tap alone. */
  test(_name: string, options: object | Work, work?: Work): Promise<void> {
    const inner = runCase(work ?? (options as Work))
    this.#open.push(inner)
    inner.catch(() => {})
    return inner
  }

  teardown(ending: () => unknown): void {
    this.#endings.unshift(ending)
  }

  comment(): void {}
  end(): void {}
  pass(): void {}

  fail(message = 'failed'): never {
    this.#failed = new Failed(message)
    throw this.#failed
  }

  #hold(holds: boolean, message = 'does not hold'): boolean {
    if (!holds) this.fail(message)
    return true
  }

  ok = (found: unknown, message?: string) => this.#hold(Boolean(found), message)
  notOk = (found: unknown, message?: string) => this.#hold(!found, message)
  equal = (found: unknown, wanted: unknown, message?: string) =>
    this.#hold(found === wanted, message)
  not = (found: unknown, other: unknown, message?: string) => this.#hold(found !== other, message)
  same = (found: unknown, wanted: unknown, message?: string) =>
    this.#hold(same(found, wanted).match, message)
  notSame = (found: unknown, wanted: unknown, message?: string) =>
    this.#hold(!same(found, wanted).match, message)
  strictSame = (found: unknown, wanted: unknown, message?: string) =>
    this.#hold(strict(found, wanted).match, message)
  match = (found: unknown, wanted: unknown, message?: string) =>
    this.#hold(match(found, wanted).match, message)
  notMatch = (found: unknown, wanted: unknown, message?: string) =>
    this.#hold(!match(found, wanted).match, message)

  throws(work: () => unknown, wanted?: unknown, message?: string): unknown {
    try {
      work()
    } catch (error) {
      return this.#fits(error, wanted, message)
    }
    return this.fail(message ?? 'expected to throw')
  }

  doesNotThrow(work: () => unknown): void {
    work()
  }

  async rejects(
    work: Promise<unknown> | (() => Promise<unknown>),
    wanted?: unknown,
  ): Promise<unknown> {
    try {
      await (typeof work === 'function' ? work() : work)
    } catch (error) {
      return this.#fits(error, wanted)
    }
    return this.fail('expected to reject')
  }

  #fits(error: unknown, wanted: unknown, message?: string): unknown {
    if (wanted === undefined || typeof wanted === 'string') return error
    this.match(wanted instanceof RegExp ? (error as Error).message : error, wanted, message)
    return error
  }

  /** Waits for the cases inside; one assertion that failed fails it, whoever caught it. */
  async over(): Promise<void> {
    await Promise.all(this.#open)
    if (this.#failed !== undefined) throw this.#failed
  }

  async tearDown(): Promise<void> {
    for (const ending of this.#endings) await ending()
  }
}

async function runCase(work: Work): Promise<void> {
  const t = new CaseTest()
  try {
    await work(t)
    await t.over()
  } finally {
    await t.tearDown()
  }
}

let cases: Case[] = []

/** The cases of the files that were loaded since it was last called. */
export function takeCases(): Case[] {
  const taken = cases
  cases = []
  return taken
}

/** tap's own object, as the tests import it. */
export default Object.assign(new CaseTest(), {
  test(name: string, options: object | Work, work?: Work): Promise<void> {
    cases.push({ name, run: () => runCase(work ?? (options as Work)) })
    return Promise.resolve()
  },
})
