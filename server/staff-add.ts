/** The `staff add` command: the only way an account is made. */
import { randomBytes } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { isRole, ROLES } from './auth/permissions.ts'
import { createStaffAccounts } from './auth/staff.ts'
import { databasePlace, type LoadedConfig } from './config.ts'
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
  const db = await openDatabase(databasePlace(config))
  try {
    const staff = createStaffAccounts({
      db,
      secrets: createSecrets(secret),
      publicUrl: () => config.publicUrl ?? 'http://127.0.0.1',
    })
    const outcome = await staff.add(email, password, role)
    const line = { [outcome]: email, role, ...(made ? { password } : {}) }
    process.stdout.write(`${JSON.stringify(line)}\n`)
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
