/** The passenger's page in a browser, driven as a person does, with the page's clock in the test's hand. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { TEXTS } from '../passenger/texts.ts'
import type { TextKey } from '../passenger/texts-zh.ts'
import { filled } from '../shared/language.ts'
import { atScreen, openContext, type Setting } from './browser.ts'
import { restOf } from './page-rest.ts'
import type { PageWorld } from './page-world.ts'

export type CameraKind = 'drawn' | 'denied' | 'missing' | 'in-use' | 'insecure' | 'never'

export interface PassengerDriver {
  readonly page: Page
  readonly context: BrowserContext
  readonly pageWorld: PageWorld
  /** What failed in the page, or was refused by its content security policy. */
  readonly faults: readonly string[]
  /** The page's text of this key. */
  say(key: TextKey, values?: Readonly<Record<string, string | number>>): string
  press(key: TextKey): Promise<void>
  at(screen: string): Promise<void>
  /** Resolves when no request is under way. */
  rest(): Promise<void>
  /** Moves the service's clock on and brings the page's to it, for up to two minutes tick by tick. */
  advance(ms: number): Promise<void>
  /** From the welcome to each next screen; `person`: somebody new when left out. */
  toForm(): Promise<void>
  toConsent(person?: Typed): Promise<void>
  toReady(person?: Typed): Promise<void>
  toOutcome(person?: Typed): Promise<void>
  toCertificate(person?: Typed): Promise<void>
  /** Another phone, with nothing on it. */
  another(): Promise<PassengerDriver>
  /** Lets the prompts of a face check go by. */
  followPrompts(): Promise<void>
  close(): Promise<void>
}

export interface Typed {
  readonly name: string
  readonly documentNumber: string
  readonly documentType?: string
}

const LONG_MS = 120_000
/** Longer than a prompt is shown, its pictures included. */
const PROMPT_STEP_MS = 1_500

export interface DriverOptions {
  readonly camera?: CameraKind
  /** Phone less service, milliseconds. */
  readonly clockOffMs?: number
  /** Run before the page's own scripts. */
  readonly before?: () => void
}

export async function openDriver(
  browser: Browser,
  pageWorld: PageWorld,
  setting: Setting,
  { camera = 'drawn', clockOffMs = 0, before }: DriverOptions = {},
): Promise<PassengerDriver> {
  const context = await openContext(browser, setting)
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', error => faults.push(error.message))
  page.on('console', said => {
    if (/Content Security Policy|Uncaught/.test(said.text())) faults.push(said.text())
  })
  const time = pageWorld.world.clock.time + clockOffMs
  // A clock is stopped by moving it on.
  await page.clock.install({ time: pageWorld.isStill ? time - LONG_MS : time })
  if (pageWorld.isStill) await page.clock.pauseAt(time)
  await page.addInitScript(putCamera, camera)
  const say: PassengerDriver['say'] = (key, values = {}) =>
    filled(TEXTS[setting.language][key], values)
  /** The page's clock may be behind, where the service's was moved for another phone. */
  const inStep = () => page.clock.setSystemTime(pageWorld.world.clock.time + clockOffMs)
  const driver: PassengerDriver = {
    ...{ page, context, pageWorld, faults, say, rest: restOf(page) },
    press: key => page.getByRole('button', { name: say(key), exact: true }).click(),
    at: screen => atScreen(page, screen),
    async advance(ms) {
      await inStep()
      await pageWorld.advance(ms)
      // Each timer that is due fires, in a long while once.
      await (ms > LONG_MS ? page.clock.fastForward(ms) : page.clock.runFor(ms))
      // The page's clock stood still while its timers ran.
      await inStep()
    },
    async toForm() {
      await driver.press('welcome.apply')
      await driver.at('form')
    },
    async toConsent(person) {
      const typed: Typed = person ?? (await pageWorld.newPerson())
      await driver.toForm()
      await page.getByLabel(say('form.name'), { exact: true }).fill(typed.name)
      await page.getByLabel(say('form.documentType')).selectOption(typed.documentType ?? 'passport')
      await page.getByLabel(say('form.documentNumber')).fill(typed.documentNumber)
      await page.getByLabel(say('form.city')).fill('杭州')
      await driver.press('next')
      await driver.at('consent')
    },
    async toReady(person) {
      await driver.toConsent(person)
      await driver.press('consent.agree')
      await driver.at('ready')
    },
    async toOutcome(person) {
      await driver.toReady(person)
      await driver.press('ready.start')
      await driver.followPrompts()
    },
    async toCertificate(person) {
      await driver.toOutcome(person)
      await driver.at('certificate')
      await page.locator('.qr').waitFor()
    },
    another: () => openDriver(browser, pageWorld, setting),
    async followPrompts() {
      await page.locator('[data-prompt]').waitFor()
      while ((await page.locator('[data-prompt]').count()) > 0) {
        await driver.advance(PROMPT_STEP_MS)
        await page.evaluate(pictureTaken)
      }
    },
    close: () => context.close(),
  }
  if (before !== undefined) await page.addInitScript(before)
  pageWorld.faceReason = undefined
  await page.goto(pageWorld.url)
  return driver
}

/** Runs in the page. Pictures are made one after the other: one that was begun is there by then. */
function pictureTaken(): Promise<void> {
  const canvas = document.createElement('canvas')
  return new Promise(resolve => canvas.toBlob(() => resolve(), 'image/jpeg'))
}

/** Runs in the page, before its own scripts: a camera that sees a drawn face, or none. */
function putCamera(kind: CameraKind): void {
  const NAMES: Partial<Record<CameraKind, string>> = {
    denied: 'NotAllowedError',
    missing: 'NotFoundError',
    'in-use': 'NotReadableError',
  }
  // No two pictures of a camera are the same.
  const { toBlob } = HTMLCanvasElement.prototype
  HTMLCanvasElement.prototype.toBlob = function (...given) {
    const pen = this.getContext('2d')
    for (let i = 0; i < 40; i++) {
      pen?.fillRect(Math.random() * this.width, Math.random() * this.height, 2, 2)
    }
    toBlob.apply(this, given)
  }
  async function open(): Promise<MediaStream> {
    const name = NAMES[kind]
    if (name !== undefined) throw new DOMException('as the test wants it', name)
    if (kind === 'never') return new Promise(() => {})
    const canvas = document.createElement('canvas')
    canvas.width = 480
    canvas.height = 640
    const pen = canvas.getContext('2d') as CanvasRenderingContext2D
    const oval = (x: number, y: number, a: number, b: number, fill: string) => {
      pen.fillStyle = fill
      pen.beginPath()
      pen.ellipse(x, y, a, b, 0, 0, 2 * Math.PI)
      pen.fill()
    }
    const draw = () => {
      const asked = document.querySelector<HTMLElement>('[data-prompt]')?.dataset.prompt
      // Turned to their own left the nose is on the right of what a camera sees.
      const turn = asked === 'left' ? 40 : asked === 'right' ? -40 : 0
      pen.fillStyle = 'rgb(168, 190, 188)'
      pen.fillRect(0, 0, 480, 640)
      oval(240, 660, 210, 190, '#46615c')
      oval(240, 310, 128, 168, '#e7c3a4')
      oval(240 - turn / 2, 205, 132, 92, '#3b302a')
      oval(190 + turn, 310, 13, 9, '#2b2523')
      oval(290 + turn, 310, 13, 9, '#2b2523')
      oval(240 + turn * 1.4, 355, 15, 24, '#d8ab89')
      oval(240 + turn, 420, 40, 9, '#b5695a')
    }
    draw()
    setInterval(draw, 100)
    return canvas.captureStream(10)
  }
  const value = kind === 'insecure' ? undefined : { getUserMedia: open }
  Object.defineProperty(navigator, 'mediaDevices', { value })
}
