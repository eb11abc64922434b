/** The desk's page: its head, and the view of the screen that it is at. */
import { useEffect } from 'preact/hooks'
import { language, TAGS } from '../../shared/language.ts'
import { Banner, Notice, Spinner } from '../../shared/parts.tsx'
import type { Desk } from '../desk.ts'
import type { Screen } from '../screens.ts'
import { say } from '../texts.ts'
import { ActCard } from './act-card.tsx'
import { FindCard } from './find-card.tsx'
import { FoundView } from './found-view.tsx'
import { PaperSheet } from './paper-sheet.tsx'
import { QueueCard } from './queue-card.tsx'
import { Enrol, SignIn } from './sign-in-views.tsx'

export interface DeskProps {
  readonly desk: Desk
}

export function App({ desk }: DeskProps) {
  const screen = desk.screen.value
  const other = language.value === 'zh' ? 'en' : 'zh'
  useEffect(() => {
    document.documentElement.lang = TAGS[language.value]
    document.title = say('title')
  })
  return (
    <>
      <header>
        <span class="name">{say('title')}</span>
        <Who desk={desk} screen={screen} />
        <button
          type="button"
          class="button plain"
          lang={TAGS[other]}
          onClick={() => desk.speak(other)}
        >
          {say('language')}
        </button>
      </header>
      <main data-at={screen.at}>
        <View desk={desk} screen={screen} />
      </main>
      <PaperSheet desk={desk} />
    </>
  )
}

function Who({ desk, screen }: DeskProps & { readonly screen: Screen }) {
  if (screen.at !== 'desk' && screen.at !== 'no-role') return null
  const { name, role } = screen.me
  return (
    <span class="who quiet">
      <span>
        {name} · {say(`role.${role}`)}
      </span>
      <button type="button" class="button plain" onClick={() => void desk.signIn.signOut()}>
        {say('in.out')}
      </button>
    </span>
  )
}

function View({ desk, screen }: DeskProps & { readonly screen: Screen }) {
  switch (screen.at) {
    case 'loading':
      return (
        <section class="notice" role="status">
          <Spinner />
          <p>{say('loading')}</p>
        </section>
      )
    case 'unreachable':
      return (
        <Notice tone="retry" icon="cloud" title={say('unreachable.title')}>
          <p>{say('unreachable.text')}</p>
          <button type="button" class="button" onClick={() => void desk.signIn.open()}>
            {say('again')}
          </button>
        </Notice>
      )
    case 'sign-in':
      return <SignIn key={screen.step} desk={desk} {...screen} />
    case 'enrol':
      return <Enrol key={screen.step.at} desk={desk} {...screen} />
    case 'no-role':
      return (
        <Notice tone="retry" icon="person" title={say('role.title')}>
          <p>{say('role.text', { role: say(`role.${screen.me.role}`) })}</p>
        </Notice>
      )
    case 'fault':
      return (
        <Notice tone="retry" icon="cross" title={say('fault.title')}>
          <p>{say('fault.text')}</p>
          <button type="button" class="button" onClick={() => location.reload()}>
            {say('again')}
          </button>
        </Notice>
      )
    case 'desk':
      return <Window desk={desk} />
  }
}

function Window({ desk }: DeskProps) {
  const isOffline = !desk.isReachable.value
  return (
    <>
      <h1 class="unseen">{say('title')}</h1>
      <div class="banners" role="status">
        {isOffline && (
          <Banner icon="cloud" tone="retry" text={say(navigator.onLine ? 'away' : 'offline')} />
        )}
      </div>
      <div class="window">
        <div class="side">
          <FindCard desk={desk} />
          <QueueCard desk={desk} />
        </div>
        <FoundView desk={desk} />
        <ActCard desk={desk} />
      </div>
    </>
  )
}
