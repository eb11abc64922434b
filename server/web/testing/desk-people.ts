/** What tests of the desk's logic begin with: desks that end with their test, people, and what was said. */
import type { Test } from 'tap'
import type { Role } from '../../auth/permissions.ts'
import { putOnFile } from '../../testing/applicant.ts'
import type { Act, Found, Person, Trouble } from '../desk/screens.ts'
import { type NodeDesk, openNodeDesk, openNodeDeskAs } from './desk-in-node.ts'
import { type NodeWorld, openNodeWorld } from './page-in-node.ts'

export interface DeskTests {
  readonly nodeWorld: NodeWorld
  open(options?: Parameters<typeof openNodeDesk>[1]): Promise<NodeDesk>
  as(role: Role, options?: Parameters<typeof openNodeDesk>[1]): Promise<NodeDesk>
  /** The number of somebody on file whom nobody has looked up. */
  nextPerson(): Promise<string>
}

let people = 0

/** `staff`: of the service's config. */
export async function openDeskTests(t: Test, staff: object = {}): Promise<DeskTests> {
  const nodeWorld = await openNodeWorld(t, staff)
  const { world } = nodeWorld
  const opened: NodeDesk[] = []
  const kept = (one: NodeDesk) => {
    opened.push(one)
    return one
  }
  t.afterEach(async () => {
    for (const one of opened.splice(0)) one.close()
    await world.service.db.deleteFrom('staff_rate_limits' as 'staff').execute()
  })
  return {
    nodeWorld,
    open: async options => kept(await openNodeDesk(nodeWorld, options)),
    as: async (role, options) => kept(await openNodeDeskAs(nodeWorld, role, options)),
    async nextPerson() {
      const documentNumber = `E${90_000 + people++}`
      await putOnFile(world, documentNumber)
      return documentNumber
    },
  }
}

/** Scanned or typed: what it came to. */
export async function find({ desk, settle }: NodeDesk, text: string): Promise<Found> {
  desk.choose({ type: 'passport' })
  void desk.scan(text)
  await settle()
  return desk.found.value
}

/** Throws unless it is a person. */
export async function findPerson(one: NodeDesk, text: string): Promise<Person> {
  return personOf(await find(one, text))
}

export function personOf(found: Found): Person {
  if (found.is !== 'person') throw new Error(JSON.stringify(found))
  return found.person
}

/** Throws unless this was begun, or came of it. */
export function actOf<K extends Act['is']>({ desk }: NodeDesk, is: K): Extract<Act, { is: K }> {
  const act = desk.act.value
  if (act?.is !== is) throw new Error(`not ${is} but ${JSON.stringify(act)}`)
  return act as Extract<Act, { is: K }>
}

/** The code of a refusal, the reason of a presented code, or the kind. */
export function codeOf(trouble: Trouble | undefined): string | undefined {
  if (trouble?.kind === 'refused') return trouble.problem.code
  return trouble?.kind === 'code' ? trouble.reason : trouble?.kind
}
