/** The last 15 minutes of a gate as two lines: who was let through, and who was refused. */
import { ADMITTING } from '../../../../gate/contract/codes.ts'
import { minuteSums, type Recent, total } from '../gate-row.ts'
import { say } from '../texts.ts'

const WIDTH = 92
const HEIGHT = 24
const EDGE = 2

const isAdmitting = (code: string): boolean => (ADMITTING as readonly string[]).includes(code)

export function Spark({ recent }: { readonly recent: Recent }) {
  const passed = minuteSums(recent, isAdmitting)
  const refused = minuteSums(recent, code => !isAdmitting(code))
  const most = Math.max(1, ...passed, ...refused)
  const said = say('spark', { passed: total(passed), refused: total(refused) })
  return (
    <>
      <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
        <path d={lineOf(passed, most)} />
        {total(refused) > 0 && <path class="refused" d={lineOf(refused, most)} />}
      </svg>
      <span class="unseen">{said}</span>
    </>
  )
}

function lineOf(counts: readonly number[], most: number): string {
  const step = WIDTH / Math.max(1, counts.length - 1)
  const at = (count: number) => HEIGHT - EDGE - (count / most) * (HEIGHT - 2 * EDGE)
  return counts
    .map((count, i) => `${i === 0 ? 'M' : 'L'}${round(i * step)} ${round(at(count))}`)
    .join('')
}

const round = (value: number): number => Math.round(value * 10) / 10
