/** Logs second uses of a pass as soon as a gate's journal brings one. */
import { type Duplicate, duplicatesOf, type Passage, useOf } from '../domain/duplicates.ts'
import { DUPLICATE_ENTRY_MS, DUPLICATES_SPAN_MS } from '../limits.ts'
import { passagesOf } from '../store/gates/passages.ts'
import type { Service } from './context.ts'

/** Logs and counts the duplicates that passages just stored are part of. */
export async function tellDuplicates(
  { db, log, metrics }: Pick<Service, 'db' | 'log' | 'metrics'>,
  stored: readonly Passage[],
): Promise<void> {
  if (stored.length === 0) return
  const since = Math.min(...stored.map(one => one.at)) - DUPLICATES_SPAN_MS
  const known = await passagesOf(db, [...new Set(stored.map(one => one.cti))], since)
  const names = new Set(stored.map(nameOf))
  const isNew = ({ first, second }: Duplicate) =>
    names.has(nameOf(first)) || names.has(nameOf(second))
  const found = duplicatesOf(known, DUPLICATE_ENTRY_MS).filter(isNew)
  metrics.duplicates(found.length)
  for (const { kind, first, second } of found) {
    log.warn({ kind, first: useOf(first), second: useOf(second) }, 'a pass was used twice')
  }
}

const nameOf = ({ gate, epoch, seq }: Passage): string => `${gate} ${epoch} ${seq}`
