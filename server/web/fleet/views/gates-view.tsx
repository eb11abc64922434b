/** All gates: the sums, which ones are shown, and a row for each, trouble first. */
import type { ComponentChildren } from 'preact'
import { useHeldFocus } from '../../shared/focus.ts'
import { Heading, Spinner } from '../../shared/parts.tsx'
import type { Fleet } from '../fleet.ts'
import { worstOf } from '../gate-row.ts'
import type { Filter } from '../gates.ts'
import { hashOf } from '../place.ts'
import { say, sayOr, type TextKey } from '../texts.ts'
import { Advice, State } from './alarm.tsx'
import { Ago, type FleetProps, figure, milliseconds } from './parts.tsx'
import { Spark } from './spark.tsx'

export function GatesView({ fleet }: FleetProps) {
  return (
    <div class="page">
      <Heading isUnseen>{say('place.gates')}</Heading>
      {fleet.gates.isHere.value ? <Here fleet={fleet} /> : <Coming />}
    </div>
  )
}

function Coming() {
  return (
    <p class="waiting quiet" role="status">
      <Spinner />
      {say('gates.loading')}
    </p>
  )
}

function Here({ fleet }: FleetProps) {
  return (
    <>
      <Sums fleet={fleet} />
      <List fleet={fleet} />
    </>
  )
}

/** A row keeps the focus where the order changes; when it goes, the list has it. */
function List({ fleet }: FleetProps) {
  const shown = fleet.gates.shown.value
  const card = useHeldFocus<HTMLElement>()
  return (
    <section ref={card} class="card" tabIndex={-1} aria-label={say('gates.list')}>
      <Tools fleet={fleet} />
      {shown.length === 0 ? <Nothing fleet={fleet} /> : <Rows fleet={fleet} shown={shown} />}
    </section>
  )
}

function Sums({ fleet }: FleetProps) {
  const { gates, inService, now, passages, verdicts, refused, p99Ms } = fleet.gates.sums.value
  const share = verdicts === 0 ? '–' : `${((100 * refused) / verdicts).toFixed(1)} %`
  const cells: readonly (readonly [TextKey, string])[] = [
    ['sums.in-service', `${figure(inService)} / ${figure(gates)}`],
    ['sums.now', figure(now)],
    ['sums.passages', figure(passages)],
    ['sums.refused', share],
    ['sums.p99', p99Ms === undefined ? '–' : milliseconds(p99Ms)],
  ]
  return (
    <dl class="card sums">
      {cells.map(([name, value]) => (
        <div key={name} class={name === 'sums.now' && now > 0 ? 'bad' : ''}>
          <dt>{say(name)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

const ONLY = ['all', 'trouble', 'offline', 'drift'] as const satisfies readonly Filter['only'][]

function Tools({ fleet }: FleetProps) {
  const { text, only } = fleet.gates.filter.value
  return (
    <form class="tools" onSubmit={event => event.preventDefault()}>
      <label class="unseen" for="filter">
        {say('filter.label')}
      </label>
      <input
        {...{ id: 'filter', type: 'search', value: text, maxLength: 80, autoComplete: 'off' }}
        placeholder={say('filter.hint')}
        onInput={event => fleet.gates.choose({ text: event.currentTarget.value })}
      />
      <fieldset class="chips">
        <legend class="unseen">{say('filter.only')}</legend>
        {ONLY.map(one => (
          <label key={one}>
            <input
              type="radio"
              name="only"
              checked={only === one}
              onChange={() => fleet.gates.choose({ only: one })}
            />
            <span>{say(`filter.${one}`)}</span>
          </label>
        ))}
      </fieldset>
      {fleet.may('enrol') && (
        <a class="button line" href={hashOf({ at: 'enrol' })}>
          {say('enrol-gate.open')}
        </a>
      )}
    </form>
  )
}

const COLUMNS = [
  'gate',
  'state',
  'do',
  'seen',
  'trust',
  'queue',
  'verdicts',
  'p99',
  'version',
] as const
const FIGURES: readonly string[] = ['seen', 'trust', 'queue', 'p99']

function Rows({ fleet, shown }: FleetProps & { readonly shown: readonly string[] }) {
  return (
    <>
      <div class="gate-row head" aria-hidden="true">
        {COLUMNS.map(name => (
          <span key={name} class={FIGURES.includes(name) ? 'n' : ''}>
            {say(`column.${name}`)}
          </span>
        ))}
      </div>
      <ol class="gates">
        {shown.map(gate => (
          <Row key={gate} fleet={fleet} gate={gate} />
        ))}
      </ol>
    </>
  )
}

function Nothing({ fleet }: FleetProps) {
  const isEmpty = fleet.gates.sums.value.gates === 0
  if (!isEmpty) {
    return (
      <div class="empty">
        <p role="status">{say('gates.no-match')}</p>
        <button
          type="button"
          class="button line"
          onClick={() => {
            fleet.gates.choose({ text: '', only: 'all' })
            document.getElementById('filter')?.focus()
          }}
        >
          {say('filter.clear')}
        </button>
      </div>
    )
  }
  return (
    <div class="empty">
      <p>{say('gates.none')}</p>
      <p class="quiet">{say(fleet.may('enrol') ? 'gates.none.enrol' : 'gates.none.ask')}</p>
    </div>
  )
}

interface RowProps {
  readonly fleet: Fleet
  readonly gate: string
}

/** Drawn anew when this gate changes, and no other. */
function Row({ fleet, gate }: RowProps) {
  const row = fleet.gates.row(gate)?.value
  if (row === undefined) return null
  const { trust, recent } = row
  const worst = worstOf(row)
  const p99 = recent?.scanToRelay?.p99Ms
  return (
    <li class={`gate-row ${worst === undefined ? '' : worst.severity}`}>
      <span>
        <a href={hashOf({ at: 'gate', gate, part: 'state' })}>{row.gate}</a>
        <small>{row.station}</small>
      </span>
      <Cell name="state">
        <State row={row} />
      </Cell>
      <Cell name="do">{worst === undefined ? '' : <Advice fleet={fleet} alarm={worst} />}</Cell>
      <Cell name="seen">
        <Ago fleet={fleet} at={row.seenAt} />
      </Cell>
      <Cell name="trust">{trust === null ? '–' : sayOr(`stage.${trust.stage}`, trust.stage)}</Cell>
      <Cell name="queue">{row.queue === null ? '–' : figure(row.queue)}</Cell>
      <Cell name="verdicts">{recent === null ? '–' : <Spark recent={recent} />}</Cell>
      <Cell name="p99">{p99 === undefined ? '–' : milliseconds(p99)}</Cell>
      <Cell name="version">
        {row.software ?? '–'}
        {row.config.drift && <small>{say('config.differs')}</small>}
      </Cell>
    </li>
  )
}

interface CellProps {
  readonly name: (typeof COLUMNS)[number]
  readonly children: ComponentChildren
}

/** Its column's name stands beside it where there is no head, and for screen readers. */
function Cell({ name, children }: CellProps) {
  return (
    <span class={`cell of-${name} ${FIGURES.includes(name) ? 'n' : ''}`}>
      <span class="label">{say(`column.${name}`)} </span>
      <span>{children}</span>
    </span>
  )
}
