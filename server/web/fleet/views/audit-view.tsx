/** Who did what: searched by who, what, of what and when; and as a file. */
import { useState } from 'preact/hooks'
import { language, TAGS } from '../../shared/language.ts'
import { Heading } from '../../shared/parts.tsx'
import { SendButton, SendForm, SubmitButton } from '../../shared/sending.tsx'
import type { AuditFilter, AuditPage, AuditRow } from '../audit-steps.ts'
import { say } from '../texts.ts'
import { Line } from './forms.tsx'
import { type FleetProps, Shown } from './parts.tsx'

export function AuditView({ fleet }: FleetProps) {
  return (
    <div class="page">
      <Heading>{say('place.audit')}</Heading>
      {fleet.may('audit') ? (
        <>
          <Search fleet={fleet} />
          <section class="card" aria-label={say('audit.found')}>
            <Shown of={fleet.audit.found.value} none="audit.none">
              {page => <Found fleet={fleet} page={page} />}
            </Shown>
          </section>
        </>
      ) : (
        <p class="quiet empty">{say('act.forbidden')}</p>
      )}
    </div>
  )
}

const TEXTS = ['actor', 'action', 'subject'] as const
const DAYS = ['fromDay', 'toDay'] as const

function Search({ fleet }: FleetProps) {
  const [filter, setFilter] = useState<AuditFilter>(fleet.audit.filter.value)
  const put = (name: keyof AuditFilter) => (value: string) =>
    setFilter(before => ({ ...before, [name]: value }))
  return (
    <SendForm
      waiting={fleet.waiting}
      class="card pad search"
      send={() => void fleet.audit.search(filter)}
    >
      {TEXTS.map(name => (
        <Line
          key={name}
          id={name}
          label={say(`audit.${name}`)}
          hint={say(`audit.${name}.hint`)}
          value={filter[name]}
          put={put(name)}
          max={200}
        />
      ))}
      {DAYS.map(name => (
        <Line
          key={name}
          id={name}
          label={say(`audit.${name}`)}
          value={filter[name]}
          put={put(name)}
          max={10}
          type="date"
        />
      ))}
      <div class="buttons">
        <SubmitButton waiting={fleet.waiting} class="button" spins={false}>
          {say('audit.search')}
        </SubmitButton>
        <a class="button line" href={fleet.audit.exportUrl('csv')} download="audit.csv">
          {say('audit.csv')}
        </a>
        <a class="button line" href={fleet.audit.exportUrl('ndjson')} download="audit.ndjson">
          {say('audit.ndjson')}
        </a>
      </div>
    </SendForm>
  )
}

function Found({ fleet, page }: FleetProps & { readonly page: AuditPage }) {
  return (
    <>
      <ol class="audit">
        {page.rows.map(row => (
          <Row key={row.id} row={row} />
        ))}
      </ol>
      {page.next !== null && (
        <p class="more">
          <SendButton
            waiting={fleet.waiting}
            class="button line"
            press={() => void fleet.audit.older()}
            spins
          >
            {say('audit.older')}
          </SendButton>
        </p>
      )}
    </>
  )
}

function Row({ row }: { readonly row: AuditRow }) {
  const detail = Object.entries(row.detail)
  return (
    <li>
      <time dateTime={new Date(row.at).toISOString()}>{timeOf(row.at)}</time>
      <code>{row.action}</code>
      <span>{row.subject}</span>
      <span class="quiet">{row.name ?? row.actor}</span>
      {detail.length > 0 && (
        <span class="detail">
          {detail.map(([name, value]) => (
            <span key={name}>
              <span class="quiet">{name}</span>{' '}
              {typeof value === 'string' ? value : JSON.stringify(value)}
            </span>
          ))}
        </span>
      )}
    </li>
  )
}

const timeOf = (at: number): string =>
  new Intl.DateTimeFormat(TAGS[language.value], {
    timeZone: 'Asia/Shanghai',
    ...({ year: 'numeric', month: '2-digit', day: '2-digit' } as const),
    ...({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const),
  }).format(at)
