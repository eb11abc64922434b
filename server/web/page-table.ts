/** The pages, each a folder beside this file with its `index.html`, and where the service shows it. */

export interface Page {
  /** The folder, which is also the name in the build. */
  readonly folder: string
  /** Where the page is. */
  readonly path: string
}

export const PAGES: readonly Page[] = [
  { folder: 'passenger', path: '/' },
  { folder: 'desk', path: '/desk' },
]
