import { tempDir } from '/work/helpers/fleetpage/wicketgate/fixtures/temp-dir.ts'
import { startBrowser } from '/work/helpers/fleetpage/wicketgate/server/web/testing/browser.ts'
import { openFleetDriver } from '/work/helpers/fleetpage/wicketgate/server/web/testing/fleet-driver.ts'
import { BUSY, newGate } from '/work/helpers/fleetpage/wicketgate/server/web/testing/fleet-gates.ts'
import { openPageWorld } from '/work/helpers/fleetpage/wicketgate/server/web/testing/page-world.ts'

const pw = await openPageWorld(tempDir())
const browser = await startBrowser()
try {
  const now = pw.world.clock.now()
  const a = await newGate(pw.world, 'north-1', 'Hangzhou')
  await a.report({ recent: BUSY })
  const b = await newGate(pw.world, 'west-3', 'Hangzhou')
  await b.report({
    recent: BUSY,
    lanes: [
      { name: 'A', state: 'OutOfService', alarms: ['BOARD_LOST'] },
      { name: 'B', state: 'Locked', alarms: ['BEAM_STUCK'] },
    ],
    alarms: [
      { lane: 'A', code: 'BOARD_LOST', since: now - 360000 },
      { lane: 'B', code: 'BEAM_STUCK', since: now - 60000 },
    ],
  })
  await newGate(pw.world, 'south-11', 'Hangzhou')
  const d = await openFleetDriver(
    browser,
    pw,
    {
      language: (process.argv[2] ?? 'en') as 'en',
      theme: (process.argv[3] ?? 'light') as 'light',
      width: Number(process.argv[4] ?? 1280),
      height: 800,
      density: 1,
    },
    { role: 'auditor' },
  )
  await d.page
    .getByText('north-1')
    .waitFor({ timeout: 10000 })
    .catch(e => console.log(String(e)))
  console.log(d.faults)
  await d.page.screenshot({ path: '/tmp/look-gates.png' })
  await d.to('#/gates/west-3')
  await d.page.waitForTimeout(700)
  await d.page.screenshot({ path: '/tmp/look-gate.png', fullPage: true })
  console.log(d.faults)
} finally {
  await browser.close()
  await pw.close()
}
