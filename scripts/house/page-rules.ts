/** Rules of Markdown pages: a README fits a screen and names files that exist, and each link leads somewhere. */
import { dirname, normalize } from 'node:path'

const README_LINES_MAX = 60
/** The root README has the picture, the commands and the tables of the whole project. */
const ROOT_README_LINES_MAX = 130

/** One line when `path` is a README that has grown past its screen. */
export function longReadme(path: string, text: string): string[] {
  if (!/(^|\/)README\.md$/.test(path)) return []
  const lines = text.split('\n').length - 1
  const max = path === 'README.md' ? ROOT_README_LINES_MAX : README_LINES_MAX
  return lines > max ? [`${path}: ${lines} lines, at most ${max}`] : []
}

/**
 * One line for each file that a README of a program or a room names in code marks, by its name alone,
 * and that the program does not have. Names with `*` or a folder are left aside.
 */
export function strangeNames(path: string, text: string, paths: readonly string[]): string[] {
  const program = /^(\w+)\/(?:[\w-]+\/)?README\.md$/.exec(path)?.[1]
  if (program === undefined) return []
  const names = new Set(
    paths.filter(one => one.startsWith(`${program}/`)).map(one => one.split('/').at(-1)),
  )
  const named = [...text.matchAll(/`([\w-][\w.-]*\.(?:ts|c|h|py))`/g)].map(([, name = '']) => name)
  return named.filter(name => !names.has(name)).map(name => `${path}: there is no ${name}`)
}

/**
 * One line for each link of a page to a file of the project that is not there, or to a heading that
 * the page behind it does not have. `textOf`: a page's text by its path; undefined where none is there.
 */
export function brokenLinks(
  path: string,
  text: string,
  paths: ReadonlySet<string>,
  textOf: (path: string) => string | undefined,
): string[] {
  const links = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link ?? '')
  return links
    .filter(link => !/^[a-z]+:/.test(link))
    .flatMap(link => {
      const [file = '', anchor] = link.split('#')
      const target = file === '' ? path : normalize(`${dirname(path)}/${file}`)
      if (!paths.has(target)) return [`${path}: ${link} leads to no file`]
      if (anchor === undefined || anchorsOf(textOf(target) ?? '').has(anchor)) return []
      return [`${path}: ${link} leads to no heading`]
    })
}

const withoutCode = (text: string) =>
  text.replaceAll(/^```.*?^```/gms, '').replaceAll(/`[^`\n]*`/g, '')

/** What the headings of a page are linked by: lower case, blanks as hyphens, no punctuation. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = text.replaceAll(/^```.*?^```/gms, '').matchAll(/^#+ (.+)$/gm)
  return new Set(
    [...headings].map(([, words = '']) =>
      words
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(/\s/g, '-'),
    ),
  )
}
