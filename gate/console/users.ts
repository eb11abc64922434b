/**
 * Who may log in: names, levels and hashes of passwords in `console-users.json` of the data folder,
 * read once at the start and kept in memory, so that a lost disk locks nobody out. Hashes are scrypt
 * (RFC 7914), computed beside the gate's own thread.
 */
import { type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { existsSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { readJsonText } from '../contract/json-text.ts'
import { readWhole } from '../files/read-file.ts'
import {
  PASSWORD_CHARS_MAX,
  PASSWORD_CHARS_MIN,
  USERS_FILE_BYTES_MAX,
  USERS_MAX,
} from './limits.ts'

const USERS_FILE = 'console-users.json'
/** What a name looks like; noise on a line does not. */
export const USER_NAME = /^[a-z][a-z0-9_-]{0,31}$/

const HASH_BYTES = 32
const SALT_BYTES = 16
/** 16 MiB and about 0.2 s on a small board: OWASP's list has it. */
export const COST = { N: 16_384, r: 8, p: 5 }

/** Compared with where the name is wrong, so that this takes as long. */
const NOBODY = { salt: '00'.repeat(SALT_BYTES), hash: '00'.repeat(HASH_BYTES) }

/** Beside what RFC 7914 counts. */
const SPARE_BYTES = 1_048_576

const scryptAsync = promisify<string, Uint8Array, number, ScryptOptions, Buffer>(scrypt)

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`))
const userSchema = z.strictObject({
  name: z.string().regex(USER_NAME),
  level: z.enum(['viewer', 'technician', 'admin']),
  salt: hex(SALT_BYTES),
  hash: hex(HASH_BYTES),
  cost: z.strictObject({
    N: z.int().min(2).max(1_048_576),
    r: z.int().min(1).max(32),
    p: z.int().min(1).max(32),
  }),
})
const fileSchema = z.strictObject({ users: z.array(userSchema).max(USERS_MAX) })
type User = z.infer<typeof userSchema>

export type UsersFault =
  | 'NO_SUCH_USER'
  | 'USER_EXISTS'
  | 'LAST_ADMIN'
  | 'TOO_MANY_USERS'
  | 'PASSWORD_RULE'
  | 'NOT_WRITTEN'

export interface Users {
  /** `none`: the next login sets the first admin. `damaged`: nobody can log in. */
  state(): 'some' | 'none' | 'damaged'
  list(): readonly Pick<User, 'name' | 'level'>[]
  /** Their level; undefined for a wrong name or password, which take as long as right ones. */
  check(name: string, password: string): Promise<User['level'] | undefined>
  /** Each resolves with undefined when it is on disk. */
  add(name: string, level: User['level'], password: string): Promise<UsersFault | undefined>
  setPassword(name: string, password: string): Promise<UsersFault | undefined>
  remove(name: string): Promise<UsersFault | undefined>
}

export interface UsersParts {
  readonly dataDir: string
  readonly randomBytes: (bytes: number) => Uint8Array
  /** Of new hashes; `COST` unless given. */
  readonly cost?: User['cost']
}

export function createUsers({ dataDir, randomBytes, cost = COST }: UsersParts): Users {
  const file = join(dataDir, USERS_FILE)
  const found = readUsers(file)
  let users: readonly User[] = found ?? []
  /** Changes one after another. */
  let turn: Promise<unknown> = Promise.resolve()

  async function hashed(password: string): Promise<Pick<User, 'salt' | 'hash' | 'cost'>> {
    const salt = randomBytes(SALT_BYTES)
    const hash = await scryptAsync(password, salt, HASH_BYTES, withMemory(cost))
    return { salt: Buffer.from(salt).toString('hex'), hash: hash.toString('hex'), cost }
  }

  function change(
    make: () => Promise<readonly User[] | UsersFault>,
  ): Promise<UsersFault | undefined> {
    const done = turn.then(async () => {
      const next = await make()
      if (typeof next === 'string') return next
      try {
        await writeUsers(file, next)
      } catch {
        return 'NOT_WRITTEN' as const
      }
      users = next
      return undefined
    })
    turn = done
    return done
  }

  return {
    state: () => (found === undefined ? 'damaged' : users.length > 0 ? 'some' : 'none'),
    list: () => users.map(({ name, level }) => ({ name, level })),
    async check(name, password) {
      const user = users.find(one => one.name === name)
      const { salt, hash, cost: its } = user ?? { ...NOBODY, cost }
      const salted = Buffer.from(salt, 'hex')
      const got = await scryptAsync(password, salted, HASH_BYTES, withMemory(its))
      const isRight = timingSafeEqual(got, Buffer.from(hash, 'hex'))
      return user !== undefined && isRight ? user.level : undefined
    },
    add: (name, level, password) =>
      change(async () => {
        if (users.some(one => one.name === name)) return 'USER_EXISTS'
        if (users.length >= USERS_MAX) return 'TOO_MANY_USERS'
        if (!isGood(password)) return 'PASSWORD_RULE'
        return [...users, { name, level, ...(await hashed(password)) }]
      }),
    setPassword: (name, password) =>
      change(async () => {
        const user = users.find(one => one.name === name)
        if (user === undefined) return 'NO_SUCH_USER'
        if (!isGood(password)) return 'PASSWORD_RULE'
        const next = { ...user, ...(await hashed(password)) }
        return users.map(one => (one === user ? next : one))
      }),
    remove: name =>
      change(async () => {
        const rest = users.filter(one => one.name !== name)
        if (rest.length === users.length) return 'NO_SUCH_USER'
        return rest.some(({ level }) => level === 'admin') ? rest : 'LAST_ADMIN'
      }),
  }
}

const isGood = ({ length }: string) => length >= PASSWORD_CHARS_MIN && length <= PASSWORD_CHARS_MAX

const withMemory = (cost: User['cost']): ScryptOptions => ({
  ...cost,
  maxmem: 128 * cost.r * (cost.N + cost.p) + SPARE_BYTES,
})

/** Undefined where the file is there and can't be read. */
function readUsers(file: string): readonly User[] | undefined {
  if (!existsSync(file)) return []
  const bytes = readWhole(file, USERS_FILE_BYTES_MAX)
  if (bytes instanceof Error) return undefined
  const json = readJsonText(bytes)
  const read = json.ok ? fileSchema.safeParse(json.value) : undefined
  return read?.success === true ? read.data.users : undefined
}

/** Whole or not at all, also across a power cut. */
async function writeUsers(file: string, users: readonly User[]): Promise<void> {
  const partial = `${file}.partial`
  const handle = await open(partial, 'w', 0o600)
  try {
    await handle.writeFile(JSON.stringify({ users }))
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(partial, file)
}
