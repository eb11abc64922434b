import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { options, type VNode } from 'preact'
import t from 'tap'
import { PAGES } from '../page-table.ts'
import { forgetOldTrees } from './old-trees.ts'

/** A vnode as Preact has it once it is drawn: its component, and what is below. */
const drawn = (component: object | null) => ({ __c: component, __k: [{}] })
type Drawn = ReturnType<typeof drawn>

t.test('of a component only what was drawn last keeps what is below it', async t => {
  const { diffed } = options
  t.teardown(() => {
    if (diffed === undefined) delete options.diffed
    else options.diffed = diffed
  })
  const seen: unknown[] = []
  options.diffed = vnode => void seen.push(vnode)
  forgetOldTrees()
  const draw = (vnode: Drawn) => options.diffed?.(vnode as unknown as VNode)
  const [list, other] = [{}, {}]
  const [first, second, third, beside] = [list, list, list, other].map(drawn) as [
    ...[Drawn, Drawn, Drawn, Drawn],
  ]
  const elements = [drawn(null), drawn(null)]
  for (const one of [first, beside, ...elements, second, third, third]) draw(one)
  t.same(
    [first, second, third].map(({ __k }) => __k),
    [null, null, [{}]],
  )
  t.same(beside.__k, [{}], 'another component’s')
  t.ok(elements.every(({ __k }) => __k !== null))
  t.equal(seen.length, 7, 'who listened before still does')
})

t.test('each page is drawn so', async t => {
  for (const { folder } of PAGES) {
    const main = readFileSync(join(import.meta.dirname, '..', folder, 'main.tsx'), 'utf8')
    t.match(main, /\bdrawPage\(</, folder)
    t.notMatch(main, /\brender\(/, folder)
  }
})
