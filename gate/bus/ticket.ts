/**
 * What a gate shows an embedded broker in the place of a password: a JWS of its own key that names
 * it, good once in a life of the broker. Messages are believed by their own signatures; a ticket only
 * keeps strangers from crowding the broker.
 */
import type { KeyObject } from 'node:crypto'
import { CompactSign, compactVerify } from 'jose'
import { z } from 'zod'
import { UUID_RANDOM_BYTES, uuidOf } from '../contract/uuid.ts'
import { nameSchema } from '../memory/facts.ts'
import { TICKET_CHARS_MAX, TICKETS_MAX } from './limits.ts'

const TYPE = 'wicketgate-bus-ticket+jws'
const ticketSchema = z.strictObject({ station: nameSchema, gate: nameSchema, jti: z.uuid() })

/** `random`: unpredictable bytes, as many as asked for. */
export function makeTicket(
  station: string,
  gate: string,
  key: KeyObject,
  random: (bytes: number) => Uint8Array,
): Promise<string> {
  const jti = uuidOf(random(UUID_RANDOM_BYTES))
  const ticket = JSON.stringify({ station, gate, jti })
  return new CompactSign(new TextEncoder().encode(ticket))
    .setProtectedHeader({ alg: 'EdDSA', typ: TYPE })
    .sign(key)
}

/** What a gate's connection is called; `random16`: 16 hex digits. */
export const clientIdOf = (gate: string, random16: string): string => `${gate}-${random16}`

/** Whether a connection may be called so by `gate`. */
export function isClientIdOf(gate: string, id: string): boolean {
  return id.startsWith(`${gate}-`) && /^[0-9a-f]{16}$/.test(id.slice(gate.length + 1))
}

export interface TicketOffice {
  /** Whether `ticket` lets `gate` in. Never rejects; the same one is good once. */
  admits(gate: string, ticket: Uint8Array): Promise<boolean>
}

/** `keyOf`: the key of a gate of the station manifest. */
export function createTicketOffice(
  station: string,
  keyOf: (gate: string) => KeyObject | undefined,
): TicketOffice {
  const used = new Set<string>()

  return {
    async admits(gate, ticket) {
      const key = keyOf(gate)
      if (key === undefined || ticket.length > TICKET_CHARS_MAX) return false
      try {
        const { payload, protectedHeader } = await compactVerify(ticket, key, {
          algorithms: ['EdDSA'],
        })
        const read = ticketSchema.parse(JSON.parse(new TextDecoder().decode(payload)))
        const fits = protectedHeader.typ === TYPE && read.station === station && read.gate === gate
        if (!fits || used.has(read.jti)) return false
        used.add(read.jti)
        for (const old of used) {
          if (used.size <= TICKETS_MAX) break
          used.delete(old)
        }
        return true
      } catch {
        return false
      }
    },
  }
}
