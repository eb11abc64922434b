/**
 * A whole entry gate beside the service of a page's tests: enrolled with it, and in a virtual time that
 * follows the service's clock. What a phone shows is judged as at a station.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createVirtualTime } from '../../../fixtures/clock.ts'
import { enrolled, NAMES } from '../../../fixtures/one-process.ts'
import { startOneProcessGate } from '../../../fixtures/one-process-gate.ts'
import { createRequestLine } from '../../../fixtures/request-line.ts'
import { createDiskInMemory } from '../../../gate/assembly/gate-disk.ts'
import { systemRandom } from '../../clock.ts'
import { makeEnrolmentCode } from '../../secrets.ts'
import { transact } from '../../store/engine/transact.ts'
import { addEnrolment } from '../../store/gates/gates.ts'
import { newKeys, type World } from '../../testing/world.ts'
import type { PageWorld } from './page-world.ts'

/** Longer than a gate waits between two polls. */
export const POLL_MS = 12_000

export interface PageGate {
  /** The verdict's code on what is shown at its scanner. Nobody walks: a grant is soon taken back. */
  scan(text: string): Promise<string>
  stop(): Promise<void>
}

/** As the demo set has one: no operator needs to sign in. */
async function enrolmentCode({ service: { db, secrets }, clock }: World): Promise<string> {
  const code = makeEnrolmentCode(systemRandom)
  const codeHash = secrets.mac('code', code).toString('base64url')
  await transact(db, tx => addEnrolment(tx, { codeHash, ...NAMES }, clock.time))
  return code
}

/** Resolves when it has fresh trust and its lane is in service, for phones and for paper. */
export async function openPageGate(pageWorld: PageWorld): Promise<PageGate> {
  const { world } = pageWorld
  const line = createRequestLine()
  const time = createVirtualTime(world.clock.time, line.quiet)
  const gateKey = String(newKeys('EdDSA').privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const gate = await startOneProcessGate({
    ...({ seed: 1, time, gate: NAMES, environment: 'test', takesPaper: true } as const),
    fetch: line.through(request => {
      if (!pageWorld.isServing()) throw new TypeError('fetch failed')
      return pageWorld.world.app.fetch(request)
    }, 'http://desk.test'),
    factory: new Uint8Array(readFileSync(join(world.dir, 'trust/trust-1.cbor'))),
    disk: createDiskInMemory(await enrolled(world, gateKey, await enrolmentCode(world))),
  })
  async function follow(): Promise<void> {
    await time.advanceAsync(Math.max(0, pageWorld.world.clock.time - time.clock.nowMs()))
  }
  pageWorld.onMoved(follow)
  return {
    async scan(text) {
      await follow()
      const before = gate.rows().length
      await gate.scan(text)
      await line.quiet()
      const [row] = gate.rows().slice(before)
      if (row === undefined) throw new Error('the gate said nothing')
      return String((JSON.parse(String(row.body)) as { code?: string }).code)
    },
    async stop() {
      await gate.stop()
      gate.disk.close()
    },
  }
}
