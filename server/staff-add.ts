/** The `staff add` command, the only way an account is made, and `staff reset-totp`. */
import { randomBytes } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { isRole, ROLES } from './auth/permissions.ts'
import { createStaffAccounts, type StaffAccounts } from './auth/staff.ts'
import { type Config, databasePlace, type LoadedConfig } from './config.ts'
import { StartError } from './errors.ts'
import { createSecrets } from './secrets.ts'
import { openDatabase } from './store/engines.ts'

/** Prints one JSON line; it holds the password only if that was made here. Throws StartError. */
export async function addStaff(
  { config, secret }: LoadedConfig,
  account: { readonly email: string; readonly role: string; readonly generate: boolean },
): Promise<void> {
  const { email, role } = account
  if (!isRole(role)) throw new StartError('CONFIG', `--role must be one of ${ROLES.join(', ')}`)
  const made = account.generate || process.stdin.isTTY === true
  const password = made ? randomBytes(15).toString('base64url') : await readPassword()
  await withAccounts(config, secret, async staff => {
    const outcome = await staff.add(email, password, role)
    const line = { [outcome]: email, role, ...(made ? { password } : {}) }
    process.stdout.write(`${JSON.stringify(line)}\n`)
  })
}

/** For whoever lost the device: takes the second factor away. Throws StartError for nobody. */
export async function resetTotp({ config, secret }: LoadedConfig, email: string): Promise<void> {
  await withAccounts(config, secret, async staff => {
    if (!(await staff.resetTotp(email))) throw new TypeError('no account has this address')
    process.stdout.write(`${JSON.stringify({ reset: email })}\n`)
  })
}

async function withAccounts(
  config: Config,
  secret: Uint8Array,
  work: (staff: StaffAccounts) => Promise<void>,
): Promise<void> {
  const db = await openDatabase(databasePlace(config))
  const publicUrl = () => config.publicUrl ?? 'http://127.0.0.1'
  try {
    await work(createStaffAccounts({ db, secrets: createSecrets(secret), publicUrl }))
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) {
      throw new StartError('CONFIG', error.message)
    }
    throw error
  } finally {
    await db.destroy()
  }
}

async function readPassword(): Promise<string> {
  return (await text(process.stdin)).replace(/\r?\n$/, '')
}
