/** The head of a page of staff, and every screen but the page itself. */
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { filled, language, TAGS } from '../language.ts'
import { Notice, Spinner } from '../parts.tsx'
import { Enrol, SignIn } from './sign-in-views.tsx'
import type { StaffPage, StaffWords } from './staff-page.ts'
import { sayStaff as say } from './staff-texts.ts'

interface HeadProps {
  readonly page: StaffPage
  readonly title: string
  /** Between the name of the page and who is signed in. */
  readonly children?: ComponentChildren
}

/** Keeps the document's title and language, too. */
export function StaffHead({ page, title, children }: HeadProps) {
  const other = language.value === 'zh' ? 'en' : 'zh'
  useEffect(() => {
    document.documentElement.lang = TAGS[language.value]
    document.title = title
  })
  return (
    <header>
      <span class="name">{title}</span>
      {children}
      <Who page={page} />
      <button
        type="button"
        class="button plain"
        lang={TAGS[other]}
        onClick={() => page.speak(other)}
      >
        {say('language')}
      </button>
    </header>
  )
}

function Who({ page }: { readonly page: StaffPage }) {
  const screen = page.screen.value
  if (screen.at !== 'in' && screen.at !== 'no-role') return null
  const { name, role } = screen.me
  return (
    <span class="who quiet">
      <span>
        {name} · {say(`role.${role}`)}
      </span>
      <button type="button" class="button plain" onClick={() => void page.signIn.signOut()}>
        {say('in.out')}
      </button>
    </span>
  )
}

interface StaffViewProps {
  readonly page: StaffPage
  readonly words: StaffWords
  /** The page itself. */
  readonly children: () => ComponentChildren
}

export function StaffView({ page, words, children }: StaffViewProps) {
  const screen = page.screen.value
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
          <button type="button" class="button" onClick={() => void page.signIn.open()}>
            {say('again')}
          </button>
        </Notice>
      )
    case 'sign-in':
      return <SignIn key={screen.step} page={page} title={words.signIn} {...screen} />
    case 'enrol':
      return <Enrol key={screen.step.at} page={page} {...screen} />
    case 'no-role':
      return (
        <Notice tone="retry" icon="person" title={words.noRole.title}>
          <p>{filled(words.noRole.text, { role: say(`role.${screen.me.role}`) })}</p>
        </Notice>
      )
    case 'fault':
      return (
        <Notice tone="retry" icon="cross" title={words.fault.title}>
          <p>{words.fault.text}</p>
          <button type="button" class="button" onClick={() => location.reload()}>
            {say('again')}
          </button>
        </Notice>
      )
    case 'in':
      return <>{children()}</>
  }
}
