/** Durations by label, as Prometheus counts them: how many were at most so long, their sum, their number. */
interface Durations {
  readonly buckets: number[]
  sum: number
  count: number
}

export interface Histogram {
  /** `labels`: in braces, as the text format writes them. */
  observe(labels: string, seconds: number): void
  /** Lines of the text format. */
  lines(): string[]
}

/**
 * `bounds`: upper bounds of the buckets, seconds, in order. Of more than `seriesMax` labels, those
 * that come later are counted under `{}`.
 */
export function createHistogram(
  { name, help }: { readonly name: string; readonly help: string },
  bounds: readonly number[],
  seriesMax: number,
): Histogram {
  const series = new Map<string, Durations>()

  function seriesOf(labels: string): Durations {
    const known = series.get(labels)
    if (known !== undefined) return known
    if (series.size >= seriesMax && labels !== '{}') return seriesOf('{}')
    const made = { buckets: bounds.map(() => 0), sum: 0, count: 0 }
    series.set(labels, made)
    return made
  }

  return {
    observe(labels, seconds) {
      const durations = seriesOf(labels)
      durations.sum += seconds
      durations.count += 1
      for (let i = bounds.length - 1; i >= 0 && seconds <= (bounds[i] as number); i--) {
        durations.buckets[i] = (durations.buckets[i] as number) + 1
      }
    },
    lines() {
      const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`]
      for (const [labels, { buckets, sum, count }] of series) {
        const start = labels === '{}' ? '{' : `${labels.slice(0, -1)},`
        for (const [i, bound] of bounds.entries()) {
          lines.push(`${name}_bucket${start}le="${bound}"} ${buckets[i]}`)
        }
        lines.push(`${name}_bucket${start}le="+Inf"} ${count}`)
        lines.push(`${name}_sum${labels} ${sum}`, `${name}_count${labels} ${count}`)
      }
      return lines
    },
  }
}
