/**
 * The pages, each a folder beside this file with its `index.html`, where it is shown and by whom. The
 * pages of a site are built together: the service has none of the station's.
 */

/** `service`: on a site, for people. `station`: by `npm start` alone, for the simulated station. */
export const SITES = ['service', 'station'] as const
export type Site = (typeof SITES)[number]

export interface Page {
  /** The folder, which is also the name in the build. */
  readonly folder: string
  /** Where the page is. */
  readonly path: string
  readonly site: Site
  /** A library of the page writes style elements of its own. */
  readonly writesStyles?: true
}

export const PAGES: readonly Page[] = [
  { folder: 'passenger', path: '/', site: 'service' },
  { folder: 'desk', path: '/desk', site: 'service' },
  { folder: 'fleet', path: '/fleet', site: 'service' },
  { folder: 'station', path: '/station', site: 'station', writesStyles: true },
]
