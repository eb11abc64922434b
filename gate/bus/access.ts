/**
 * Who may say and hear what on a station's broker. The embedded one asks here; broker.md has the
 * same for Mosquitto, and a test compares the two. Pure.
 */
import { gateOfTopic, topicsFor } from './message.ts'

/** Whether `gate` may publish on `topic`: on its own topics alone. */
export function maySay(station: string, gate: string, topic: string): boolean {
  return gateOfTopic(topic, station) === gate
}

/** Whether `gate` may subscribe to `topic`: a known gate's facts and hellos, snapshots for itself. */
export function mayHear(
  station: string,
  gate: string,
  topic: string,
  keyOf: (gate: string) => unknown,
): boolean {
  const from = gateOfTopic(topic, station)
  if (from === undefined || keyOf(from) === undefined) return false
  return from === gate || topicsFor(station, gate, [from]).includes(topic)
}
