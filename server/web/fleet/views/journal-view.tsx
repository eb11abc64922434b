/** A gate's journal, newest first: each row in sentences, and whether rows follow one another. */
import { explainRow } from '../../../../gate/contract/explain-row.ts'
import { language, TAGS } from '../../shared/language.ts'
import type { Chain, JournalPage, JournalRow } from '../journal.ts'
import { say } from '../texts.ts'
import { type FleetProps, Shown } from './parts.tsx'

export function JournalView({ fleet }: FleetProps) {
  return (
    <section class="card" aria-label={say('gate.journal')}>
      <Shown of={fleet.journal.page.value} none="journal.none">
        {page => <Page fleet={fleet} page={page} />}
      </Shown>
    </section>
  )
}

interface PageProps extends FleetProps {
  readonly page: JournalPage
}

function Page({ fleet, page }: PageProps) {
  const { journal } = fleet
  return (
    <>
      <div class="tools">
        <ChainSign chain={page.chain} rows={page.rows} />
        <Epochs fleet={fleet} page={page} />
        <span class="buttons end">
          <button
            type="button"
            class="button line"
            aria-disabled={page.isNewest}
            onClick={() => page.isNewest || void journal.newest()}
          >
            {say('journal.newest')}
          </button>
          <button
            type="button"
            class="button line"
            aria-disabled={page.isNewest}
            onClick={() => page.isNewest || void journal.newer()}
          >
            {say('journal.newer')}
          </button>
          <button
            type="button"
            class="button line"
            aria-disabled={page.isOldest}
            onClick={() => page.isOldest || void journal.older()}
          >
            {say('journal.older')}
          </button>
        </span>
      </div>
      {page.missing.map(({ from, to, why }) => (
        <p key={from} class="note">
          {say(`missing.${why}`, { from, to })}
        </p>
      ))}
      <ol class="rows-of-journal">
        {page.rows.map(row => (
          <Row key={`${row.epoch}/${row.seq}`} row={row} />
        ))}
      </ol>
    </>
  )
}

function ChainSign({ chain, rows }: Pick<JournalPage, 'chain' | 'rows'>) {
  const span = { from: rows.at(-1)?.seq ?? 0, to: rows[0]?.seq ?? 0 }
  const tones = { checking: 'calm', holds: 'pass', broken: 'refuse' } as const
  const seq = chain.is === 'broken' ? chain.seq : 0
  return (
    <span class={`state ${tones[chain.is as Chain['is']]}`} role="status">
      {say(`chain.${chain.is}`, { ...span, seq })}
    </span>
  )
}

function Epochs({ fleet, page }: PageProps) {
  if (page.epochs.length < 2) return null
  return (
    <label class="epochs">
      {say('journal.epoch')}{' '}
      <select
        value={page.epoch}
        onChange={event => void fleet.journal.epoch(event.currentTarget.value)}
      >
        {page.epochs.map((epoch, i) => (
          <option key={epoch} value={epoch}>
            {i + 1}
          </option>
        ))}
      </select>
    </label>
  )
}

function Row({ row }: { readonly row: JournalRow }) {
  const [first = '', ...rest] = sentencesOf(row)
  return (
    <li>
      <details>
        <summary>
          <span class="when">
            <span class="seq">{row.seq}</span> {timeOf(row.at)}
          </span>
          <span class="kind">
            {row.kind}
            {row.lane !== '' && ` · ${row.lane}`}
          </span>
          <span>{first}</span>
        </summary>
        <div class="why">
          {rest.map(line => (
            <p key={line}>{line}</p>
          ))}
          {row.body !== null && <pre>{pretty(row.body)}</pre>}
          <p class="quiet">
            {say(row.clock === 'TRUSTED' ? 'row.clock.trusted' : 'row.clock.uncertain')}{' '}
            <code>{row.hash.slice(0, 16)}…</code>
          </p>
        </div>
      </details>
    </li>
  )
}

/** In the gate's own words; a row that no table knows is shown as it is. */
function sentencesOf(row: JournalRow): readonly string[] {
  try {
    return explainRow(row)[language.value]
  } catch {
    return [row.kind]
  }
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}

const timeOf = (at: number): string =>
  new Intl.DateTimeFormat(TAGS[language.value], {
    timeZone: 'Asia/Shanghai',
    ...({ month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const),
    ...({ second: '2-digit', hourCycle: 'h23' } as const),
  }).format(at)
