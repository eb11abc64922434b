/** `npm run bench -- face`: what a face check costs, and how far apart persons are, on the demo set. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../fixtures/child.ts'
import { captureOf, type Head } from '../../fixtures/face-capture.ts'
import { createFaceEngine, type FaceEngine } from '../../server/face/engine.ts'
import { MATCH_DISTANCE_MAX } from '../../server/face/limits.ts'
import { distance } from '../../server/face/measure.ts'
import type { Capture, Embedding, Prompt } from '../../server/face/port.ts'
import { cpuMsOf } from './cpu-time.ts'
import { type Figure, figure } from './figure.ts'
import { inUnits, median, spreadOf } from './spread.ts'

const PART = 'face'
const FACES = join(ROOT, 'fixtures/faces')
/** The shortest capture that the service asks for, and the longest, by their pictures. */
const PROMPTS: readonly Prompt[] = ['ahead', 'left', 'right', 'ahead']
const CAPTURES = [
  [1, 1, 1, 1],
  [2, 2, 1, 2],
]
const CHECK_MS = 250
const ROUNDS = 9

export async function benchFace(): Promise<Figure[]> {
  const heads = JSON.parse(readFileSync(join(FACES, 'heads.json'), 'utf8')) as Record<string, Head>
  const engine = createFaceEngine({
    onFault(what, cause) {
      throw new Error(what, { cause })
    },
  })
  try {
    await engine.ready()
    return [...(await costs(engine, heads)), ...(await distances(engine, Object.keys(heads)))]
  } finally {
    await engine.close()
  }
}

const photo = (person: string, which: 'id' | 'live') =>
  new Uint8Array(readFileSync(join(FACES, `${person}-${which}.jpg`)))

async function costs(
  engine: FaceEngine,
  heads: Readonly<Record<string, Head>>,
): Promise<readonly Figure[]> {
  const figures: Figure[] = []
  for (const pictures of CAPTURES) {
    const took: number[] = []
    const captures = new Map<string, Capture>()
    for (const [person, head] of Object.entries(heads))
      captures.set(person, await captureOf(photo(person, 'live'), head, PROMPTS, { pictures }))
    // The kernel counts in steps of 10 ms: a round is everybody's check.
    for (let round = 0; round < ROUNDS; round++) {
      const from = cpuMsOf(engine.pid() ?? 0)
      for (const [person, capture] of captures) {
        const outcome = await engine.check(photo(person, 'id'), capture)
        if (!outcome.matched) throw new Error(`${person}: ${JSON.stringify(outcome)}`)
      }
      took.push((cpuMsOf(engine.pid() ?? 0) - from) / captures.size)
    }
    const ms = spreadOf(took)
    figures.push(
      figure(
        PART,
        `a check of ${pictures.reduce((sum, one) => sum + one)} pictures, CPU of one core`,
        [ms, 'ms'],
        {
          limit: `${CHECK_MS} ms`,
          ratio: inUnits(ms, CHECK_MS),
          goal: '≤1',
        },
      ),
    )
  }
  return figures
}

/** Photos on file against later ones, everybody with everybody. */
async function distances(engine: FaceEngine, persons: readonly string[]): Promise<Figure[]> {
  const described = async (which: 'id' | 'live') => {
    const all: Embedding[] = []
    for (const person of persons) {
      const found = await engine.describe(photo(person, which))
      if (!found.ok) throw new Error(`${person}: ${found.reason}`)
      all.push(found.embedding)
    }
    return all
  }
  const [filed, live] = [await described('id'), await described('live')]
  const same = filed.map((one, i) => distance(one, live[i] as Embedding))
  const others = filed.flatMap((one, i) => live.toSpliced(i, 1).map(other => distance(one, other)))
  const limit = `a match is below ${MATCH_DISTANCE_MAX}`
  const against = (value: number, goal: string) => ({
    ...{ limit, ratio: value / MATCH_DISTANCE_MAX, goal },
  })
  const [furthest, nearest] = [Math.max(...same), Math.min(...others)]
  return [
    figure(PART, `${same.length} of one person, median`, [median(same), '']),
    figure(PART, 'of them the furthest', [furthest, ''], against(furthest, '≤1')),
    figure(PART, `${others.length} of two, median`, [median(others), '']),
    figure(PART, 'of them the nearest', [nearest, ''], against(nearest, '≥1')),
  ]
}
