/** A gate's config: what runs, its revisions with what each changed, and a new one. */

import { useFocusBack } from '../../shared/focus.ts'
import type { Compared, Configs, Draft, Revision } from '../config-steps.ts'
import type { Fleet } from '../fleet.ts'
import type { GateRow } from '../gate-row.ts'
import { configState } from '../gate-row-config.ts'
import { say } from '../texts.ts'
import { Changes } from './changes.tsx'
import { EditForm, GivenCard, ReviewForm } from './config-forms.tsx'
import { At, type FleetProps, Shown } from './parts.tsx'

interface ConfigProps extends FleetProps {
  readonly row: GateRow
}

export function ConfigView({ fleet, row }: ConfigProps) {
  return (
    <Shown of={fleet.configs.configs.value} none="gate.none">
      {configs => <Here fleet={fleet} row={row} configs={configs} />}
    </Shown>
  )
}

function Here({ fleet, row, configs }: ConfigProps & { readonly configs: Configs }) {
  const draft = fleet.configs.draft.value
  const begin = useFocusBack<HTMLButtonElement>(draft !== undefined)
  if (draft !== undefined) return <DraftCard fleet={fleet} configs={configs} draft={draft} />
  return (
    <>
      <section class="card pad">
        <h2>{say('config.title')}</h2>
        <p>
          <RunsSign row={row} />
        </p>
        {configs.revision === 0 && <p>{say('config.none')}</p>}
        {fleet.may('configure') ? (
          <p>
            <button
              ref={begin}
              type="button"
              class="button"
              onClick={() => void fleet.configs.begin(configs.revision)}
            >
              {say(configs.revision === 0 ? 'config.first' : 'config.edit')}
            </button>
          </p>
        ) : (
          <p class="quiet">{say('config.forbidden')}</p>
        )}
      </section>
      {configs.rows.length > 0 && <Revisions fleet={fleet} configs={configs} />}
    </>
  )
}

function RunsSign({ row }: { readonly row: GateRow }) {
  const { tone, text } = configState(row.config)
  return <span class={`state ${tone}`}>{say(text)}</span>
}

function Revisions({ fleet, configs }: { readonly fleet: Fleet; readonly configs: Configs }) {
  return (
    <section class="card">
      <h2 class="pad-head">{say('config.revisions')}</h2>
      <ol class="revisions">
        {configs.rows.map(revision => (
          <RevisionRow
            key={revision.revision}
            fleet={fleet}
            configs={configs}
            revision={revision}
          />
        ))}
      </ol>
    </section>
  )
}

interface RevisionProps extends FleetProps {
  readonly configs: Configs
  readonly revision: Revision
}

function RevisionRow({ fleet, configs, revision }: RevisionProps) {
  const number = revision.revision
  const compared = fleet.configs.compared.value
  const isShown = compared?.to === number
  const isNewest = number === configs.revision
  return (
    <li>
      <div class="revision">
        <span>
          <b>
            <At fleet={fleet} at={Date.parse(revision.at)} />
          </b>{' '}
          {number === configs.runs && <span class="state pass">{say('config.runs')}</span>}
          <small>
            {number} · {revision.name ?? revision.by} ·{' '}
            {say('config.confirm', { n: revision.confirmMinutes })}
          </small>
        </span>
        <span>{revision.reason}</span>
        <span class="buttons">
          <button
            type="button"
            class="button line"
            aria-expanded={isShown}
            onClick={() => void fleet.configs.compare(number)}
          >
            {say('config.compare')}
            <span class="unseen"> {number}</span>
          </button>
          {!isNewest && fleet.may('configure') && (
            <button
              type="button"
              class="button line"
              onClick={() => void fleet.configs.begin(number)}
            >
              {say('config.back-to')}
              <span class="unseen"> {number}</span>
            </button>
          )}
        </span>
      </div>
      {isShown && <ComparedView compared={compared} />}
    </li>
  )
}

function ComparedView({ compared }: { readonly compared: Compared }) {
  return (
    <div class="compared">
      <h3>
        {compared.from === 0
          ? say('config.compared.first')
          : say('config.compared', { from: compared.from })}
      </h3>
      <Shown of={compared.changes} none="config.same">
        {changes => <Changes changes={changes} />}
      </Shown>
    </div>
  )
}

interface DraftProps extends FleetProps {
  readonly configs: Configs
  readonly draft: Draft
}

function DraftCard({ fleet, configs, draft }: DraftProps) {
  switch (draft.is) {
    case 'edit':
      return <EditForm fleet={fleet} draft={draft} />
    case 'review':
      return <ReviewForm fleet={fleet} configs={configs} draft={draft} />
    case 'given':
      return <GivenCard fleet={fleet} draft={draft} />
  }
}
