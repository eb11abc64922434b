/** The board's side of a set-up: from its bytes to its values. Pure. */
import { checkOf, type GuardedLevel, numberAt, type SetUp } from '../guarded-line.ts'

const head = 2
const checkBytes = 3
const lists = 11
const holdPinsMax = 6
const pinsMask = 2 ** 18 - 1

/** `bytes`: a whole sysex message. Null when its check is wrong or it is not valid. */
export function decodeSetUp(bytes: readonly number[]): SetUp | null {
  const checked = bytes.slice(0, -1 - checkBytes)
  if (bytes.length < head + checkBytes + 1) return null
  if (numberAt(bytes, checked.length) !== checkOf(checked)) return null
  const data = checked.slice(head)
  const holds = data[lists] ?? 0
  const fire = lists + 1 + holds * 2
  if (holds > holdPinsMax || data.length <= fire || (data.length - fire) % 2 === 0) return null
  const outputs = numberAt(data, 5)
  const pullups = numberAt(data, 8)
  if ((outputs & pullups) !== 0 || (outputs | pullups) > pinsMask) return null
  const hold = pinLevels(data.slice(lists + 1, fire))
  const opens = pinLevels(data.slice(fire + 1))
  if (hold === null || opens === null) return null
  return {
    session: numberAt(data, 0),
    deadmanMs: data[3]! | (data[4]! << 7),
    outputs,
    pullups,
    hold,
    fire: data[fire] === 0 ? null : { pin: data[fire]!, outputs: opens },
  }
}

function pinLevels(data: readonly number[]): GuardedLevel[] | null {
  const pairs: GuardedLevel[] = []
  for (let i = 0; i < data.length; i += 2) {
    const level = data[i + 1]
    if (level !== 0 && level !== 1) return null
    pairs.push({ pin: data[i]!, level })
  }
  return pairs
}
