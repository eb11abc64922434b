/** Signing in, step by step, and the setting up of a second factor. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Field, Heading } from '../parts.tsx'
import { drawQrOfBytes } from '../qr-code.ts'
import { SendButton, SendForm, SubmitButton } from '../sending.tsx'
import type { StaffPage } from './staff-page.ts'
import type { StaffScreen, StaffTrouble } from './staff-screen.ts'
import { STAFF_TEXTS, sayStaff as say, staffTroubleText } from './staff-texts.ts'
import type { StaffKey } from './staff-texts-zh.ts'
import { ToldText, Waited } from './told.tsx'

const PASSWORD = { type: 'password', autoComplete: 'current-password' }
const ONE_TIME_CODE = { autoComplete: 'one-time-code', inputMode: 'numeric' }

type SignInProps = { readonly page: StaffPage; readonly title: string } & Extract<
  StaffScreen,
  { at: 'sign-in' }
>

export function SignIn(props: SignInProps) {
  return props.step === 'password' ? <Password {...props} /> : <Code {...props} />
}

interface LineProps {
  readonly id: string
  readonly label: StaffKey
  readonly hint?: StaffKey
  readonly value: string
  readonly put: (value: string) => void
  readonly takesFocus?: boolean
  /** Of the input. */
  readonly more: Readonly<Record<string, string>>
}

function Line({ id, label, hint, value, put, takesFocus, more }: LineProps) {
  const input = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => {
    if (takesFocus === true) input.current?.focus()
  }, [takesFocus])
  return (
    <Field id={id} label={say(label)} hint={hint === undefined ? '' : say(hint)} fault={undefined}>
      <input
        ref={input}
        id={id}
        value={value}
        required
        aria-describedby={`${id}-hint`}
        onInput={event => put(event.currentTarget.value)}
        {...more}
      />
    </Field>
  )
}

function Password({ page, title, ways, why, trouble }: SignInProps) {
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const send = () => void page.signIn.password(email, password)
  return (
    <SendForm waiting={page.waiting} class="entry" send={send}>
      <Heading>{title}</Heading>
      {why !== undefined && <p role="status">{say(`in.why.${why}`)}</p>}
      <Told trouble={trouble} />
      <div class="card fields">
        <Line
          id="email"
          label="in.email"
          value={email}
          put={setEmail}
          more={{ type: 'email', autoComplete: 'username' }}
          takesFocus
        />
        <Line
          id="password"
          label="in.password"
          value={password}
          put={setPassword}
          more={PASSWORD}
        />
        <Submit page={page} text="in.do" />
      </div>
      {ways.oidc !== null && (
        <>
          <p class="quiet middle">{say('in.or')}</p>
          <SendButton
            waiting={page.waiting}
            class="button line wide"
            press={() => void page.signIn.provider()}
          >
            {say('in.oidc', { name: ways.oidc.name })}
          </SendButton>
        </>
      )}
    </SendForm>
  )
}

function Code({ page, step, trouble }: SignInProps) {
  const [code, setCode] = useState('')
  const isBackup = step === 'backup'
  return (
    <SendForm waiting={page.waiting} class="entry" send={() => void page.signIn.code(code)}>
      <Heading>{say('in.code.title')}</Heading>
      <Told trouble={trouble} />
      <div class="card fields">
        <Line
          id="code"
          label={isBackup ? 'in.backup' : 'in.code'}
          hint={isBackup ? 'in.backup.hint' : 'in.code.hint'}
          value={code}
          put={setCode}
          more={isBackup ? { autoComplete: 'off' } : ONE_TIME_CODE}
          takesFocus
        />
        <Submit page={page} text="in.do" />
      </div>
      <button
        type="button"
        class="button plain"
        onClick={() => page.signIn.step(isBackup ? 'code' : 'backup')}
      >
        {say(isBackup ? 'in.to-code' : 'in.to-backup')}
      </button>
    </SendForm>
  )
}

type EnrolProps = { readonly page: StaffPage } & Extract<StaffScreen, { at: 'enrol' }>

export function Enrol({ page, step, trouble }: EnrolProps) {
  const [typed, setTyped] = useState('')
  const isFirst = step.at === 'password'
  const send = () => void (isFirst ? page.signIn.enrol(typed) : page.signIn.enrolled(typed))
  return (
    <SendForm waiting={page.waiting} class="entry" send={send}>
      <Heading>{say('enrol.title')}</Heading>
      <p>{say(isFirst ? 'enrol.text' : 'enrol.scan')}</p>
      <Told trouble={trouble} />
      {step.at === 'scan' && <Secret {...step} />}
      <div class="card fields">
        {isFirst ? (
          <Line
            id="password"
            label="in.password"
            value={typed}
            put={setTyped}
            more={PASSWORD}
            takesFocus
          />
        ) : (
          <Line
            id="code"
            label="in.code"
            hint="in.code.hint"
            value={typed}
            put={setTyped}
            more={ONE_TIME_CODE}
          />
        )}
        <Submit page={page} text={isFirst ? 'enrol.begin' : 'enrol.do'} />
      </div>
    </SendForm>
  )
}

interface SecretProps {
  readonly uri: string
  readonly backupCodes: readonly string[]
}

function Secret({ uri, backupCodes }: SecretProps) {
  const { side, path } = drawQrOfBytes(uri)
  return (
    <div class="card secret">
      <svg
        class="qr"
        viewBox={`0 0 ${side} ${side}`}
        shape-rendering="crispEdges"
        role="img"
        aria-label={say('enrol.qr')}
      >
        <path d={path} />
      </svg>
      <p class="quiet">
        {say('enrol.manual')}
        <br />
        <code>{new URL(uri).searchParams.get('secret')}</code>
      </p>
      <p>{say('enrol.backup')}</p>
      <ul class="codes">
        {backupCodes.map(code => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
    </div>
  )
}

function Told({ trouble }: { readonly trouble: StaffTrouble | undefined }) {
  return <ToldText text={trouble && staffTroubleText(STAFF_TEXTS, trouble)} />
}

function Submit({ page, text }: { readonly page: StaffPage; readonly text: StaffKey }) {
  return (
    <>
      <SubmitButton waiting={page.waiting} class="button wide">
        {say(text)}
      </SubmitButton>
      <Waited waiting={page.waiting.value} />
    </>
  )
}
