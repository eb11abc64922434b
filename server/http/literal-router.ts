/**
 * Hono's router for all kinds of paths, asked once for each path that is written out in a route:
 * gates poll one of them by thousands, and the search for it takes a tenth of a poll. A GET of that one
 * goes to the first handler alone, which Hono then calls without the chain of steps.
 */
import type { Result, Router } from 'hono/router'
import { TrieRouter } from 'hono/router/trie-router'

export class LiteralRouter<T> implements Router<T> {
  readonly name = 'LiteralRouter'
  readonly #all = new TrieRouter<T>()
  /** Paths without a parameter: as many as there are routes. */
  readonly #literal = new Set<string>()
  readonly #known = new Map<string, Result<T>>()
  readonly #alone: string | undefined

  /** `alone`: the path whose first handler for GET answers by itself, whatever else is said of it. */
  constructor(alone?: string) {
    this.#alone = alone
  }

  add(method: string, path: string, handler: T): void {
    this.#all.add(method, path, handler)
    if (!/[:*{?]/.test(path)) this.#literal.add(path)
    this.#known.clear()
  }

  match(method: string, path: string): Result<T> {
    const key = `${method} ${path}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const all = this.#all.match(method, path)
    const isAlone = method === 'GET' && path === this.#alone && all.length === 1
    const found: Result<T> = isAlone ? [all[0].slice(0, 1)] : all
    if (METHODS.has(method) && this.#literal.has(path)) this.#known.set(key, found)
    return found
  }
}

/** Others are of whoever asks, and of any number. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])
