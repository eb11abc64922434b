/** The rules that broker.md gives for Mosquitto are those of the embedded broker. */
import { readFileSync } from 'node:fs'
import t from 'tap'
import { mayHear, maySay } from './access.ts'

const PAGE = readFileSync(new URL('./broker.md', import.meta.url), 'utf8')
const RULES = [...PAGE.matchAll(/^pattern (write|read) (\S+)$/gm)].map(([, verb, filter]) => ({
  verb,
  levels: String(filter).split('/'),
}))
const GATES = ['g1', 'g2']

/** As Mosquitto does: `+` is one level, `#` the rest, `%u` the user. */
function allows(verb: string, user: string, topic: string): boolean {
  return RULES.filter(rule => rule.verb === verb).some(({ levels }) => {
    const open = levels.at(-1) === '#'
    const fixed = open ? levels.slice(0, -1) : levels
    const parts = topic.split('/')
    if (open ? parts.length < fixed.length : parts.length !== fixed.length) return false
    return fixed.every((one, at) => one === '+' || one.replace('%u', user) === parts[at])
  })
}

t.test('what the rules allow and what the embedded broker allows', t => {
  t.equal(RULES.length, 4)
  const kinds = ['facts', 'hello', 'snapshot/g1', 'snapshot/g2']
  const names = GATES.flatMap(gate => kinds.map(kind => `wicketgate/north/${gate}/${kind}`))
  const keyOf = (gate: string) => (GATES.includes(gate) ? true : undefined)
  for (const topic of [
    ...names,
    'wicketgate/south/g1/facts',
    'elsewhere',
    'wicketgate/north/g1x/y',
  ]) {
    for (const user of GATES) {
      t.equal(maySay('north', user, topic), allows('write', user, topic), `${user} says ${topic}`)
      const own = topic.startsWith(`wicketgate/north/${user}/snapshot`)
      if (own) continue
      t.equal(mayHear('north', user, topic, keyOf), allows('read', user, topic), `${user} ${topic}`)
    }
  }
  t.end()
})
