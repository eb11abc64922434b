/** codes.md shows the table of error codes, with what a passenger does next. */
import t from 'tap'
import { renderedPart, renderedTable } from '../fixtures/rendered-page.ts'
import { PROBLEMS } from './errors.ts'
import { NEXT_STEPS, type NextStep } from './http/next-steps.ts'

t.test('codes.md has every code (UPDATE=1 writes them anew)', async t => {
  const steps: Readonly<Record<string, NextStep | undefined>> = NEXT_STEPS
  const rows = Object.entries(PROBLEMS).map(([code, { status, title }]) => [
    `\`${code}\``,
    String(status),
    title,
    steps[code]?.zh ?? '',
    steps[code]?.en ?? '',
  ])
  const table = renderedTable(['code', 'status', 'title', '下一步', 'next'], rows)
  t.equal(renderedPart(new URL('codes.md', import.meta.url), 'codes', table), table)
})
