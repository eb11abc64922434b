/**
 * Signing in: password, then the second factor where one is set up; the operator's provider; and the
 * setting up of a second factor where the role needs one.
 */
import type { Answer, Route } from '../service-client.ts'
import { type StaffContext, staffTroubleOf } from './staff-context.ts'
import type {
  Me,
  Permission,
  SignInStep,
  SignInWays,
  SignInWhy,
  StaffTrouble,
} from './staff-screen.ts'

export interface SignInSteps {
  /** Who is signed in, or the sign-in. `why`: what the provider's way back said. */
  open(error?: string): Promise<void>
  password(email: string, password: string): Promise<void>
  /** A code of the authenticator, or one of the backup codes. */
  code(code: string): Promise<void>
  /** To another step of the sign-in. */
  step(step: SignInStep): void
  provider(): Promise<void>
  /** Begins to set up the second factor, and ends it. */
  enrol(password: string): Promise<void>
  enrolled(code: string): Promise<void>
  signOut(): Promise<void>
  /** The session is over. */
  over(code: 'SIGN_IN' | 'TOTP_REQUIRED'): void
}

const PASSWORD_ALONE: SignInWays = { password: true, oidc: null }

export interface SignInParts {
  /** Without one of these there is nothing to do on the page. */
  readonly wants: readonly Permission[]
  /** The page's address, to which the provider sends the browser back. */
  readonly here: string
  /** Somebody is signed in, and is not any more. */
  readonly onIn: () => void
  readonly onOut: () => void
  /** Nobody could be signed out. */
  readonly onStuck: (trouble: StaffTrouble) => void
}

export function createSignInSteps(
  page: StaffContext,
  { wants, here, onIn, onOut, onStuck }: SignInParts,
): SignInSteps {
  const { screen, ports } = page
  let ways = PASSWORD_ALONE

  function show(step: SignInStep, more: { why?: SignInWhy; trouble?: StaffTrouble } = {}): void {
    screen.value = { at: 'sign-in', step, ways, ...more }
  }

  function enter(me: Me): void {
    const hasWork = wants.some(one => me.permissions.includes(one))
    screen.value = hasWork ? { at: 'in', me } : { at: 'no-role', me }
    if (hasWork) onIn()
  }

  async function askMe(): Promise<void> {
    const answer = await page.work('GET /v1/staff/me', {})
    if (answer.ok) return enter(answer.body)
    const code = answer.why === 'refused' ? answer.problem.code : undefined
    if (code === 'TOTP_REQUIRED') {
      screen.value = { at: 'enrol', step: { at: 'password' } }
    } else if (code === 'SIGN_IN') show('password')
    else if (code === undefined) screen.value = { at: 'unreachable' }
    else show('password', { trouble: staffTroubleOf(page, 'GET /v1/staff/me', answer) })
  }

  /** A step whose refusal is shown beside it; with some codes one begins again. */
  async function tried<R extends Route>(
    route: R,
    step: SignInStep,
    asked: () => Promise<Answer<R>>,
  ): Promise<Extract<Answer<R>, { ok: true }> | undefined> {
    const answer = await asked()
    if (answer.ok) return answer
    const trouble = staffTroubleOf(page, route, answer)
    const code = answer.why === 'refused' ? answer.problem.code : ''
    show(FROM_THE_START.has(code) ? 'password' : step, { trouble })
    return undefined
  }

  async function verify(route: typeof TOTP | typeof BACKUP, code: string): Promise<void> {
    const body = { code: code.replaceAll(/\s/g, '') }
    const step = route === TOTP ? 'code' : 'backup'
    if ((await tried(route, step, () => page.work(route, { body }))) !== undefined) await askMe()
  }

  return {
    async open(error) {
      screen.value = { at: 'loading' }
      const asked = await page.work('GET /v1/staff/sign-in-ways', {})
      if (!asked.ok) {
        screen.value = { at: 'unreachable' }
        return
      }
      ways = asked.body
      if (error === undefined) return askMe()
      const problem = { type: 'about:blank', title: error, status: 403, code: error }
      show('password', { why: 'oidc', trouble: { kind: 'refused', problem } })
    },
    async password(email, password) {
      const body = { email: email.trim(), password }
      const route = 'POST /v1/auth/sign-in/email'
      const answer = await tried(route, 'password', () => page.work(route, { body }))
      if (answer?.body.twoFactorRedirect === true) show('code')
      else if (answer !== undefined) await askMe()
    },
    code: code => verify(stepNow() === 'backup' ? BACKUP : TOTP, code),
    step: show,
    async provider() {
      const route = 'POST /v1/auth/sign-in/oidc'
      const body = { returnTo: here }
      const answer = await tried(route, 'password', () => page.work(route, { body }))
      if (answer !== undefined) ports.go(answer.body.url)
    },
    async enrol(password) {
      const route = 'POST /v1/auth/two-factor/enable'
      const answer = await page.work(route, { body: { password } })
      screen.value = answer.ok
        ? { at: 'enrol', step: { at: 'scan', uri: answer.body.totpURI, ...codesOf(answer.body) } }
        : { at: 'enrol', step: { at: 'password' }, trouble: staffTroubleOf(page, route, answer) }
    },
    async enrolled(code) {
      const { value } = screen
      if (value.at !== 'enrol') return
      const body = { code: code.replaceAll(/\s/g, '') }
      const answer = await page.work(TOTP, { body })
      if (answer.ok) return askMe()
      screen.value = { ...value, trouble: staffTroubleOf(page, TOTP, answer) }
    },
    async signOut() {
      const answer = await page.work('POST /v1/auth/sign-out', { body: {} })
      if (!answer.ok && answer.why === 'unreachable') {
        onStuck(staffTroubleOf(page, 'POST /v1/auth/sign-out', answer))
        return
      }
      onOut()
      show('password', { why: 'signed-out' })
    },
    over(code) {
      onOut()
      if (code === 'SIGN_IN') show('password', { why: 'expired' })
      else screen.value = { at: 'enrol', step: { at: 'password' } }
    },
  }

  function stepNow(): SignInStep {
    return screen.value.at === 'sign-in' ? screen.value.step : 'password'
  }
}

const TOTP = 'POST /v1/auth/two-factor/verify-totp'
const BACKUP = 'POST /v1/auth/two-factor/verify-backup-code'
/** After these the password comes first again. */
const FROM_THE_START: ReadonlySet<string> = new Set(['SIGN_IN', 'TOTP_USED', 'TOTP_LOCKED'])

const codesOf = ({ backupCodes }: { readonly backupCodes: readonly string[] }) => ({ backupCodes })
