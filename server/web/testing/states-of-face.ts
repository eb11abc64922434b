/** States of the face check, and of its refusals. */
import type { FaceReason } from '../../face/port.ts'
import type { TextKey } from '../passenger/texts-zh.ts'
import type { PageState } from './page-state.ts'

const refused = (
  name: string,
  shows: TextKey,
  reason: FaceReason,
  more: Partial<PageState> = {},
): PageState => ({
  name,
  shows,
  async reach(driver) {
    driver.pageWorld.faceReason = reason
    await driver.toOutcome()
    await driver.at('refused')
  },
  ...more,
})

export const FACE: readonly PageState[] = [
  { name: 'ready', shows: 'ready.title', reach: driver => driver.toReady() },
  {
    name: 'ready, opened again',
    shows: 'ready.title',
    async reach(driver) {
      await driver.toReady()
      await driver.page.reload()
      await driver.at('ready')
    },
  },
  {
    name: 'camera asked for',
    shows: 'face.opening',
    camera: 'never',
    async reach(driver) {
      await driver.toReady()
      await driver.press('ready.start')
    },
  },
  ...(
    [
      ['camera denied', 'DENIED', 'denied'],
      ['camera missing', 'MISSING', 'missing'],
      ['camera in use', 'IN_USE', 'in-use'],
      ['camera at an address without TLS', 'INSECURE', 'insecure'],
    ] as const
  ).map(
    ([name, fault, camera]): PageState => ({
      name,
      shows: `camera.${fault}.title`,
      camera,
      async reach(driver) {
        await driver.toReady()
        await driver.press('ready.start')
        await driver.at('no-camera')
      },
    }),
  ),
  {
    name: 'prompt',
    shows: 'face.stop',
    async reach(driver) {
      await driver.toReady()
      await driver.press('ready.start')
      const { page } = driver
      await page.locator('[data-prompt]').waitFor()
      while ((await page.locator('[data-prompt="left"], [data-prompt="right"]').count()) === 0) {
        await driver.advance(500)
      }
      await page.locator('video').waitFor()
    },
  },
  {
    name: 'sending, slow',
    shows: 'slow',
    async reach(driver) {
      await driver.toReady()
      await driver.page.route('**/face', () => new Promise<void>(() => {}))
      await driver.press('ready.start')
      await driver.followPrompts()
      await driver.advance(3_100)
    },
  },
  refused('not verified', 'refused.title', 'NO_MATCH'),
  refused('a still', 'refused.retake', 'STILL'),
  {
    name: 'tries used up',
    shows: 'refused.tries',
    async reach(driver) {
      driver.pageWorld.faceReason = 'NO_MATCH'
      await driver.toOutcome()
      for (let tries = 1; tries < 5; tries++) {
        await driver.at('refused')
        await driver.press('again')
        await driver.followPrompts()
      }
      await driver.at('refused')
      await driver.press('again')
      await driver.page.getByText(driver.say('refused.tries')).waitFor()
    },
  },
  {
    name: 'quota used up',
    shows: 'refused.quota',
    async reach(driver) {
      const person = await driver.pageWorld.newPerson()
      for (let n = 0; n < 3; n++) {
        await driver.toCertificate(person)
        await driver.press('cancel.open')
        await driver.press('cancel.do')
        await driver.at('ended')
        await driver.page.reload()
      }
      await driver.toOutcome(person)
      await driver.at('refused')
    },
  },
  {
    name: 'appeal',
    shows: 'appeal.title',
    async reach(driver) {
      driver.pageWorld.faceReason = 'NO_MATCH'
      await driver.toOutcome()
      await driver.press('refused.appeal')
      await driver.page.getByLabel(driver.say('appeal.what')).fill('证件照是十年前的')
    },
  },
  {
    name: 'appeal sent',
    shows: 'appealed.title',
    async reach(driver) {
      driver.pageWorld.faceReason = 'NO_MATCH'
      await driver.toOutcome()
      await driver.press('refused.appeal')
      await driver.page.getByLabel(driver.say('appeal.what')).fill('证件照是十年前的')
      await driver.press('appeal.send')
      await driver.at('appealed')
    },
  },
]
