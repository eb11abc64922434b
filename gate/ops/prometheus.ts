/** Figures in the Prometheus text format 0.0.4. Pure. */
import type { Figure, Histogram } from '../contract/figures.ts'

const PREFIX = 'wicketgate_'

/** Ends with a line end. */
export function prometheusText(figures: readonly Figure[]): string {
  return `${figures.flatMap(figureLines).join('\n')}\n`
}

function figureLines(figure: Figure): string[] {
  const name = `${PREFIX}${figure.name}`
  const head = [`# HELP ${name} ${figure.help}`, `# TYPE ${name} ${figure.type}`]
  if (figure.type === 'histogram') return [...head, ...histogramLines(name, figure)]
  return [
    ...head,
    ...figure.values.map(({ labels, value }) => `${name}${labelsOf(labels)} ${value}`),
  ]
}

function histogramLines(name: string, { buckets, sum, count }: Histogram): string[] {
  return [
    ...buckets.map(one => `${name}_bucket{le="${one.le}"} ${one.count}`),
    `${name}_bucket{le="+Inf"} ${count}`,
    `${name}_sum ${sum}`,
    `${name}_count ${count}`,
  ]
}

function labelsOf(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
