/** The station's page: people on the left, lanes in the middle, the journal on the right. */
import { useEffect } from 'preact/hooks'
import { language, TAGS } from '../../shared/language.ts'
import { Spinner } from '../../shared/parts.tsx'
import type { Scenarios } from '../scenarios.ts'
import type { Buzzers } from '../sound.ts'
import type { Station } from '../station.ts'
import { say } from '../texts.ts'
import { Console } from './console-view.tsx'
import { Journal } from './journal-view.tsx'
import { Lane } from './lane-view.tsx'
import { OwnPicture } from './picture-view.tsx'
import { Banner, Chooser, Controls } from './scenario-views.tsx'
import { People, Troubles } from './send-views.tsx'

interface AppProps {
  readonly station: Station
  readonly scenarios: Scenarios
  readonly buzzers: Buzzers
}

export function App({ station, scenarios, buzzers }: AppProps) {
  useEffect(() => {
    document.documentElement.lang = TAGS[language.value]
    document.title = say('title')
  })
  const plan = station.plan.value
  return (
    <>
      <Head station={station} scenarios={scenarios} buzzers={buzzers} />
      {plan === undefined ? (
        <main class="alone" data-link={station.link.value}>
          <Opening station={station} />
        </main>
      ) : (
        <div class="room" data-link={station.link.value}>
          {scenarios.chosen.value === '' ? (
            <Live station={station} />
          ) : (
            <Played station={station} scenarios={scenarios} />
          )}
        </div>
      )}
    </>
  )
}

function Live({ station }: Pick<AppProps, 'station'>) {
  return (
    <>
      <aside>
        <People station={station} />
        <OwnPicture station={station} />
        <Troubles station={station} />
      </aside>
      <main id="lanes">
        {station.lanes.value.map(lane => (
          <Lane key={lane.plan.name} lane={lane} station={station} />
        ))}
        <Answered station={station} />
        <Console station={station} />
      </main>
      <Journal rows={station.rows.value} openRow={station.openRow} />
    </>
  )
}

function Played({ station, scenarios }: Omit<AppProps, 'buzzers'>) {
  const player = scenarios.player.value
  return (
    <>
      <aside>
        {player !== undefined && <Controls player={player} />}
        <button type="button" class="small line" onClick={() => scenarios.choose('')}>
          {say('scenario.close')}
        </button>
      </aside>
      <main id="lanes">
        <Banner scenarios={scenarios} />
        {player?.lanes.map(lane => (
          <Lane key={`${player.film.name} ${lane.plan.name}`} lane={lane} />
        ))}
      </main>
      <Journal rows={player?.rows.value ?? []} openRow={station.openRow} />
    </>
  )
}

/** What the prompt's line said, in the language that is shown. */
function Answered({ station }: { readonly station: Station }) {
  const answer = station.answer.value
  return (
    <p class="answer" role="status">
      {answer !== undefined && (
        <>
          <b>&gt; {answer.line}</b> {answer.text?.[language.value] ?? say('unanswered')}
        </>
      )}
    </p>
  )
}

function Opening({ station }: { readonly station: Station }) {
  if (station.link.value === 'gone') return <Gone />
  return (
    <section class="notice" role="status">
      <Spinner />
      <p>{say('opening')}</p>
    </section>
  )
}

function Gone() {
  return (
    <section class="notice" role="alert">
      <p class="state refuse">{say('gone')}</p>
      <p>{say('gone.text')}</p>
    </section>
  )
}

function Head({ station, scenarios, buzzers }: AppProps) {
  const other = language.value === 'zh' ? 'en' : 'zh'
  const plan = station.plan.value
  const isGone = station.link.value === 'gone'
  const isDark = station.troubles.value.has('power')
  const how = isGone ? 'gone' : isDark ? 'dark' : 'live'
  return (
    <header>
      <a class="skip" href="#lanes">
        {say('skip')}
      </a>
      <h1>{say('title')}</h1>
      {plan !== undefined && (
        <span role="status" class={`state ${how === 'live' ? 'pass' : 'refuse'}`}>
          {say(how)}
        </span>
      )}
      {plan !== undefined && isGone && <span class="quiet">{say('gone.text')}</span>}
      <span class="end">
        {plan !== undefined && <Chooser scenarios={scenarios} />}
        <label class="check">
          <input
            type="checkbox"
            checked={buzzers.isOn.value}
            onChange={event => {
              buzzers.isOn.value = event.currentTarget.checked
            }}
          />
          {say('sound')}
        </label>
        {plan !== undefined && (
          <a class="button line" href={plan.passengerUrl} target="_blank" rel="noreferrer">
            {say('passenger')}
          </a>
        )}
        <button
          type="button"
          class="button plain"
          lang={TAGS[other]}
          onClick={() => {
            language.value = other
          }}
        >
          {say('language')}
        </button>
      </span>
    </header>
  )
}
