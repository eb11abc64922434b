/** `pass verify`: a gate's own trust, with a cache that is thrown away, and its or a desk's verdict. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { OptionError, readOptions } from '../../gate/contract/options.ts'
import { createCacheDisk } from '../../gate/trust/cache-disk.ts'
import { createTrustKeeper } from '../../gate/trust/keeper.ts'
import type { Clock } from '../../hardware/ports.ts'
import { systemClock, systemTimers } from '../../hardware/system-time.ts'
import { PURPOSES, purposeOf } from '../../pass/purpose.ts'
import { decodeInput } from './input.ts'
import { onlyOne, timeOf } from './usage.ts'
import { judgePass } from './verdict.ts'

const OPTIONS = {
  trust: { type: 'string' },
  url: { type: 'string' },
  environment: { type: 'string', default: 'production' },
  purpose: { type: 'string' },
  at: { type: 'string' },
  help: { type: 'boolean' },
} as const

/** Polls the service once and prints the verdict. `clock`: this machine's own unless given. */
export async function verifyCommand(
  args: readonly string[],
  print: (value: { code: string }) => number,
  clock: Clock = systemClock,
): Promise<number> {
  const { values, positionals } = readOptions(OPTIONS, () =>
    parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS }),
  )
  const { trust, url, environment } = values
  const purpose = purposeOf(values.purpose ?? '')
  if (trust === undefined || url === undefined) {
    throw new OptionError('--trust FILE and --url URL are needed; see --help')
  }
  if (purpose === undefined) {
    throw new OptionError(`--purpose is needed, one of ${PURPOSES.join(', ')}; see --help`)
  }
  if (environment !== 'production' && environment !== 'test') {
    throw new OptionError('--environment is production or test')
  }
  const text = await decodeInput(onlyOne(positionals))
  const dataDir = mkdtempSync(join(tmpdir(), 'wicketgate-verify-'))
  const keeper = createTrustKeeper({
    cache: createCacheDisk(dataDir),
    factoryTrust: readFileSync(trust),
    environment,
    serviceUrl: url,
    pollMs: 10_000,
    timeoutMs: 5000,
    staleAfterMs: 120_000,
    degradedAfterMs: 900_000,
    overdueMs: 0,
    staffMs: 0,
    unprovenMs: Number.POSITIVE_INFINITY,
    clock,
    timers: systemTimers,
    random: randomBytes,
    fetch,
    onEvent: () => {},
  })
  try {
    const polled = await keeper.pollNow()
    if (polled.code !== 'UPDATED' && polled.code !== 'UNCHANGED') {
      throw new OptionError(`no trust from ${url}: ${polled.code} ${polled.what ?? ''}`.trim())
    }
    const nowMs = values.at === undefined ? clock.nowMs() : timeOf(values.at)
    const verdict = judgePass(text, keeper, purpose, nowMs)
    const about = { purpose, at: new Date(nowMs).toISOString(), trust: keeper.status() }
    return print({ ...verdict, ...about })
  } finally {
    await keeper.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
