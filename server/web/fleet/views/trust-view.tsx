/** What gates go by: versions, how long each still holds, keys; a key is denied, a manifest is made now. */

import { useFocus, useFocusBack } from '../../shared/focus.ts'
import { language } from '../../shared/language.ts'
import { Heading } from '../../shared/parts.tsx'
import { timeLeft } from '../../shared/shown-time.ts'
import { say } from '../texts.ts'
import type { Trust, TrustAct, TrustKey } from '../trust-steps.ts'
import { Reasoned } from './forms.tsx'
import { At, Facts, type FleetProps, Shown } from './parts.tsx'

export function TrustView({ fleet }: FleetProps) {
  return (
    <div class="page">
      <Heading>{say('place.trust')}</Heading>
      {fleet.may('trust') ? (
        <Shown of={fleet.trust.trust.value} none="trust.none">
          {trust => <Here fleet={fleet} trust={trust} />}
        </Shown>
      ) : (
        <p class="quiet empty">{say('act.forbidden')}</p>
      )}
    </div>
  )
}

interface TrustProps extends FleetProps {
  readonly trust: Trust
}

function Here({ fleet, trust }: TrustProps) {
  return (
    <>
      <ActCard fleet={fleet} />
      <Versions fleet={fleet} trust={trust} />
      <Keys fleet={fleet} trust={trust} />
    </>
  )
}

function Left({ fleet, at }: FleetProps & { readonly at: number }) {
  const left = at - fleet.now.value
  return <>{left <= 0 ? say('trust.over') : timeLeft(left, language.value)}</>
}

function Versions({ fleet, trust }: TrustProps) {
  const { document, manifest, environment } = trust
  const publish = useFocusBack<HTMLButtonElement>(fleet.trust.act.value.is !== 'no')
  return (
    <div class="pair">
      <section class="card pad">
        <h2>{say('trust.manifest')}</h2>
        {manifest === null ? (
          <p>{say('trust.no-manifest')}</p>
        ) : (
          <Facts
            facts={[
              { name: 'trust.version', value: manifest.version },
              { name: 'trust.made', value: <At fleet={fleet} at={manifest.madeAt} /> },
              { name: 'trust.holds', value: <Left fleet={fleet} at={manifest.expiresAt} /> },
              { name: 'trust.lists', value: manifest.lists },
              { name: 'trust.behind', value: behindText({ fleet, trust }) },
            ]}
          />
        )}
        {fleet.may('publish') ? (
          <p>
            <button
              ref={publish}
              type="button"
              class="button line"
              onClick={() => fleet.trust.begin('publish')}
            >
              {say('publish.open')}
            </button>
          </p>
        ) : (
          <p class="quiet">{say('publish.forbidden')}</p>
        )}
      </section>
      <section class="card pad">
        <h2>{say('trust.document')}</h2>
        <Facts
          facts={[
            { name: 'trust.version', value: document.version },
            { name: 'trust.environment', value: environment },
            { name: 'trust.issued', value: <At fleet={fleet} at={document.issuedAt} /> },
            { name: 'trust.holds', value: <Left fleet={fleet} at={document.expiresAt} /> },
            {
              name: 'trust.roots',
              value: say('trust.threshold', { n: document.threshold, of: document.roots }),
            },
          ]}
        />
      </section>
    </div>
  )
}

/** Gates that have told of an older manifest. */
function behindText({ fleet, trust }: TrustProps): string {
  const newest = trust.manifest?.version ?? 0
  const told = fleet.gates.all().flatMap(row => row.trust?.manifestVersion ?? [])
  const behind = told.filter(version => version < newest).length
  return say('trust.behind.n', { n: behind, of: told.length })
}

const TONES = { current: 'pass', future: 'calm', past: 'calm', denied: 'refuse' } as const

function Keys({ fleet, trust }: TrustProps) {
  const groups = Map.groupBy(trust.keys, ({ role }) => role)
  return (
    <section class="card pad">
      <h2>{say('trust.keys')}</h2>
      {[...groups].map(([role, keys]) => (
        <div key={role} class="keys">
          <h3>{say(`key.${role}`)}</h3>
          <ul>
            {keys.map(key => (
              <KeyRow key={`${key.kid}/${key.from}`} fleet={fleet} one={key} />
            ))}
          </ul>
        </div>
      ))}
      {!fleet.may('deny') && <p class="quiet">{say('deny.forbidden')}</p>}
    </section>
  )
}

function KeyRow({ fleet, one }: FleetProps & { readonly one: TrustKey }) {
  const { kid, role, passClass, from, to, state, held } = one
  const isOffered = role === 'issuer' && state !== 'denied' && state !== 'past'
  return (
    <li class="key">
      <code>{kid}</code>
      <span class={`state ${TONES[state]}`}>{say(`key.${state}`)}</span>
      <span class="quiet">
        {passClass !== undefined && `${say(`key.${passClass}`)} · `}
        <At fleet={fleet} at={from} /> – <At fleet={fleet} at={to} />
        {held && ` · ${say('key.held')}`}
      </span>
      {isOffered && fleet.may('deny') && (
        <button
          type="button"
          class="button plain warn"
          onClick={() => fleet.trust.begin({ deny: kid })}
        >
          {say('deny.open')}
          <span class="unseen"> {kid}</span>
        </button>
      )}
    </li>
  )
}

/** What was begun, or came of it. */
function ActCard({ fleet }: FleetProps) {
  const act = fleet.trust.act.value
  if (act.is === 'no') return null
  if (act.is === 'denied' || act.is === 'published') return <Done fleet={fleet} act={act} />
  const common = { fleet, trouble: act.trouble, callOff: fleet.trust.callOff }
  return (
    <section class="card pad">
      {act.is === 'deny' ? (
        <Reasoned
          {...common}
          title={say('deny.title', { kid: act.kid })}
          text={say('deny.text')}
          typed={act.kid}
          submit="deny.do"
          isDanger
          run={reason => void fleet.trust.deny(act.kid, reason)}
        />
      ) : (
        <Reasoned
          {...common}
          title={say('publish.title')}
          text={say('publish.text')}
          submit="publish.do"
          run={reason => void fleet.trust.publish(reason)}
        />
      )}
    </section>
  )
}

interface DoneProps extends FleetProps {
  readonly act: Extract<TrustAct, { is: 'denied' | 'published' }>
}

function Done({ fleet, act }: DoneProps) {
  const version = act.manifestVersion ?? '–'
  return (
    <section class="card pad" role="status">
      <p>
        {act.is === 'denied'
          ? say('deny.done', { kid: act.kid, version })
          : say('publish.done', { version })}
      </p>
      <button
        ref={useFocus<HTMLButtonElement>()}
        type="button"
        class="button line"
        onClick={fleet.trust.callOff}
      >
        {say('act.close')}
      </button>
    </section>
  )
}
