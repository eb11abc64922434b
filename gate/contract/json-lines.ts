/** On which line of a JSON text (RFC 8259) a place stands: for whoever looks for it in an editor. Pure. */

/** Keys of objects and positions in lists, from the outermost on; empty: the whole. */
export type Place = readonly PropertyKey[]

interface Spot {
  readonly line: number
  readonly inner: Map<string, Spot>
}

/** An object or a list that is not closed yet. */
interface Open {
  readonly spot: Spot
  readonly isList: boolean
  /** Of an object: the key whose value comes next. */
  key: { readonly name: string; readonly line: number } | undefined
}

const TOKEN = /"(?:[^"\\]+|\\.)*"|[\n{}[\],:]|[^\s"{}[\],:]+/g

/**
 * `text`: one that JSON.parse takes. What it gives says the line, from 1, of an object's key or a list's
 * entry; of what is not there, that of the place in which it is missing. Of a key that stands twice the
 * last one counts, as for JSON.parse.
 */
export function createLineFinder(text: string): (place: Place) => number {
  const whole = spotsIn(text)
  return place => {
    let spot = whole
    for (const step of place) {
      const inner = spot.inner.get(String(step))
      if (inner === undefined) break
      spot = inner
    }
    return spot.line
  }
}

function spotsIn(text: string): Spot {
  const open: Open[] = []
  let whole: Spot | undefined
  let line = 1

  /** Where a value begins. */
  function begin(): Spot {
    const around = open.at(-1)
    const spot = { line: around?.key?.line ?? line, inner: new Map<string, Spot>() }
    if (around === undefined) whole = spot
    else around.spot.inner.set(around.key?.name ?? String(around.spot.inner.size), spot)
    if (around !== undefined) around.key = undefined
    return spot
  }

  for (const [token] of text.matchAll(TOKEN)) {
    const around = open.at(-1)
    if (token === '\n') line += 1
    else if (token === '{' || token === '[') {
      open.push({ spot: begin(), isList: token === '[', key: undefined })
    } else if (token === '}' || token === ']') open.pop()
    else if (token === ',' || token === ':') continue
    else if (around?.isList === false && around.key === undefined) {
      around.key = { name: JSON.parse(token) as string, line }
    } else begin()
  }
  return whole ?? { line: 1, inner: new Map() }
}
