/** Siblings that lie: they open nothing, undo nothing, and refuse nobody but whom they name. */
import t from 'tap'
import { createGround } from '../../fixtures/one-process.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { LIES } from './bus-lies.ts'
import { simulate } from './run.ts'

const MINUTE_MS = 60_000
const PEOPLE = 12
const ground = await createGround(tempDir(), PEOPLE, 3)

/** Eight minutes, with such a lie every other one; without any unless it is named. */
async function play(name?: string) {
  const minutes = name === undefined ? [] : [2, 4, 6]
  const refused = { used: 0, inside: 0 }
  const { broken, counts } = await simulate(
    ground,
    {
      ...{ seed: 4, gates: 3, lanes: 2, phones: PEOPLE, everyMs: MINUTE_MS },
      people: Array.from({ length: PEOPLE }, (_, n) => n),
      ...{ spanMs: 8 * MINUTE_MS, healMs: 2 * MINUTE_MS },
      faults: minutes.map(minute => ({
        ...{ kind: `sibling ${name}`, atMs: minute * MINUTE_MS, forMs: 1000 },
        ...{ lane: minute / 9, pick: minute / 7 },
      })),
    },
    {
      onSeen(one) {
        if (one.what !== 'row' || one.kind !== 'scan') return
        if (one.body.code === 'ALREADY_USED') refused.used += 1
        if (one.body.code === 'ALREADY_INSIDE') refused.inside += 1
      },
    },
  )
  return { broken, counts, refused }
}

t.test('who lies without a key of the station, or repeats, changes nothing', async t => {
  const plain = await play()
  for (const name of ['forged', 'repeated']) {
    const { broken, counts, refused } = await play(name)
    t.same(broken, [], name)
    t.same([counts, refused], [plain.counts, plain.refused], name)
  }
})

t.test('with the key of one gate: whom it names is refused, and nothing is opened', async t => {
  for (const name of ['flooded', 'lied']) {
    const { broken, refused, counts } = await play(name)
    t.same(broken, [], name)
    t.ok(counts.walked > 40, `${name}: ${counts.walked} passages`)
    if (name === 'lied') t.ok(refused.inside > 3, `${refused.inside} refused as inside`)
  }
  t.same(Object.keys(LIES), ['forged', 'repeated', 'flooded', 'lied'])
})
