/** `npm run screenshots`: every state of every page in Chromium, as pictures and one contact sheet. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Browser } from 'playwright-core'
import { tempDir } from '../fixtures/temp-dir.ts'
import { endWithReader } from '../gate/contract/closed-pipe.ts'
import { OptionError, readOptions } from '../gate/contract/options.ts'
import { noBrowser, startBrowser } from '../server/web/testing/browser.ts'
import { DESK_STATES } from '../server/web/testing/desk-states.ts'
import { FLEET_STATES } from '../server/web/testing/fleet-states.ts'
import type { AnyState } from '../server/web/testing/page-state.ts'
import { openPageWorld } from '../server/web/testing/page-world.ts'
import { PASSENGER_STATES } from '../server/web/testing/passenger-states.ts'
import { takeReadmePictures } from './screenshots/readme-pictures.ts'
import { sheetOf } from './screenshots/sheet.ts'
import { LOOKS, shootState } from './screenshots/shoot.ts'
import { createStationStates } from './screenshots/station-states.ts'

const HELP = `npm run screenshots [-- --to DIR] [--only TEXT]
npm run screenshots -- --readme [--to DIR]

Brings the pages to each of their states, by a real service and a real station on this machine, and
takes pictures of them: at phone and desktop size, in both languages and both themes. sheet.html
shows them all.

  --to DIR     where to (screenshots; .github for the README's)
  --only TEXT  states whose name has this text
  --readme     the README's still and film of the station's page alone
  --help       this text

Needs Chromium. Exit codes: 0 done, 1 a state was not reached, 2 bad options or no Chromium.
`

const OPTIONS = {
  to: { type: 'string' },
  only: { type: 'string', default: '' },
  readme: { type: 'boolean', default: false },
  help: { type: 'boolean' },
} as const

async function main(): Promise<number> {
  const { values } = readOptions(
    OPTIONS,
    () => parseArgs({ options: OPTIONS }),
    ({ values: given }) => (given.readme ? ['readme', 'to', 'help'] : ['to', 'only', 'help']),
  )
  if (values.help === true) {
    endWithReader(process)
    process.stdout.write(HELP)
    return 0
  }
  const { readme, only, to = readme ? '.github' : 'screenshots' } = values
  const station = createStationStates()
  const states = [...PASSENGER_STATES, ...DESK_STATES, ...FLEET_STATES, ...station.states]
  const wanted = states.filter(({ name }) => name.includes(only))
  if (wanted.length === 0) throw new OptionError(`--only ${only}: no state has such a name`)
  if (noBrowser !== false) throw new OptionError(noBrowser)
  const folder = resolve(to)
  mkdirSync(folder, { recursive: true })
  const browser = await startBrowser()
  try {
    if (!readme) return await shootAll(browser, wanted, folder)
    for (const line of await takeReadmePictures(browser, station, folder)) {
      process.stdout.write(`${line}\n`)
    }
    return 0
  } finally {
    await browser.close()
    await station.close()
  }
}

/** Gives the exit code. */
async function shootAll(
  browser: Browser,
  wanted: readonly AnyState[],
  folder: string,
): Promise<number> {
  const pageWorld = await openPageWorld(tempDir())
  const missed: string[] = []
  try {
    for (const state of wanted) {
      process.stderr.write(`${state.name}\n`)
      await shootState(browser, pageWorld, state, folder).catch(error => {
        missed.push(state.name)
        process.stderr.write(`  not reached: ${(error as Error).message.split('\n')[0]}\n`)
      })
    }
  } finally {
    await pageWorld.close()
  }
  const shot = wanted.filter(({ name }) => !missed.includes(name)).map(({ name }) => name)
  const sheet = join(folder, 'sheet.html')
  writeFileSync(sheet, await sheetOf(folder, shot, LOOKS))
  process.stdout.write(`${sheet}: ${shot.length} states, ${shot.length * LOOKS.length} pictures\n`)
  return missed.length === 0 ? 0 : 1
}

process.exitCode = await main().catch(error => {
  process.stderr.write(`screenshots: ${(error as Error).message}\n`)
  return error instanceof OptionError ? 2 : 1
})
