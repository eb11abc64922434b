/** The gate's journal, newest first: what happened, and why, when one asks. */
import { language } from '../../shared/language.ts'
import type { RowState } from '../protocol.ts'
import type { Station } from '../station.ts'
import { say } from '../texts.ts'
import { clockOf } from '../time.ts'

interface JournalProps {
  /** Newest first. */
  readonly rows: readonly RowState[]
  readonly openRow: Station['openRow']
}

export function Journal({ rows, openRow }: JournalProps) {
  return (
    <section class="journal" aria-labelledby="journal">
      <h2 id="journal">{say('journal.title')}</h2>
      {rows.length === 0 && <p class="quiet empty">{say('journal.empty')}</p>}
      <ol>
        {rows.map(row => (
          <Row key={row.id} row={row} openRow={openRow} />
        ))}
      </ol>
    </section>
  )
}

function Row({ row, openRow }: Pick<JournalProps, 'openRow'> & { readonly row: RowState }) {
  const isOpen = openRow.value === row.id
  const [first = '', ...why] = row.means[language.value]
  const where = row.lane === '' ? say('journal.gate') : say('lane', { lane: row.lane })
  return (
    <li class={isOpen ? 'open' : ''} data-row={row.seq} data-kind={row.kind} data-code={row.code}>
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => {
          openRow.value = isOpen ? '' : row.id
        }}
      >
        <time>{clockOf(row.at)}</time>
        <span class="what">
          <span class={`state ${row.tone}`}>{row.code || kindOf(row.kind)}</span> {where}
          <small>{first}</small>
        </span>
      </button>
      {isOpen && (
        <ul class="why">
          {why.map(line => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </li>
  )
}

const KINDS = [
  ...(['boot', 'stop', 'scan', 'grant', 'passage', 'annulled', 'alarm', 'mode'] as const),
  ...(['trust', 'clock', 'login', 'config', 'test', 'command'] as const),
] as const

function kindOf(kind: string): string {
  const known = KINDS.find(one => one === kind)
  return known === undefined ? kind : say(`kind.${known}`)
}
