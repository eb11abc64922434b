/** States of the desk's page around finding and looking at a person. */
import { putOnFile } from '../../testing/applicant.ts'
import { makeHolder } from '../../testing/holder.ts'
import type { DeskDriver, DeskPerson } from './desk-driver.ts'
import type { DeskState } from './desk-state.ts'
import { API, holdNetwork } from './page-state.ts'
import { signInAs } from './staff-driver.ts'

/** Found by number. */
export async function toPerson(driver: DeskDriver): Promise<DeskPerson> {
  const person = await driver.newPerson()
  await driver.find(person.documentNumber)
  await driver.shows('act.title')
  await driver.rest()
  return person
}

/** Found by the code on their phone. */
export async function toHolder(driver: DeskDriver) {
  const person = await driver.newPerson()
  const { world } = driver.pageWorld
  const holder = await makeHolder(world, await signInAs(driver.pageWorld, 'agent'), person)
  await driver.shows('find.empty')
  await driver.scan(await holder.present())
  await driver.page.getByText(person.name).waitFor()
  await driver.rest()
  return { person, holder }
}

export const DESK_PERSON: readonly DeskState[] = [
  { name: 'nobody', role: 'supervisor', shows: 'find.empty', reach: d => d.shows('find.empty') },
  { name: 'a person', role: 'supervisor', shows: 'recorded.photo', reach: toPerson },
  {
    name: 'a person and the whole number',
    role: 'supervisor',
    shows: 'recorded.number',
    async reach(driver) {
      await toPerson(driver)
      await driver.page.keyboard.press('Alt+0')
    },
  },
  { name: 'a person by code', role: 'supervisor', shows: 'cert.valid', reach: toHolder },
  { name: 'a person, for an agent', role: 'agent', shows: 'photo.forbidden', reach: toPerson },
  {
    name: 'a photo that can not be read',
    role: 'supervisor',
    shows: 'photo.broken',
    async reach(driver) {
      await putOnFile(driver.pageWorld.world, 'X10000001')
      await driver.find('X10000001')
    },
  },
  {
    name: 'not on file',
    role: 'agent',
    shows: 'person.notOnFile',
    reach: driver => driver.find('X99999999'),
  },
  {
    name: 'a wrong number',
    role: 'agent',
    shows: 'again',
    async reach({ page, shows }) {
      await shows('find.empty')
      await page.locator('#find').fill('110105194912310021')
      await page.keyboard.press('Enter')
      await page.getByRole('alert').first().waitFor()
    },
  },
  {
    name: 'a code that is too old',
    role: 'agent',
    shows: 'code.STALE_CODE',
    async reach(driver) {
      const { holder } = await toHolder(driver)
      const old = await holder.present()
      await driver.advance(40_000)
      await driver.scan(old)
    },
  },
  {
    name: 'no code of ours',
    role: 'agent',
    shows: 'code.MALFORMED',
    async reach(driver) {
      await driver.shows('find.empty')
      await driver.scan('RP1:ABCDEF')
    },
  },
  {
    name: 'slow',
    role: 'agent',
    shows: 'slow',
    waits: true,
    async reach(driver) {
      await driver.shows('find.empty')
      await driver.rest()
      await holdNetwork(driver.page)
      await driver.find('X12345678')
      await driver.page.locator('.spinner').first().waitFor()
      await driver.advance(3_100)
    },
  },
  {
    name: 'no network',
    role: 'supervisor',
    shows: 'offline',
    async reach(driver) {
      await toPerson(driver)
      await driver.context.setOffline(true)
    },
  },
  {
    name: 'the service restarts',
    role: 'supervisor',
    shows: 'away',
    async reach(driver) {
      await toPerson(driver)
      await driver.page.route(API, route => route.abort('connectionrefused'))
      for (let i = 0; i < 14; i++) await driver.advance(1_000)
    },
  },
]
