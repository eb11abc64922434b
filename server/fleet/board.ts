/**
 * The fleet in memory, for all who watch it: fed by the reports that come to this process, and by a look at the database for what other
 * replicas took. Fields are compared as texts, so that only what differs is told, and each
 * text is made once.
 */
import type { Health } from '../../gate/contract/health.ts'
import { fleetRow, type GateFacts, isOffline } from '../domain/fleet-row.ts'
import { givenSha256 } from '../domain/given-config.ts'
import { FLEET_SEEN_MS } from '../limits.ts'
import { createChangeLook } from '../store/engine/changes.ts'
import { handleOf } from '../store/engine/handle.ts'
import {
  FLEET_TABLES,
  type FleetGate,
  fleetGates,
  healthOf,
  newestConfigs,
} from '../store/gates/fleet.ts'
import type { Database } from '../store/schema/schema.ts'

export interface FleetBoard {
  /** A report that this process has stored. */
  told(gate: string, health: Health, receivedAt: number): void
  /** Takes in what the database has. */
  look(): Promise<void>
  /** What differs since the last call, as texts of JSON; then that is what is known. */
  settle(now: number): Changed
  /** All rows as they were settled, as a text of JSON. */
  rows(): string
}

export interface Changed {
  /** Of each row its name, and those of its fields that differ. */
  readonly rows: readonly string[]
  /** Names of gates that are there no more. */
  readonly gone: readonly string[]
}

interface Place {
  facts: GateFacts
  /** Texts of its fields, by their names. */
  texts: ReadonlyMap<string, string>
  offline: boolean
  fresh: boolean
}

export function createFleetBoard(db: Database): FleetBoard {
  const changes = createChangeLook(handleOf(db).changes, FLEET_TABLES)
  const places = new Map<string, Place>()
  /** Told since the look under way began: what it found is older. */
  const toldMeanwhile = new Set<string>()
  let gone: string[] = []

  function put(facts: GateFacts): void {
    const place = places.get(facts.gate)
    if (place === undefined) {
      places.set(facts.gate, { facts, texts: new Map(), offline: false, fresh: true })
    } else {
      place.facts = facts
      place.fresh = true
    }
  }

  function takeIn(found: readonly FleetGate[]): void {
    const there = new Set(found.map(({ gate }) => gate))
    for (const gate of places.keys()) {
      if (there.has(gate)) continue
      places.delete(gate)
      gone.push(gate)
    }
    for (const { gate, station, enrolledAt, seenAt } of found) {
      const facts = places.get(gate)?.facts
      const isKnown = facts?.station === station && facts.enrolledAt === enrolledAt
      if (isKnown && !isLater(seenAt, facts.seenAt)) continue
      const { given, told } = facts ?? { given: undefined, told: undefined }
      put({ gate, station, enrolledAt, seenAt, given, told })
    }
  }

  async function takeInHealth(found: readonly FleetGate[]): Promise<void> {
    const news = found.filter(({ gate, receivedAt }) => {
      return receivedAt !== (places.get(gate)?.facts.told?.receivedAt ?? null)
    })
    const missing = news.filter(({ receivedAt, gate }) => {
      return receivedAt !== null && !toldMeanwhile.has(gate)
    })
    for (const { gate, ...told } of await healthOf(
      db,
      missing.map(({ gate }) => gate),
    )) {
      const facts = places.get(gate)?.facts
      if (facts !== undefined && !toldMeanwhile.has(gate)) put({ ...facts, told })
    }
  }

  async function takeInConfigs(found: readonly FleetGate[]): Promise<void> {
    const news = found.filter(({ gate, given }) => {
      return given !== null && given !== places.get(gate)?.facts.given?.revision
    })
    for (const { gate, revision, text } of await newestConfigs(
      db,
      news.map(({ gate }) => gate),
    )) {
      const facts = places.get(gate)?.facts
      const sha256 = givenSha256(text)
      if (facts !== undefined) put({ ...facts, given: { revision, sha256 } })
    }
  }

  /** The fields that differ from what was settled, and those texts from now on. */
  function settlePlace(place: Place, now: number): string | undefined {
    const row = fleetRow(place.facts, now)
    const texts = new Map(Object.entries(row).map(([name, of]) => [name, JSON.stringify(of)]))
    const differing = [...texts].filter(
      ([name, text]) => name !== 'gate' && place.texts.get(name) !== text,
    )
    place.texts = texts
    place.offline = row.offline
    place.fresh = false
    return differing.length === 0
      ? undefined
      : rowText([['gate', texts.get('gate') ?? ''], ...differing])
  }

  return {
    told(gate, health, receivedAt) {
      const facts = places.get(gate)?.facts
      if (facts === undefined) return
      toldMeanwhile.add(gate)
      put({ ...facts, told: { receivedAt, health } })
    },
    async look() {
      const seen = changes.look()
      if (changes.isSettled(seen)) return
      toldMeanwhile.clear()
      const found = await fleetGates(db)
      takeIn(found)
      await takeInHealth(found)
      await takeInConfigs(found)
      changes.settle(seen)
    },
    settle(now) {
      const rows: string[] = []
      for (const place of places.values()) {
        if (!place.fresh && place.offline === isOffline(place.facts, now)) continue
        const text = settlePlace(place, now)
        if (text !== undefined) rows.push(text)
      }
      const left = gone
      gone = []
      return { rows, gone: left }
    },
    rows: () => `[${[...places.values()].flatMap(wholeRow).join(',')}]`,
  }
}

/** So seldom that a gate's polls are no news. */
const isLater = (seenAt: number | null, known: number | null): boolean =>
  Math.abs((seenAt ?? 0) - (known ?? 0)) >= FLEET_SEEN_MS

/** A gate that came since the last `settle` is told by the next. */
const wholeRow = ({ texts }: Place): string[] => (texts.size === 0 ? [] : [rowText([...texts])])

const rowText = (fields: readonly (readonly [string, string])[]): string =>
  `{${fields.map(([name, text]) => `"${name}":${text}`).join(',')}}`
