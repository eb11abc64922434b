/**
 * Faults of command line options. Node's own `parseArgs` reads them strictly; its refusals get the
 * nearest name that exists. Pure: each program hands its reading in.
 */

/** Wrong arguments: said in a line on standard error, exit code 2. */
export class OptionError extends Error {
  override readonly name = 'OptionError'
  readonly code = 'USAGE'
}

/**
 * The whole number in an option's text, `otherwise` when it is not given. Throws OptionError for
 * anything else than `from` to `to`.
 */
export function wholeNumber(
  name: string,
  text: string | undefined,
  {
    from,
    to,
    otherwise,
  }: { readonly from: number; readonly to: number; readonly otherwise: number },
): number {
  if (text === undefined) return otherwise
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= from && number <= to) return number
  throw new OptionError(`--${name} is a whole number from ${from} to ${to}, not "${text}"`)
}

interface OptionsConfig {
  readonly [name: string]: unknown
}

/**
 * What `read` gives, a call of `parseArgs` with `options`. `taken`: the options that the command at
 * hand takes, all of them when left out. Throws OptionError for one that is unknown, has no value, or
 * is not for this command; other errors pass.
 */
export function readOptions<T extends { readonly values: object }>(
  options: OptionsConfig,
  read: () => T,
  takenBy?: (found: T) => readonly string[],
): T {
  const found = parsed(options, read)
  const taken = takenBy?.(found)
  if (taken === undefined) return found
  const given = Object.entries(found.values).filter(([name, value]) =>
    isGiven(options[name], value),
  )
  const strange = given.find(([name]) => !taken.includes(name))?.[0]
  if (strange === undefined) return found
  const near = nearestName(strange, taken)
  throw new OptionError(`--${strange} is not an option of this command${hint(near)}; see --help`)
}

function parsed<T>(options: OptionsConfig, read: () => T): T {
  try {
    return read()
  } catch (error) {
    const { code, message } = error as Error & { readonly code?: string }
    if (code?.startsWith('ERR_PARSE_ARGS') !== true) throw error
    const name = /^Unknown option '(--?[^']*)'/.exec(message)?.[1]
    if (name === undefined) throw new OptionError(`${message.split(/\n|\. /, 1)[0]}; see --help`)
    const near = nearestName(name.replace(/^-+/, ''), Object.keys(options))
    throw new OptionError(`unknown option ${name}${hint(near)}; see --help`)
  }
}

/** Set to something other than its default. */
function isGiven(option: unknown, value: unknown): boolean {
  const { default: otherwise } = (option ?? {}) as { readonly default?: unknown }
  return value !== undefined && JSON.stringify(value) !== JSON.stringify(otherwise)
}

const hint = (near: string | undefined) => (near === undefined ? '' : `: did you mean --${near}?`)

/** The one of `names` that is fewest letters away; undefined when none is alike. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  const ranked = names
    .map(one => ({ one, away: distance(name, one) }))
    .sort((a, b) => a.away - b.away)
  const [best] = ranked
  return best !== undefined && best.away <= Math.max(2, best.one.length / 3) ? best.one : undefined
}

/** Letters to insert, drop, replace or swap with the next (optimal string alignment). */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  const at = (i: number, j: number) => rows[i]?.[j] ?? Number.POSITIVE_INFINITY
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(
        Math.min(
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          at(i - 1, j - 1) + (same ? 0 : 1),
          swapped ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      )
    }
  }
  return at(a.length, b.length)
}
