/** Signing in at the desk: the second factor, its set-up, and the operator's provider. */
import t from 'tap'
import { CALLBACK_PATH } from '../../auth/provider.ts'
import { goThroughProvider, makeBrowser, startProvider } from '../../testing/provider.ts'
import { secretIn, totpCode } from '../../testing/totp.ts'
import { PASSWORD } from '../../testing/world.ts'
import type { NodeDesk } from '../testing/desk-in-node.ts'
import { codeOf, openDeskTests } from '../testing/desk-people.ts'

const OURS = 'http://desk.test'
const provider = await startProvider(`${OURS}${CALLBACK_PATH}`)
t.teardown(() => provider.stop())
const { nodeWorld, open } = await openDeskTests(t, {
  totpFor: ['supervisor'],
  oidc: {
    ...{ issuer: provider.issuer, name: '统一登录', clientId: 'wicketgate' },
    ...{ rolesClaim: 'groups', roles: [{ value: 'gate-desk', role: 'agent' }] },
  },
})
const { staff } = nodeWorld.world.service

const troubleAt = ({ desk }: NodeDesk) => {
  const { value } = desk.screen
  return 'trouble' in value ? codeOf(value.trouble) : undefined
}

async function password(one: NodeDesk, email: string, given = PASSWORD): Promise<void> {
  void one.desk.signIn.password(email, given)
  await one.settle()
}

async function code(one: NodeDesk, given: string): Promise<void> {
  void one.desk.signIn.code(given)
  await one.settle()
}

t.test('a role that needs it sets it up first; then it is asked for each time', async t => {
  await staff.add('boss@desk.test', PASSWORD, 'supervisor')
  const one = await open()
  await password(one, 'boss@desk.test')
  t.match(one.desk.screen.value, { at: 'enrol', step: { at: 'password' } })
  void one.desk.signIn.enrol('not the password')
  await one.settle()
  t.equal(troubleAt(one), 'CREDENTIALS')
  void one.desk.signIn.enrol(PASSWORD)
  await one.settle()
  const { value } = one.desk.screen
  if (value.at !== 'enrol' || value.step.at !== 'scan') throw new Error(JSON.stringify(value))
  const { uri, backupCodes } = value.step
  t.equal(backupCodes.length, 10)
  void one.desk.signIn.enrolled('000000')
  await one.settle()
  t.equal(troubleAt(one), 'TOTP_WRONG')
  const secret = secretIn(uri)
  void one.desk.signIn.enrolled(totpCode(secret, -1))
  await one.settle()
  if (one.desk.screen.value.at !== 'in') {
    // The step has ended between making the code and reading it.
    void one.desk.signIn.enrolled(totpCode(secret))
    await one.settle()
  }
  t.match(one.desk.screen.value, { at: 'in', me: { role: 'supervisor' } })

  const next = await open()
  await password(next, 'boss@desk.test')
  t.match(next.desk.screen.value, { at: 'sign-in', step: 'code' })
  await code(next, '123 456')
  t.match(next.desk.screen.value, { at: 'sign-in', step: 'code' })
  t.equal(troubleAt(next), 'TOTP_WRONG')
  next.desk.signIn.step('backup')
  await code(next, 'no such code')
  t.match(next.desk.screen.value, { at: 'sign-in', step: 'backup' })
  await code(next, ` ${backupCodes[0]} `)
  t.equal(next.desk.screen.value.at, 'in')

  const last = await open()
  await password(last, 'boss@desk.test')
  last.desk.signIn.step('backup')
  await code(last, backupCodes[0] ?? '')
  t.equal(troubleAt(last), 'TOTP_WRONG', 'each counts once')
})

t.test('by the provider: there and back, with a role or without one', async t => {
  await provider.tell({ groups: { anna: ['gate-desk'], nils: [] }, lie: null })
  const one = await open()
  t.match(one.desk.screen.value, { at: 'sign-in', ways: { oidc: { name: '统一登录' } } })
  async function through(login: string): Promise<string | null> {
    void one.desk.signIn.provider()
    while (one.sentTo.length === before) await one.settle()
    before = one.sentTo.length
    const back = await goThroughProvider(makeBrowser(), String(one.sentTo.at(-1)), login)
    return one.visit(String(back).replace(OURS, ''))
  }
  let before = 0
  t.equal(await through('anna'), '/desk')
  void one.desk.signIn.open()
  await one.settle()
  t.match(one.desk.screen.value, { at: 'in', me: { role: 'agent' } })
  void one.desk.signIn.signOut()
  await one.settle()
  t.equal(await through('nils'), '/desk?error=OIDC_NO_ROLE')
  void one.desk.signIn.open('OIDC_NO_ROLE')
  await one.settle()
  t.match(one.desk.screen.value, { at: 'sign-in', why: 'oidc' })
  t.equal(troubleAt(one), 'OIDC_NO_ROLE')
})

t.test('the provider is down: said so, and the password works', async t => {
  await staff.add('agent@desk.test', PASSWORD, 'agent')
  const one = await open()
  await provider.stop()
  void one.desk.signIn.provider()
  while (one.desk.waiting.value !== 'no') await one.settle()
  t.equal(troubleAt(one), 'OIDC_UNAVAILABLE')
  t.same(one.sentTo, [])
  await password(one, 'agent@desk.test')
  t.equal(one.desk.screen.value.at, 'in')
})
