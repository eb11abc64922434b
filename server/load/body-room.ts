/**
 * Room for bodies in progress: so many bytes in all, and of one client, in this process's memory. A
 * body keeps its place until its request is answered, since its bytes exist that long. One that stops
 * coming gives its place to the next.
 */
import { BODY_MAKES_ROOM_MS } from './limits.ts'

/** Of one body. */
export interface BodyPlace {
  /** More of it came: it does not stand still. `now`: as the room's clock has it, ms. */
  moved(now: number): void
  /** All of it is here: nobody takes its place any more. */
  whole(): void
  release(): void
}

export interface BodyRoom {
  /**
   * A place for so many bytes; undefined when there is none. `lose` is called when the place is
   * given to another: what came so far must be dropped. `now`: ms of a clock that never goes back.
   */
  take(client: string, bytes: number, now: number, lose: () => void): BodyPlace | undefined
  /** Bytes that are taken. */
  taken(): number
}

interface Held {
  readonly client: string
  readonly bytes: number
  readonly lose: () => void
  movedAt: number
  isWhole: boolean
}

/** `max`: bytes in all, and of one client. */
export function createBodyRoom(max: { readonly all: number; readonly client: number }): BodyRoom {
  const all = new Set<Held>()
  const byClient = new Map<string, number>()
  let taken = 0

  function add(held: Held): void {
    all.add(held)
    taken += held.bytes
    byClient.set(held.client, (byClient.get(held.client) ?? 0) + held.bytes)
  }

  function remove(held: Held): void {
    if (!all.delete(held)) return
    taken -= held.bytes
    const left = (byClient.get(held.client) ?? 0) - held.bytes
    if (left > 0) byClient.set(held.client, left)
    else byClient.delete(held.client)
  }

  /** Who stands still and must go so that there is room; undefined when that is too little. */
  function whoGoes(client: string, bytes: number, now: number): ReadonlySet<Held> | undefined {
    let own = (byClient.get(client) ?? 0) + bytes - max.client
    let any = taken + bytes - max.all
    const goes = new Set<Held>()
    if (own <= 0 && any <= 0) return goes
    // Those that stand longest are first: a body that moves is put last.
    const still = [...all].filter(one => !one.isWhole && now - one.movedAt >= BODY_MAKES_ROOM_MS)
    const itsOwn = still.filter(one => one.client === client)
    for (const one of [...itsOwn, ...still]) {
      const isOwn = one.client === client
      if (goes.has(one) || (isOwn ? own <= 0 && any <= 0 : any <= 0)) continue
      goes.add(one)
      any -= one.bytes
      if (isOwn) own -= one.bytes
    }
    return own <= 0 && any <= 0 ? goes : undefined
  }

  return {
    taken: () => taken,
    take(client, bytes, now, lose) {
      const goes = whoGoes(client, bytes, now)
      if (goes === undefined) return undefined
      for (const held of goes) {
        remove(held)
        held.lose()
      }
      const held = { client, bytes, lose, movedAt: now, isWhole: false }
      add(held)
      return {
        moved(at) {
          held.movedAt = at
          if (all.delete(held)) all.add(held)
        },
        whole() {
          held.isWhole = true
        },
        release: () => remove(held),
      }
    },
  }
}
