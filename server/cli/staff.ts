/** The `staff` commands: the only way to make embedded accounts, and to disable any member. */
import { randomBytes } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { isRole, ROLES } from '../auth/permissions.ts'
import { createStaffAccounts, type StaffAccounts } from '../auth/staff.ts'
import { databasePlace, type LoadedConfig } from '../config.ts'
import { StartError } from '../errors.ts'
import { createSecrets } from '../secrets.ts'
import { writeAudit } from '../store/audit/audit.ts'
import { openDatabase } from '../store/engine/engines.ts'
import { transact } from '../store/engine/transact.ts'
import type { Database, Tx } from '../store/schema/schema.ts'
import {
  disableMember,
  enableMember,
  findMember,
  listMembers,
  removeMember,
} from '../store/staff/staff-members.ts'

/** Commands that name one account. */
export const STAFF_COMMANDS = ['add', 'disable', 'enable', 'remove', 'reset', 'reset-totp'] as const
export type StaffCommand = (typeof STAFF_COMMANDS)[number]

export interface StaffArguments {
  /** An e-mail address; all but `add` take an id too. */
  readonly who: string
  /** Of `add`. */
  readonly role: string
  /** Make a password, whatever standard input is. */
  readonly generate: boolean
}

interface Desk {
  readonly db: Database
  readonly staff: StaffAccounts
}

export const isStaffCommand = (name: string | undefined): name is StaffCommand =>
  (STAFF_COMMANDS as readonly (string | undefined)[]).includes(name)

/** One JSON line a member. */
export async function listStaff(loaded: LoadedConfig): Promise<void> {
  await atDesk(loaded, async ({ db }) => {
    for (const { disabledAt, ...member } of await listMembers(db)) {
      const disabled = disabledAt === null ? {} : { disabled: new Date(disabledAt).toISOString() }
      print({ ...member, ...disabled })
    }
  })
}

/** Prints one JSON line; it holds a password only if that was made here. Throws StartError. */
export async function runStaffCommand(
  loaded: LoadedConfig,
  command: StaffCommand,
  given: StaffArguments,
): Promise<void> {
  await atDesk(loaded, desk => act(desk, command, given))
}

function act(desk: Desk, command: StaffCommand, given: StaffArguments): Promise<void> {
  switch (command) {
    case 'add':
      return add(desk, given)
    case 'reset':
      return reset(desk, given)
    case 'reset-totp':
      return resetTotp(desk, given.who)
    case 'disable':
    case 'enable':
    case 'remove':
      return change(desk, command, given.who)
    default:
      return command satisfies never
  }
}

async function add({ db, staff }: Desk, { who, role, generate }: StaffArguments): Promise<void> {
  if (!isRole(role)) throw new TypeError(`--role must be one of ${ROLES.join(', ')}`)
  const made = generate || process.stdin.isTTY === true
  const password = made ? makePassword() : await readPassword()
  const outcome = await staff.add(who, password, role)
  const { id } = await found(db, who)
  await audit(db, outcome === 'added' ? 'staff.add' : 'staff.change', id, { role })
  print({ [outcome]: who, role, ...(made ? { password } : {}) })
}

/** For whoever forgot: another password, and no second factor. */
async function reset({ db, staff }: Desk, { who, generate }: StaffArguments): Promise<void> {
  const { id, email, role } = await found(db, who)
  if (!isRole(role)) throw new TypeError('this account is disabled or has no role: enable it first')
  const made = generate || process.stdin.isTTY === true
  const password = made ? makePassword() : await readPassword()
  await staff.add(email, password, role)
  await staff.resetTotp(email)
  await audit(db, 'staff.reset', id)
  print({ reset: email, role, ...(made ? { password } : {}) })
}

/** For whoever lost the device: takes the second factor away. */
async function resetTotp({ db, staff }: Desk, who: string): Promise<void> {
  const { email } = await found(db, who)
  await staff.resetTotp(email)
  print({ reset: email })
}

async function change(
  { db }: Desk,
  command: 'disable' | 'enable' | 'remove',
  who: string,
): Promise<void> {
  const email = await transact(db, async tx => {
    const member = await found(tx, who)
    const now = Date.now()
    if (command === 'remove') await removeMember(tx, member.id)
    else if (command === 'disable') {
      if (!(await disableMember(tx, member, now))) throw new TypeError('it is disabled already')
    } else if (!(await enableMember(tx, member.id))) throw new TypeError('it is not disabled')
    await audit(tx, `staff.${command}`, member.id)
    return member.email
  })
  print({ [`${command}d`]: email })
}

async function found(db: Database | Tx, who: string) {
  const member = await findMember(db, who)
  if (member === undefined) throw new TypeError('no account has this address or id')
  return member
}

function audit(db: Database | Tx, action: string, subject: string, detail = {}): Promise<void> {
  return writeAudit(db, { actor: 'system', action, subject, detail }, Date.now())
}

/** Faults of what was asked for are a StartError `CONFIG`. */
async function atDesk(
  { config, secret }: LoadedConfig,
  work: (desk: Desk) => Promise<void>,
): Promise<void> {
  const db = await openDatabase(databasePlace(config))
  const publicUrl = () => config.publicUrl ?? 'http://127.0.0.1'
  try {
    const staff = createStaffAccounts({
      ...{ db, secrets: createSecrets(secret), publicUrl },
      clock: { now: () => Date.now() },
    })
    await work({ db, staff })
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) {
      throw new StartError('CONFIG', error.message)
    }
    throw error
  } finally {
    await db.destroy()
  }
}

const print = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`)

const makePassword = () => randomBytes(15).toString('base64url')

async function readPassword(): Promise<string> {
  return (await text(process.stdin)).replace(/\r?\n$/, '')
}
