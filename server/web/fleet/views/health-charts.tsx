/** A gate's last 24 hours: verdicts, how fast, what waits, how fresh its trust is, how far its clock is off. */
import { ADMITTING } from '../../../../gate/contract/codes.ts'
import { FRESHNESS_STAGES } from '../../../../gate/contract/freshness.ts'
import type { HealthPoint } from '../health-steps.ts'
import { say, sayOr } from '../texts.ts'
import { Chart, type ChartLine } from './chart.tsx'
import { figure, milliseconds } from './parts.tsx'

interface ChartsProps {
  /** Oldest first. */
  readonly points: readonly HealthPoint[]
}

export function HealthCharts({ points }: ChartsProps) {
  const times = points.map(({ at }) => at / 1000)
  const line = (name: string, of: (point: HealthPoint) => number | null): ChartLine => ({
    ...{ name, tone: 'brand', values: points.map(of) },
  })
  const stage = (value: number) => stageName(FRESHNESS_STAGES[Math.round(value)] ?? '')
  return (
    <div class="charts">
      <Chart
        title={say('chart.verdicts')}
        times={times}
        lines={verdictLines(points)}
        shown={figure}
      />
      <Chart
        title={say('chart.p99')}
        times={times}
        lines={[line(say('column.p99'), point => point.scanToRelayP99Ms)]}
        shown={milliseconds}
      />
      <Chart
        title={say('chart.queue')}
        times={times}
        lines={[line(say('column.queue'), point => point.queue)]}
        shown={figure}
      />
      <Chart
        title={say('chart.clock')}
        times={times}
        lines={[line(say('fact.offset'), point => point.clockOffsetMs)]}
        shown={value => `${figure(value)} ms`}
      />
      <Chart
        title={say('chart.trust')}
        times={times}
        lines={[line(say('column.trust'), point => stageIndex(point.stage))]}
        shown={stage}
        steps={FRESHNESS_STAGES.length}
      />
    </div>
  )
}

const stageName = (stage: string): string => sayOr(`stage.${stage}`, stage)
function stageIndex(stage: string): number | null {
  const index = (FRESHNESS_STAGES as readonly string[]).indexOf(stage)
  return index === -1 ? null : index
}

const isAdmitting = (code: string): boolean => (ADMITTING as readonly string[]).includes(code)
const REFUSED_TONES = ['refuse', 'retry', 'link'] as const

/** Those let through as one line, and the commonest refusals. */
function verdictLines(points: readonly HealthPoint[]): readonly ChartLine[] {
  const totals = new Map<string, number>()
  for (const { verdicts } of points) {
    for (const [code, count] of Object.entries(verdicts ?? {})) {
      if (!isAdmitting(code)) totals.set(code, (totals.get(code) ?? 0) + count)
    }
  }
  const commonest = [...totals].sort(([, a], [, b]) => b - a).slice(0, REFUSED_TONES.length)
  const passed = points.map(
    ({ verdicts }) =>
      verdicts &&
      Object.entries(verdicts).reduce((sum, [code, of]) => (isAdmitting(code) ? sum + of : sum), 0),
  )
  return [
    { name: say('chart.passed'), tone: 'brand', values: passed },
    ...commonest.map(([code], i) => ({
      ...{ name: code, tone: REFUSED_TONES[i] ?? 'link' },
      values: points.map(({ verdicts }) => verdicts && (verdicts[code] ?? 0)),
    })),
  ]
}
