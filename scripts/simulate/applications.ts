/** People who apply for certificates, and what the service answered each time: quotas are judged by it. */
import type { OneProcessService } from '../../fixtures/one-process.ts'
import { endCertificate } from '../../server/store/certificates/certificates.ts'
import { transact } from '../../server/store/engine/transact.ts'
import type { Said } from '../../server/testing/applicant.ts'

/** One answer. */
export interface Answered {
  /** By number. */
  readonly person: number
  /** Unix milliseconds, true time. */
  readonly atMs: number
  /** A certificate that begins now. One that runs and moves to this phone is no new one. */
  readonly isNew: boolean
  /** Why none was given. */
  readonly code?: string | undefined
}

export interface Applications {
  /** In their order. */
  readonly answers: readonly Answered[]
  /** By face check. */
  apply(person: number): Promise<Said>
  /** Its holder cancels it, and waits for no list that says so. */
  cancel(certificate: string): Promise<void>
}

/** At which certificates begin. */
const wholeSecond = (ms: number): number => ms - (ms % 1000)

export function createApplications({ time, people, world }: OneProcessService): Applications {
  const answers: Answered[] = []
  return {
    answers,
    async apply(person) {
      const phone = people[person]
      if (phone === undefined) throw new Error(`no person ${person}`)
      // Its answer may wait until gates can know of the one it takes the place of.
      const atMs = time.clock.nowMs()
      const said = await phone.certificate()
      const { certificate, code } = said
      const isNew = Date.parse(certificate?.validFrom ?? '') === wholeSecond(atMs)
      answers.push({ person, atMs, isNew, code })
      return said
    },
    async cancel(certificate) {
      const nowMs = time.clock.nowMs()
      await transact(world.service.db, tx => endCertificate(tx, certificate, 'cancelled', nowMs))
    },
  }
}
