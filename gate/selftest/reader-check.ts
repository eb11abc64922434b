/** A lane's readers: as their drivers find them, and by a code that somebody holds up. */
import type { DeviceStatus } from '../contract/control-status.ts'
import { CODE_MS_MAX } from '../contract/part-test.ts'
import { checkDevice, isBoard } from './at-rest.ts'
import {
  actionOf,
  type Finding,
  type LaneTest,
  passed,
  type SelfTestEvent,
  told,
} from './finding.ts'

const LOOK_MS = 200

/** In maintenance no code is decided: any will do, and none is used. */
export async function* testReader(
  test: LaneTest,
  reader: DeviceStatus,
): AsyncGenerator<SelfTestEvent> {
  const { lane, control } = test
  const { name } = reader
  const found = checkDevice(test, reader)
  if (found.result !== 'pass') return yield told(found)
  if (!test.attended) {
    const what = 'connected; nobody held up a code'
    const action = `Hold any code before ${name} and test again`
    return yield told({ ...found, result: 'unsure', what, where: name, action })
  }
  const cutBefore = await cutCodes(test)
  const before = reader.lastReadMs
  const question = `Hold any code before ${name}, until the next step`
  yield { type: 'ask', lane, part: name, question, withinMs: CODE_MS_MAX }
  for (let leftMs = CODE_MS_MAX; leftMs > 0 && !test.stopped(); leftMs -= LOOK_MS) {
    const now = control.devices().find(one => one.name === name)
    if (now === undefined || now.state === 'lost') break
    if (now.lastReadMs !== before) return yield told(passed(name, 'read a code', lane))
    await test.wait(LOOK_MS)
  }
  if (test.stopped()) return
  const after = control.devices().find(one => one.name === name)
  const lost = after === undefined ? found : checkDevice(test, after)
  if (lost.result !== 'pass') return yield told(lost)
  yield told(silent(test, name, (await cutCodes(test)) > cutBefore))
}

/** Why no reader of the lane read a code that was held up; `cutBefore`: of `cutCodes`, before that. */
export async function whyNothingRead(
  test: Pick<LaneTest, 'control' | 'lane'>,
  cutBefore: number,
): Promise<readonly Finding[]> {
  const { control, lane } = test
  const readers = control.devices().filter(one => one.lane === lane && !isBoard(one))
  const broken = readers
    .map(one => checkDevice(test, one))
    .filter(({ result }) => result !== 'pass')
  if (broken.length > 0) return broken
  const names = readers.map(({ name }) => name).join(', ')
  return [silent(test, names, (await cutCodes(test)) > cutBefore)]
}

/** Codes that came in part to any reader of the lane, since it runs. */
export async function cutCodes({
  control,
  lane,
}: Pick<LaneTest, 'control' | 'lane'>): Promise<number> {
  const { health } = await control.status()
  const { unread = {} } = health?.lanes.find(one => one.name === lane) ?? {}
  return Object.values(unread).reduce((sum, count) => sum + count, 0)
}

function silent(
  { lane, control }: Pick<LaneTest, 'control' | 'lane'>,
  part: string,
  cut: boolean,
): Finding {
  const code = cut ? 'SCANNER_FRAMING' : 'DEVICE_SILENT'
  const what = cut
    ? 'the code came in part: it was dropped'
    : `connected, and no code came within ${CODE_MS_MAX / 1000} s`
  const action = actionOf(control, code)
  return { part, lane, result: 'fail', code, what, where: part, action }
}
