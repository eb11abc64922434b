/**
 * The certificate, in the order in which it is looked at: the code, when it renews, whose it is, how
 * long face check and certificate last, what it is good for, what is left this month.
 */
import type { ComponentChildren } from 'preact'
import { useHeldFocus } from '../../shared/focus.ts'
import { Icon, type IconName } from '../../shared/icons.tsx'
import { language } from '../../shared/language.ts'
import { RENEW_BEFORE_MS } from '../../shared/limits.ts'
import { Banner, Heading, Notice } from '../../shared/parts.tsx'
import { SendButton } from '../../shared/sending.tsx'
import { CLOCK_SAID_MS } from '../../shared/service-clock.ts'
import { clockTime, howFar, timeLeft } from '../../shared/shown-time.ts'
import type { CertificateLife } from '../certificate-life.ts'
import type { KeptCertificate } from '../kept.ts'
import type { Passenger } from '../passenger.ts'
import type { CodeState } from '../screens.ts'
import { say } from '../texts.ts'
import { CodeField } from './code-field.tsx'
import { UsesCard } from './uses-card.tsx'
import { Waited } from './waited.tsx'

interface CertificateProps {
  readonly passenger: Passenger
  readonly certificate: KeptCertificate
}

export function Certificate({ passenger, certificate }: CertificateProps) {
  const life = passenger.life.value
  if (life === undefined) return null
  const { monthLeft } = certificate
  return (
    <div class="certificate">
      <Heading isUnseen>{say('title')}</Heading>
      <div class="column">
        <Banners passenger={passenger} life={life} />
        <PassCard passenger={passenger} certificate={certificate} life={life} />
      </div>
      <div class="column">
        <Times certificate={certificate} now={life.now.value} />
        <UsesCard />
        <footer>
          <span class="quiet">
            {monthLeft !== undefined && `${say('month.left', { n: monthLeft })} · `}
            {say('rail.only')}
          </span>
          <button
            type="button"
            class="button plain warn"
            onClick={() => passenger.askToCancel(certificate)}
          >
            {say('cancel.open')}
          </button>
        </footer>
        <p class="quiet small">{say('banner.kept')}</p>
      </div>
    </div>
  )
}

interface BannersProps {
  readonly passenger: Passenger
  readonly life: CertificateLife
}

function Banners({ passenger, life }: BannersProps) {
  const offset = passenger.clockOffset.value
  const far = howFar(offset, language.value)
  const isOff = Math.abs(offset) > CLOCK_SAID_MS
  return (
    <div class="banners" role="status">
      {!passenger.isReachable.value && life.state.value === 'live' && (
        <Banner icon="cloud" tone="calm" text={say('banner.offline')} />
      )}
      {isOff && (
        <Banner
          icon="clock"
          tone="retry"
          text={say(offset < 0 ? 'banner.ahead' : 'banner.behind', { far })}
        />
      )}
      {passenger.isUnkept.value && <Banner icon="store" tone="retry" text={say('banner.unkept')} />}
    </div>
  )
}

type PassProps = CertificateProps & { readonly life: CertificateLife }

/** What can be pressed in it changes by itself, as the pass ends. */
function PassCard({ passenger, certificate, life }: PassProps) {
  const card = useHeldFocus<HTMLElement>()
  const state = life.state.value
  const { who } = certificate
  return (
    <section ref={card} class="card pass" tabIndex={-1} aria-label={say('code.label')}>
      <CodePart passenger={passenger} certificate={certificate} life={life} state={state} />
      <div class="who">
        <b>{who?.name ?? say('who.window')}</b>
        <span class="digits">{who?.number}</span>
      </div>
    </section>
  )
}

type CodeProps = PassProps & { readonly state: CodeState }

function CodePart({ passenger, certificate, life, state }: CodeProps) {
  const face = () => passenger.checkFace({ kind: 'certificate', certificate })
  switch (state) {
    case 'live':
    case 'exit-only':
      return <ShownCode passenger={passenger} certificate={certificate} life={life} />
    case 'covered':
      return (
        <InsteadOfCode icon="hidden" name="covered">
          <button type="button" class="button" onClick={life.show}>
            {say('code.covered.show')}
          </button>
        </InsteadOfCode>
      )
    case 'face-due':
      return (
        <InsteadOfCode icon="person" name="due">
          <button type="button" class="button" onClick={face}>
            {say('code.due.start')}
          </button>
        </InsteadOfCode>
      )
    case 'exit-offered':
      return (
        <InsteadOfCode icon="cloud" name="offline">
          <button type="button" class="button" onClick={life.show}>
            {say('code.offline.show')}
          </button>
          <button type="button" class="button plain" onClick={passenger.online}>
            {say('again')}
          </button>
        </InsteadOfCode>
      )
  }
}

interface InsteadProps {
  readonly icon: IconName
  readonly name: 'covered' | 'due' | 'offline'
  readonly children: ComponentChildren
}

function InsteadOfCode({ icon, name, children }: InsteadProps) {
  return (
    <div class="instead">
      <span class="badge calm">
        <Icon name={icon} />
      </span>
      <h2>{say(`code.${name}.title`)}</h2>
      <p class="quiet">{say(`code.${name}.text`)}</p>
      {children}
    </div>
  )
}

function ShownCode({ passenger, certificate, life }: PassProps) {
  const code = life.code.value
  const now = life.now.value
  const isExit = life.state.value === 'exit-only'
  const isEnding = !isExit && certificate.passExpiresAt - now < RENEW_BEFORE_MS
  const seconds = code === undefined ? 0 : Math.max(0, Math.ceil((code.nextAt - now) / 1000))
  return (
    <>
      {isExit && (
        <p class="exit">
          <Icon name="exit" />
          {say('code.exit')}
        </p>
      )}
      <CodeField code={code} now={now} />
      <div class="under">
        <span class="quiet">{say('code.next', { n: seconds })}</span>
        <button type="button" class="button plain" onClick={life.refresh}>
          {say('code.refresh')}
        </button>
      </div>
      {isEnding && (
        <div class="ending">
          <span class="state retry">{say('code.soon')}</span>
          <button
            type="button"
            class="button line"
            onClick={() => passenger.checkFace({ kind: 'certificate', certificate })}
          >
            {say('code.renew')}
          </button>
        </div>
      )}
    </>
  )
}

function Times({ certificate, now }: { certificate: KeptCertificate; now: number }) {
  const { passFrom, passExpiresAt, validFrom, validUntil } = certificate
  const at = clockTime(validUntil, now, language.value)
  return (
    <section class="card times">
      <TimeLeft name={say('time.face')} from={passFrom} to={passExpiresAt} now={now} />
      <TimeLeft name={say('time.certificate', { at })} from={validFrom} to={validUntil} now={now} />
    </section>
  )
}

interface TimeLeftProps {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly now: number
}

function TimeLeft({ name, from, to, now }: TimeLeftProps) {
  const share = Math.min(1, Math.max(0, (to - now) / Math.max(1, to - from)))
  const left = timeLeft(to - now, language.value)
  return (
    <div class="time">
      <span>{name}</span>
      <b>{now < to ? say('time.left', { left }) : say('time.over')}</b>
      <div class="bar" aria-hidden="true">
        <i style={{ width: `${(share * 100).toFixed(1)}%` }} />
      </div>
    </div>
  )
}

export function Cancel({ passenger, certificate }: CertificateProps) {
  return (
    <Notice tone="refuse" icon="cross" title={say('cancel.title')}>
      <p>{say('cancel.text')}</p>
      <div class="actions">
        <SendButton
          waiting={passenger.waiting}
          class="button wide danger"
          press={() => void passenger.cancel(certificate)}
          spins
        >
          {say('cancel.do')}
        </SendButton>
        <Waited passenger={passenger} />
        <SendButton
          waiting={passenger.waiting}
          class="button line wide"
          press={() => passenger.back(certificate)}
        >
          {say('cancel.keep')}
        </SendButton>
      </div>
    </Notice>
  )
}
