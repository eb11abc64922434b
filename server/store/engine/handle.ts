/**
 * What belongs to an open database beside its tables: the time and chance that its rows are made
 * with, and what was committed through it. A transaction has those of its database.
 */
import type { DialectAdapter } from 'kysely'
import { type Random, systemRandom, systemTimers, type Timers } from '../../clock.ts'
import { type Changes, createChanges } from './changes.ts'

export interface Handle {
  readonly timers: Timers
  readonly random: Random
  readonly changes: Changes
}

/** A database or a transaction. */
interface HasAdapter {
  getExecutor(): { readonly adapter: DialectAdapter }
}

/** By the adapter, which a database shares with its transactions. */
const handles = new WeakMap<DialectAdapter, Handle>()

/** To be called once, when a database was opened. */
export function setHandle(db: HasAdapter, handle: Handle): void {
  handles.set(db.getExecutor().adapter, handle)
}

/** Of a database that was opened by `openDatabase`; of any other one the system's. */
export const handleOf = (db: HasAdapter): Handle => handles.get(db.getExecutor().adapter) ?? SYSTEM

const SYSTEM: Handle = {
  timers: systemTimers,
  random: systemRandom,
  changes: createChanges(() => undefined),
}
