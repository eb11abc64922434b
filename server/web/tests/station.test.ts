/**
 * The station's page in Chromium, before a real station: a newcomer's minute, what is drawn against the
 * board's pins, each traveller, each trouble, each state in both languages and themes.
 */
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import t from 'tap'
import { readJournal } from '../../../fixtures/gate-journal.ts'
import type { SimLane } from '../../../fixtures/sim-lane.ts'
import { sameRows, storedRows } from '../../../fixtures/stored-journal.ts'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { phonePicture } from '../../../hardware/sim/scene.ts'
import { until } from '../../../hardware/sim/until.ts'
import { levelOf, planOf } from '../../../scripts/station/page/lane-state.ts'
import { filmNamed } from '../../../scripts/station/page/scenarios.ts'
import { openWhole } from '../../../scripts/station/whole.ts'
import { TYPE_PATH, TYPED_BYTES_MAX } from '../station/protocol.ts'
import type { SentName } from '../station/travellers.ts'
import { noBrowser, openContext, type Setting, startBrowser } from '../testing/browser.ts'
import { judge, switchLanguage, violations } from '../testing/looks.ts'

const DESK: Setting = { language: 'en', theme: 'light', width: 1440, height: 900, density: 1 }
const WAIT_MS = 30_000
/** From somebody's leaving to the row. */
const ROW_MS = 3000
const TRIES = 5
/** Of the first who logs in on the console. */
const PASSWORD = 'only for this test'
const HOUR_MS = 3_600_000
/** Moments at which what is drawn is compared with the board. */
const MOMENTS = 20

/** Levels of a lane's pins as the next frames draw them, in the order of the plan. */
const drawn = (page: Page, lane: string) =>
  page.evaluate(async name => {
    for (let frame = 0; frame < 4; frame++) await new Promise(requestAnimationFrame)
    return [...document.querySelectorAll<HTMLElement>(`[data-lane="${name}"] [data-pin]`)]
      .map(pin => pin.dataset.level)
      .join('')
  }, lane)

/** Every state of a lane's pins from now on. */
function watch(lane: SimLane) {
  const { pins } = planOf(lane)
  const now = () => pins.map(pin => levelOf(lane, pin)).join('')
  const seen = [now()]
  const end = lane.turnstile.onChange(() => {
    if (seen.at(-1) !== now()) seen.push(now())
  })
  return { seen, now, end }
}

t.test('the station’s page', { skip: noBrowser, timeout: 300_000 }, async t => {
  const opening = openWhole({ dir: tempDir(), port: 0, onStep() {}, say() {} })
  t.teardown(() => opening.close())
  const [browser, { station, page: at }] = await Promise.all([startBrowser(), opening.ready])
  t.teardown(() => browser.close())
  if ('problem' in at) throw new Error(at.problem)
  const pageUrl = at.url
  const { world } = station
  const [entry, exit] = world.lanes as [SimLane, SimLane]
  const context = await openContext(browser, DESK)
  const page = await context.newPage()
  page.setDefaultTimeout(WAIT_MS)
  const faults: string[] = []
  page.on('pageerror', error => faults.push(error.message))
  page.on('console', said => {
    if (said.type() === 'error') faults.push(said.text())
  })
  await page.goto(pageUrl)
  t.teardown(() => {
    if (t.passing()) return
    for (const { seq, lane, kind, body } of readJournal(world.journalFile)) {
      t.comment(`${seq} ${lane} ${kind} ${body.code ?? body.reason ?? ''} ${body.detail ?? ''}`)
    }
  })

  const send = (who: SentName) => page.locator(`[data-who="${who}"]`).click()
  const toLane = (name: string) => page.getByText(`Lane ${name} ·`).first().click()
  const rowOf = (kind: string, code = '') =>
    page.locator(`.journal [data-kind="${kind}"]${code && `[data-code="${code}"]`}`).first()
  const empty = () => world.lanes.every(({ turnstile }) => turnstile.bodies.length === 0)
  const rest = () => until('everybody to be gone', empty)

  /** Sends somebody until the row is there: a busy machine loses a board now and then. */
  async function written(who: SentName, kind: string, code: string): Promise<number> {
    const count = readJournal(world.journalFile).length
    for (let tries = 0; tries < TRIES; tries++) {
      await send(who)
      const fits = () =>
        readJournal(world.journalFile)
          .slice(count)
          .find(row => row.kind === kind && (code === '' || row.body.code === code))
      await until(`${who} to come`, () => !empty())
      await until(`${who}: ${kind} ${code}`, () => fits() !== undefined || empty())
      await until(`${who}: ${kind} ${code}`, () => fits() !== undefined, ROW_MS).catch(() => {})
      const row = fits()
      if (row !== undefined) return row.seq
    }
    throw new Error(`${who}: no ${kind} ${code} after ${TRIES} tries`)
  }

  await t.test('a newcomer sees the flap open, and why; and a screenshot refused', async t => {
    const timeout = TRIES * WAIT_MS
    const opens = Promise.all([
      page.locator('[data-lane="A"] .arrow.lit').waitFor({ timeout }),
      page.locator('[data-lane="A"] .flaps[data-position="1"]').waitFor({ timeout }),
    ])
    await written('valid', 'passage', '')
    await opens
    await rowOf('grant', 'ADMIT').click()
    await page.getByText('Pass: phone, authentic. Passed.').waitFor()
    await rowOf('passage').waitFor()
    await rest()
    await written('screenshot', 'scan', 'STALE_CODE')
    await rowOf('scan', 'STALE_CODE').click()
    await page.getByText('To the passenger: Code too old. Please refresh').waitFor()
    await page.getByText('the lane stays shut: STALE_CODE').waitFor()
    t.equal(new URL(page.url()).hash.includes('row='), true, 'the address says which row is open')
  })

  await t.test('what is drawn is what the board had, in its order', async t => {
    for (const [lane, who] of [
      [entry, 'luggage'],
      [exit, 'valid'],
    ] as const) {
      await toLane(lane.name)
      const board = watch(lane)
      let isThrough = false
      const through = written(who, 'passage', '').finally(() => {
        isThrough = true
      })
      let at = 0
      let moments = 0
      while (moments < MOMENTS || !isThrough) {
        const levels = await drawn(page, lane.name)
        const found = board.seen.indexOf(levels, at)
        if (found === -1) t.fail(`${lane.name}: ${levels} after ${board.seen.slice(at)}`)
        at = Math.max(at, found)
        moments += 1
      }
      await through
      t.ok(board.seen.length > 8, `${board.seen.length} states`)
      await until('the page to be up to date', async () => {
        return (await drawn(page, lane.name)) === board.now()
      })
      board.end()
    }
    await toLane('A')
  })

  await t.test('each traveller is told what the gate says', async t => {
    for (const [who, kind, code] of [
      ['pair', 'passage', ''],
      ['child', 'passage', ''],
      ['wheelchair', 'passage', ''],
      // A board of a busy machine may miss whoever runs past a beam.
      ['runner', 'grant', 'ADMIT'],
      ['expired', 'scan', 'EXPIRED'],
      ['revoked', 'scan', 'REVOKED'],
      ['noticket', 'scan', 'NO_TICKET'],
      ['copied', 'scan', 'NO_PROOF'],
      ['forged', 'scan', 'BAD_SIGNATURE'],
      ['menu', 'scan', 'MALFORMED'],
      ['staffed', 'grant', 'STAFF_RELEASE'],
    ] as const) {
      const seq = await written(who, kind, code)
      await page.locator(`[data-row="${seq}"]`).waitFor()
      t.pass(`${who}: ${kind} ${code}`)
      if (code === 'NO_TICKET') {
        await page.locator(`[data-row="${seq}"]`).click()
        await page.getByText('To the passenger: No ticket found for today').waitFor()
        await page.locator('.answer').getByText('the lane stays shut: NO_TICKET').waitFor()
      }
      await rest()
    }
  })

  await t.test('a photo of a code, and one before the computer’s camera', async t => {
    const phone = await station.phones.fresh()
    const png = async () => {
      const { luma, ...size } = phonePicture(await phone.present(Date.now()), 6)
      return sharp(luma, { raw: { ...size, channels: 1 } })
        .png()
        .toBuffer()
    }
    const file = (buffer: Buffer) => ({ name: 'code.png', mimeType: 'image/png', buffer })
    const chosen = page.locator('.drop input')
    const grants = () =>
      readJournal(world.journalFile).filter(({ body }) => body.source === 'A.camera')
    /** Shows it until the gate's camera has read so many: a busy machine loses a board now and then. */
    const read = async (count: number, show: () => Promise<void>) => {
      for (let tries = 0; tries < TRIES && grants().length < count; tries++) {
        await rest()
        await show()
        await until('somebody to come', () => !empty())
        await until('a row', () => grants().length >= count || empty())
      }
      return grants()[count - 1]?.body.code
    }
    const named = page.locator('[data-lane="A"] .name').getByText('with your picture').waitFor()
    t.equal(await read(1, async () => chosen.setInputFiles(file(await png()))), 'ADMIT')
    await named
    await rest()

    await chosen.setInputFiles(file(Buffer.from('no picture')))
    await page.locator('.answer').getByText('no picture that can be read').waitFor()

    await page.evaluate(
      async bytes => {
        const picture = await createImageBitmap(new Blob([new Uint8Array(bytes)]))
        const canvas = document.createElement('canvas')
        canvas.width = picture.width
        canvas.height = picture.height
        // A canvas that stands still sends no frame.
        setInterval(() => canvas.getContext('2d')?.drawImage(picture, 0, 0), 100)
        navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(5)
      },
      [...(await png())],
    )
    await page.getByText('Use this computer’s camera').click()
    const shown = page.locator('video.webcam')
    await until('its picture', () =>
      shown.evaluate(one => (one as HTMLVideoElement).videoWidth > 0),
    )
    const again = await read(2, () => page.getByText('Show it at lane A').click())
    t.match(again, /ALREADY_INSIDE|ALREADY_USED|STALE/)
    await page.getByText('Camera off').click()
    await rest()
  })

  await t.test(
    'a scenario in the same lanes, at its own pace, and back to the station',
    async t => {
      const name = 'people/flap-luggage'
      const film = await filmNamed(name)
      if (film === undefined) throw new Error(name)
      const key = (text: string) => page.locator('.controls').getByText(text, { exact: true })
      const atMs = async () => Number(await page.locator('.place').getAttribute('data-at'))
      const stateAt = (ms: number) =>
        film.frames.findLast(one => one.atMs <= ms && one.lanes.A !== undefined)?.lanes.A
      const position = async () =>
        Number(await page.locator('.flaps').getAttribute('data-position'))
      await page.locator('.chooser select').selectOption(name)
      await page.locator('.banner').getByText('not the running station').waitFor()
      await page.locator('.banner').getByText(film.title).waitFor()
      await key('Step').click()
      for (let moment = 0; moment < MOMENTS; moment++) {
        const is = [await drawn(page, 'A'), await position()]
        const state = stateAt(await atMs())
        t.same(is, [state?.levels, state?.position])
        await key('Step').click()
      }
      t.same(await violations(page), [], 'of the rules for everybody’s use')
      await page.locator('.controls select').selectOption('60 ×')
      await key('Play').click()
      await rowOf('passage').waitFor()
      t.match(new URL(page.url()).hash, /scenario=people%2Fflap-luggage/)

      await page.reload()
      await page.locator('.banner').getByText(film.title).waitFor()
      await page.getByText('Back to the station').click()
      await page.locator('[data-who="valid"]').waitFor()
      t.equal(await page.locator('.banner').count(), 0)
    },
  )

  const flip = (id: string) => page.locator(`[data-trouble="${id}"]`).click()
  const shown = (id: string, on: boolean) =>
    page.locator(`[data-trouble="${id}"][aria-checked="${on}"]`).waitFor()

  /** A row of a lane's alarm, after the first `from` rows. */
  const alarmed = (code: string, on: boolean, lane: string, from = 0) =>
    until(`${lane} ${code} ${on}`, () =>
      readJournal(world.journalFile)
        .slice(from)
        .some(
          ({ kind, lane: where, body }) =>
            kind === 'alarm' && body.code === code && body.on === on && where === lane,
        ),
    )

  /** Makes a trouble, or ends it; the switch tells it. */
  async function turn(id: string, on: boolean): Promise<void> {
    await flip(id)
    await shown(id, on)
  }

  await t.test(
    'disk, clock, service, power and beams fail by a switch, and are well again',
    async t => {
      const sign = (text: string) => page.locator('[data-lane="A"] .sign').getByText(text)
      for (const lane of ['A', 'B']) await turn(`beam ${lane}`, true)
      for (const lane of ['A', 'B']) {
        await page.locator(`[data-lane="${lane}"] .beam.cut[data-beam="beamA"]`).waitFor()
      }
      t.equal(await page.locator('.beam.cut').count(), 2, 'drawn as covered')

      await turn('lies', true)
      await written('menu', 'scan', 'MALFORMED')
      await rowOf('alarm', 'ACK_IMPLAUSIBLE').waitFor()
      await turn('lies', false)
      await rest()
      const operator = await world.signIn('operator')
      await until('the service to have each row after all', async () =>
        sameRows(readJournal(world.journalFile), await storedRows(operator, 'north-1')),
      )

      for (const lane of ['A', 'B']) {
        await alarmed('BEAM_STUCK', true, lane)
        await turn(`beam ${lane}`, false)
        await alarmed('BEAM_STUCK', false, lane)
      }

      // A full disk drops rows that the service has: what is read of them is read before.
      await turn('disk', true)
      await send('valid')
      await sign('JOURNAL_FULL').waitFor()
      await turn('disk', false)
      await sign('waits for a code').waitFor()
      await rest()

      await turn('clock', true)
      await turn('power', true)
      await page.locator('header').getByText('The gate has no power').waitFor()
      await sign('the gate has no power').waitFor()
      await turn('power', false)
      await page.locator('header').getByText('live').waitFor()
      await until('signed time to set the clock back', () =>
        readJournal(world.journalFile).some(
          ({ kind, body }) => kind === 'clock' && Number(body.offsetMs) < -HOUR_MS / 2,
        ),
      )
      await written('valid', 'passage', '')
      await turn('clock', false)
      await rest()
    },
  )

  await t.test('each device is a switch that shows how the station is', async t => {
    const lanes = ['A', 'B'] as const
    for (const [device, code] of [
      ['board', 'BOARD_LOST'],
      ['scanner', 'READER_LOST'],
      ['usb', 'READER_LOST'],
      ['camera', 'READER_LOST'],
    ] as const) {
      const from = readJournal(world.journalFile).length
      for (const lane of lanes) await turn(`${device} ${lane}`, true)
      for (const lane of lanes) await alarmed(code, true, lane, from)
      for (const lane of lanes) await turn(`${device} ${lane}`, false)
      for (const lane of lanes) await alarmed(code, false, lane, from)
    }
    await turn('network', true)
    await turn('network', false)
    await flip('fire A')
    await shown('fire A', true)
    await rowOf('alarm', 'FIRE').waitFor()
    await page.locator('[data-lane="A"] .flaps[data-position="1"]').waitFor()
    await flip('fire A')
    await shown('fire A', false)
    await until('the flap to be shut', async () => {
      await page.locator('[data-lane="A"]').getByText('Release by hand').click()
      const shut = page.locator('[data-lane="A"] .flaps[data-position="0"]')
      return shut.waitFor({ timeout: ROW_MS }).then(
        () => true,
        () => false,
      )
    })
    t.pass('the flap is shut again')
  })

  await t.test('the technician’s console is a terminal on the gate’s own line', async t => {
    const screen = page.locator('.screen .xterm-rows')
    const opener = page.locator('.console button')
    const says = (text: string) => screen.getByText(text).last().waitFor()
    const loaded = () =>
      page.evaluate(() =>
        performance.getEntriesByType('resource').some(({ name }) => /terminal-.*\.js/.test(name)),
      )
    t.equal(await loaded(), false, 'the terminal is loaded when it is opened')
    await opener.focus()
    await page.keyboard.press('Enter')
    await page.locator('.screen textarea:focus').waitFor({ state: 'attached' })
    t.equal(await loaded(), true)
    const bottom = await page.locator('.screen').evaluate(one => one.getBoundingClientRect().bottom)
    t.ok(bottom <= DESK.height, 'the whole terminal is in sight')
    const rowPx = await screen
      .locator('div')
      .first()
      .evaluate(one => [one.clientHeight, Number.parseFloat(getComputedStyle(one).fontSize)])
    t.ok((rowPx[0] ?? 0) > 1.4 * (rowPx[1] ?? 0), 'an underscore has room below its line')
    await page.keyboard.press('Enter')
    for (const [prompt, typed] of [
      ['login:', 'ada'],
      ['new password:', PASSWORD],
      ['again:', PASSWORD],
    ] as const) {
      await says(prompt)
      await page.keyboard.type(`${typed}\r`)
    }
    await rowOf('login').waitFor()
    await page.keyboard.type('stat')
    await page.keyboard.press('Tab')
    await says('# status')
    await page.keyboard.press('Enter')
    await says('running, up')
    t.notMatch(await screen.textContent(), PASSWORD, 'a password is not shown')
    await page.keyboard.press('Escape')
    t.equal(await opener.evaluate(one => one === document.activeElement), true, 'Esc leaves it')

    await page.setViewportSize({ width: 900, height: 900 })
    await page.reload()
    await says('running, up')
    t.equal(await opener.evaluate(one => one === document.activeElement), false)
    await until('a whole line to fit', () =>
      page
        .locator('.screen')
        .evaluate(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth),
    )
    const main = page.locator('#lanes')
    t.equal(await main.evaluate(one => one.scrollWidth - one.clientWidth), 0, 'no lane is cut')
    await page.setViewportSize(DESK)

    await page.locator('.screen textarea').focus()
    for (const [typed, prompt] of [
      ['reboot', 'type the gate'],
      ['north-1', 'reason:'],
      ['a try', 'so does this line'],
    ] as const) {
      await page.keyboard.type(`${typed}\r`)
      await says(prompt)
    }
    await shown('power', true)
    await turn('power', false)
  })

  await t.test('in both languages and themes, on a narrow screen, by keyboard', async t => {
    await switchLanguage(page)
    for (const [on, answer] of [
      [true, '通道 B 扫码器的电缆已拔出'],
      [false, '通道 B 扫码器的电缆已插好'],
    ] as const) {
      await page.locator(`[data-trouble="scanner B"][aria-checked="${!on}"]`).click()
      await page.locator('.answer').getByText(answer).waitFor()
    }
    await judge(t, { page, faults })
    await page.setViewportSize({ width: 1024, height: 800 })
    await page.locator('[data-who="menu"]').focus()
    const from = readJournal(world.journalFile).length
    await page.keyboard.press('Enter')
    await until('the code to be read', () => readJournal(world.journalFile).length > from)
  })

  t.same(faults, [], 'nothing failed, nothing was refused by the content security policy')

  await t.test('a page elsewhere can neither act nor listen', async t => {
    const foreign = await context.newPage()
    // Any address on this machine is another origin: the passenger's page, whose service has just come back.
    await until('the service to answer', () =>
      fetch(world.url()).then(
        () => true,
        () => false,
      ),
    )
    await foreign.goto(world.url())
    const outcome = await foreign.evaluate(async url => {
      const send = { method: 'POST', mode: 'no-cors', body: '{"line":"fire on A"}' } as const
      await fetch(`${url}/run`, send).catch(() => {})
      const source = new EventSource(`${url}/events`)
      return new Promise(resolve => {
        source.onmessage = () => resolve('heard')
        source.onerror = () => resolve('refused')
      })
    }, pageUrl)
    t.equal(outcome, 'refused')
    t.equal(entry.turnstile.contact('fire'), false)
    await foreign.close()

    const type = async (origin: string, bytes: number) => {
      const sent = { method: 'POST', headers: { origin }, body: new Uint8Array(bytes) }
      return (await fetch(new URL(TYPE_PATH, pageUrl), sent)).status
    }
    const { origin } = new URL(pageUrl)
    t.equal(await type(new URL(world.url()).origin, 1), 403)
    t.equal(await type(origin, TYPED_BYTES_MAX), 202)
    t.equal(await type(origin, TYPED_BYTES_MAX + 1), 413, 'more than a pasted block')
  })

  await t.test('a station that stops is told, in words', async t => {
    await opening.close()
    await page.getByText('车站已停止').waitFor()
    await judge(t, { page, faults: [] })
  })
})
