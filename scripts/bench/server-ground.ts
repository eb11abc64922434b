/** The engine that figures of the service are measured on. */

export interface Ground {
  readonly engine: 'SQLite' | 'PostgreSQL'
  /** A new empty folder. */
  folder(): string
  /** A new empty database, as the service's config names it; undefined for a file of its own. */
  place(): Promise<string | undefined>
}
