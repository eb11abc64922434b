/** Rendered passes under twelve conditions at six sizes: 432 by seed. */
import {
  CONDITION_NAMES,
  type ConditionName,
  frameSpecs,
  renderFrame,
} from '../../fixtures/camera-frames/conditions.ts'
import { PASS_TEXTS } from '../../fixtures/camera-frames/pass-modules.ts'
import { modulesOf } from '../../fixtures/camera-frames/scene.ts'
import { CONTENDERS, contestFigures, openContest } from './camera-contenders.ts'
import { type Figure, figure } from './figure.ts'

const PART = 'camera'
const SEED = 2026
const OF_EACH = 6

export async function benchPasses(): Promise<Figure[]> {
  const text = PASS_TEXTS[0] ?? ''
  const modules = modulesOf(text)
  const contest = await openContest()
  const specs = frameSpecs(SEED, OF_EACH)
  const read = new Map<ConditionName, number[]>(CONDITION_NAMES.map(one => [one, [0, 0, 0]]))
  for (const spec of specs) {
    const won = contest.show(await renderFrame(modules, spec), found => found === text)
    const counts = read.get(spec.condition) ?? []
    for (const [i, one] of CONTENDERS.entries()) counts[i] = (counts[i] ?? 0) + Number(won[one])
  }
  const each = specs.length / CONDITION_NAMES.length
  const conditions = [...read].map(([condition, [ours = 0, zxing = 0, jsqr = 0]]) =>
    figure(PART, `passes, ${condition}`, [ours, `of ${each}`], {
      ...{ peer: `zxing ${zxing}, jsQR ${jsqr}`, ratio: ours / each },
    }),
  )
  return [
    ...conditions,
    ...contestFigures(PART, 'passes', contest, { rate: '≥ 0.95', time: '≤ 0.08' }),
  ]
}
