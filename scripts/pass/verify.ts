/** `pass verify`: the gate's own trust and verifier, with a cache that is thrown away. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { EXIT_GRACE_MS } from '../../gate/decide/decide.ts'
import { createTrustKeeper, type TrustKeeper } from '../../gate/trust/keeper.ts'
import { systemClock, systemTimers } from '../../hardware/system-time.ts'
import { nodeVerifier } from '../../pass/cose-node.ts'
import { createPassVerifier } from '../../pass/verify.ts'
import { decodeInput } from './input.ts'
import { timeOf, UsageError } from './usage.ts'

const OPTIONS = {
  trust: { type: 'string' },
  url: { type: 'string' },
  environment: { type: 'string', default: 'production' },
  side: { type: 'string', default: 'entry' },
  at: { type: 'string' },
} as const

export async function verifyCommand(
  args: readonly string[],
  print: (value: { code: string }) => number,
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: OPTIONS,
  })
  const { trust, url, side, environment } = values
  if (trust === undefined || url === undefined) {
    throw new UsageError('--trust FILE and --url URL are needed; see --help')
  }
  if (side !== 'entry' && side !== 'exit') throw new UsageError('--side is entry or exit')
  if (environment !== 'production' && environment !== 'test') {
    throw new UsageError('--environment is production or test')
  }
  const text = await decodeInput(positionals[0])
  const dataDir = mkdtempSync(join(tmpdir(), 'wicketgate-verify-'))
  const keeper = createTrustKeeper({
    dataDir,
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
    clock: systemClock,
    timers: systemTimers,
    random: randomBytes,
    fetch,
    onEvent: () => {},
  })
  try {
    const polled = await keeper.pollNow()
    if (polled.code !== 'UPDATED' && polled.code !== 'UNCHANGED') {
      throw new UsageError(`no trust from ${url}: ${polled.code} ${polled.what ?? ''}`.trim())
    }
    return print(verdictOf(text, keeper, side, timeOf(values.at)))
  } finally {
    await keeper.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

function verdictOf(text: string, keeper: TrustKeeper, side: 'entry' | 'exit', nowMs: number) {
  const verifier = createPassVerifier({ crypto: nodeVerifier, cacheEntriesMax: 0 })
  const policy = { expiredForMs: side === 'exit' ? EXIT_GRACE_MS : 0, staleForMs: 0 }
  const found = verifier.verify(text, keeper.view(), policy, nowMs)
  const about = { side, at: new Date(nowMs).toISOString(), trust: keeper.status() }
  if (!found.ok) return { code: found.code, seen: found.seen, ...about }
  const { ctiHex, passClass, iat, exp, presentedAt, expiredByMs } = found.pass
  const pass = { certificate: ctiHex, class: passClass, iat, exp, presentedAt, expiredByMs }
  return { code: 'ADMIT', pass, ...about }
}
