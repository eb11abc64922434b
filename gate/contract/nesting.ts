/** Areas within areas, as a gate's lanes name them. Pure. */

interface Placed {
  readonly area: string
  readonly within?: string | undefined
}

/** What is wrong with how the areas lie in each other; undefined when nothing is. */
export function nestingFault(lanes: readonly Placed[], hasBus: boolean): string | undefined {
  const around = new Map<string, string | undefined>()
  for (const { area, within } of lanes) {
    if (around.has(area) && around.get(area) !== within) {
      return `lanes of area ${area} disagree on the area that it lies within`
    }
    around.set(area, within)
  }
  for (const [area, within] of around) {
    if (within !== undefined && !around.has(within) && !hasBus) {
      return `area ${area} lies within ${within}, which no lane here leads to, and there is no bus`
    }
    const passed = new Set<string>()
    for (let one: string | undefined = area; one !== undefined; one = around.get(one)) {
      if (passed.has(one)) return `area ${area} lies within itself`
      passed.add(one)
    }
  }
  return undefined
}
