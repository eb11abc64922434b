/**
 * `node server/web/build-program.ts SITE FOLDER`: builds the pages of SITE into FOLDER, whole or not at all. Run by
 * build.ts. Files that are text stand there compressed, too: with `.gz` and `.br`.
 */
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import sharp from 'sharp'
import { build, type Plugin } from 'vite'
import { PAGES, SITES, type Site } from './page-table.ts'

const HERE = import.meta.dirname
/** Phones of the last five years, and the browsers of staff. */
const TARGET = ['chrome91', 'safari15', 'firefox91']
const WORKER = 'service-worker'
const COMPRESSED = /\.(html|js|css|svg|webmanifest)$/
/** Sides of the icon as a picture, pixels: phones' home screens. */
const ICON_SIDES = [180, 192, 512]
/** A build of other sources is cleared away when it is older than the newest by so much. */
const OLD_MS = 3600_000
/** Stands in the worker's source for the list of the page's files. */
const FILES_MARK = /(["'`])__PAGE_FILES__\1/

/** Tells the worker which files the installed page consists of, under names that change with them. */
const pageFiles: Plugin = {
  name: 'page-files',
  generateBundle: {
    order: 'post',
    handler(_options, bundle) {
      const worker = bundle[`${WORKER}.js`]
      if (worker?.type !== 'chunk') throw new Error('the service worker is missing')
      const entry = Object.values(bundle).find(
        one => one.type === 'chunk' && one.isEntry && one.name === 'passenger',
      )
      const files = ['/', '/manifest.webmanifest', '/icon.svg']
      const add = (name: string) => {
        const chunk = bundle[name]
        if (chunk === undefined || files.includes(`/${name}`)) return
        files.push(`/${name}`)
        if (chunk.type !== 'chunk') return
        for (const css of chunk.viteMetadata?.importedCss ?? []) add(css)
        for (const next of [...chunk.imports, ...chunk.dynamicImports]) add(next)
      }
      if (entry !== undefined) add(entry.fileName)
      if (!FILES_MARK.test(worker.code)) throw new Error('the service worker names no files')
      worker.code = worker.code.replace(FILES_MARK, () => JSON.stringify(files.join(' ')))
    },
  },
}

async function bundle(site: Site, outDir: string): Promise<void> {
  const pages = PAGES.filter(page => page.site === site)
  const hasWorker = site === 'service'
  await build({
    root: HERE,
    configFile: false,
    logLevel: 'error',
    publicDir: join(HERE, 'public'),
    plugins: hasWorker ? [pageFiles] : [],
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir,
      emptyOutDir: true,
      target: TARGET,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      rolldownOptions: {
        input: {
          ...Object.fromEntries(
            pages.map(({ folder }) => [folder, join(HERE, folder, 'index.html')]),
          ),
          ...(hasWorker && { [WORKER]: join(HERE, 'passenger/service-worker.ts') }),
        },
        output: {
          entryFileNames: ({ name }) => (name === WORKER ? '[name].js' : 'assets/[name]-[hash].js'),
        },
      },
    },
  })
}

async function drawIcons(outDir: string): Promise<void> {
  const svg = readFileSync(join(HERE, 'public/icon.svg'))
  for (const side of ICON_SIDES) {
    const picture = await sharp(svg, { density: 300 }).resize(side, side).png().toBuffer()
    writeFileSync(join(outDir, `icon-${side}.png`), picture)
  }
}

function compress(outDir: string): void {
  for (const name of readdirSync(outDir, { recursive: true, encoding: 'utf8' })) {
    if (!COMPRESSED.test(name)) continue
    const file = join(outDir, name)
    const bytes = readFileSync(file)
    const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY }
    writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }))
    writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }))
  }
}

/** Others may build the same at the same time: who comes first has it, all have the same. */
function putInPlace(made: string, folder: string): void {
  try {
    renameSync(made, folder)
  } catch (error) {
    rmSync(made, { recursive: true, force: true })
    if (!['EEXIST', 'ENOTEMPTY'].includes(String((error as NodeJS.ErrnoException).code))) {
      throw error
    }
  }
}

/**
 * The site's builds of other sources, and what a broken build left; not those that somebody may just be
 * making.
 */
function clearAway(site: Site, dist: string, folder: string): void {
  const { mtimeMs } = statSync(folder)
  for (const name of readdirSync(dist)) {
    if (!name.replace(/^\./, '').startsWith(`${site}-`)) continue
    const other = join(dist, name)
    const isOld = mtimeMs - statSync(other).mtimeMs > OLD_MS
    if (isOld) rmSync(other, { recursive: true, force: true })
  }
}

async function main(site: Site, folder: string): Promise<void> {
  const dist = dirname(folder)
  const made = join(dist, `.${basename(folder)}-${process.pid}`)
  mkdirSync(dist, { recursive: true })
  await bundle(site, made)
  if (site === 'service') await drawIcons(made)
  compress(made)
  putInPlace(made, folder)
  clearAway(site, dist, folder)
}

const [, , name, folder] = process.argv
const site = SITES.find(one => one === name)
if (site === undefined || folder === undefined) {
  throw new Error('a site or a folder is missing: this program is run by build.ts')
}
await main(site, folder).catch(error => {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 1
})
