/**
 * What the README shows of the station's page: a still, and a short film in which somebody with a good pass
 * goes through and one with a screenshot does not. Both are WebP.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { openContext, type Setting } from '../../server/web/testing/browser.ts'
import { type StationStates, sendAndAsk } from './station-states.ts'

const SETTING: Setting = { language: 'en', theme: 'light', width: 1280, height: 760, density: 1 }
const STILL = 'station.webp'
const FILM = 'station-moving.webp'
const STILL_BYTES_MAX = 200_000
const FILM_BYTES_MAX = 1_000_000
const FILM_WIDTH = 960
/** Between two frames at least. */
const FRAME_MS = 100
/** The last one is looked at. */
const LAST_MS = 4000

interface Frame {
  readonly png: Buffer
  readonly atMs: number
}

/** Gives the names and sizes of what it wrote into `folder`. Rejects where one is larger than it may be. */
export async function takeReadmePictures(
  browser: Browser,
  { open }: Pick<StationStates, 'open'>,
  folder: string,
): Promise<readonly string[]> {
  const url = await open()
  const context = await openContext(browser, SETTING)
  try {
    const page = await context.newPage()
    await page.goto(`${url}#language=en&lane=A`)
    const film = await filmed(page, async () => {
      await sendAndAsk(page, 'valid', 'ADMIT')
      await page.locator('.journal [data-kind="passage"]').first().waitFor()
      await sendAndAsk(page, 'screenshot', 'STALE_CODE')
      await page.locator('[data-body]').first().waitFor({ state: 'detached' })
    })
    await page.locator('[data-who="luggage"]').click()
    await page.locator('[data-lane="A"] .flaps[data-position="1"]').waitFor()
    const still = await sharp(await page.screenshot())
      .webp({ quality: 82 })
      .toBuffer()
    return [
      kept(folder, { name: STILL, bytes: still, max: STILL_BYTES_MAX }),
      kept(folder, { name: FILM, bytes: await filmOf(film), max: FILM_BYTES_MAX }),
    ]
  } finally {
    await context.close()
  }
}

/** Takes frames while `act` runs. */
async function filmed(page: Page, act: () => Promise<void>): Promise<readonly Frame[]> {
  const frames: Frame[] = []
  let isOver = false
  const acted = act()
  const end = () => {
    isOver = true
  }
  void acted.then(end, end)
  while (!isOver) {
    const atMs = performance.now()
    frames.push({ png: await page.screenshot(), atMs })
    const waitMs = FRAME_MS - (performance.now() - atMs)
    if (waitMs > 0) await page.waitForTimeout(waitMs)
  }
  await acted
  return frames
}

async function filmOf(frames: readonly Frame[]): Promise<Buffer> {
  const small = await Promise.all(
    frames.map(({ png }) => sharp(png).resize({ width: FILM_WIDTH }).png().toBuffer()),
  )
  const delay = frames.map(({ atMs }, i) =>
    Math.round((frames[i + 1]?.atMs ?? atMs + LAST_MS) - atMs),
  )
  return sharp(small, { join: { animated: true } })
    .webp({ delay, loop: 0, quality: 60, minSize: true, effort: 4 })
    .toBuffer()
}

interface Picture {
  readonly name: string
  readonly bytes: Buffer
  readonly max: number
}

function kept(folder: string, { name, bytes, max }: Picture): string {
  if (bytes.length > max) throw new Error(`${name} has ${bytes.length} bytes, at most ${max}`)
  writeFileSync(join(folder, name), bytes)
  return `${join(folder, name)}: ${Math.ceil(bytes.length / 1000)} kB`
}
