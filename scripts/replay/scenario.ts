/**
 * What a scenario is: a JSON file of who carries which pass, what each lane's devices see and when,
 * and what must come of it. The published schema of fixtures/scenarios is made from this.
 */
import { z } from 'zod'
import { SMALL_MEMORY } from '../../fixtures/small-memory.ts'
import { SIGNERS, STATUS_LISTS } from '../../fixtures/stage/passes.ts'
import { CONTACTS } from '../../fixtures/stage/stage-lane.ts'
import { DISK_STATES } from '../../fixtures/stage/troubled-disk.ts'
import { LIES } from '../../fixtures/stage/trust-service.ts'
import { type DenyCode, VERDICTS } from '../../gate/contract/codes.ts'
import { name } from '../../gate/contract/config-fields.ts'
import { annulReasonSchema, laneModesSchema } from '../../gate/contract/events.ts'
import { simulationScenarioSchema } from '../simulate/plan-file.ts'
import { duration, later, spanOf } from './durations.ts'

export const STEPS_MAX = 10_000

const span = z.string().refine(text => spanOf(text) !== undefined, 'is "<200ms" or "2s..5s"')
const direction = z.enum(['entry', 'exit'])
const lane = name.optional().describe('may be left out where there is one lane')

export const personSchema = z.strictObject({
  issued: duration.default('-10min').describe('when the pass was signed, from the start'),
  valid: duration.default('30min').describe('how long it is good from then on'),
  paper: z.boolean().default(false).describe('printed: without a phone that proves itself'),
  signedBy: z
    .enum(SIGNERS)
    .default('issuer')
    .describe(
      'test: of another environment; desk: good for sales alone; stranger: a key that trust does not ' +
        'know; forger: another key under the issuer’s name',
    ),
  copied: z.boolean().default(false).describe('presented by another phone’s key'),
  list: z
    .enum(STATUS_LISTS)
    .default('published')
    .describe('its status list; unknown: one that the service has not published'),
  ticket: z
    .union([
      z.strictObject({
        train: z.string().min(1).max(16).default('G101'),
        from: duration.describe('when its boarding begins, from the start'),
        until: duration.describe('when it ends'),
      }),
      z.literal('elsewhere'),
    ])
    .optional()
    .describe('on the station’s boarding list; elsewhere: from another station'),
})
export type Person = z.infer<typeof personSchema>

const scan = z
  .strictObject({
    lane,
    reader: z.string().optional().describe('as A.scanner; the lane’s first unless given'),
    by: z.string().optional().describe('whose pass'),
    presented: duration.default('0s').describe('when the phone made the code, from the scan'),
    bare: z.literal(true).optional().describe('the pass alone, as printed, without a proof'),
    text: z.string().max(4096).optional().describe('what is read, in place of a pass'),
  })
  .refine(
    ({ by, text }) => (by === undefined) !== (text === undefined),
    'has either "by" or "text"',
  )

const walkers = [
  ...(['normal', 'hesitating', 'tailgater', 'wrongWay', 'running', 'luggage'] as const),
  ...(['child', 'wheelchair', 'group', 'forcing', 'lingering'] as const),
] as const
const contact = z.enum(CONTACTS as [(typeof CONTACTS)[number]])
const deviceState = z.enum(['ready', 'lost'])

const ADMITTED = ['ADMIT', 'ADMIT_FLAGGED', 'STAFF_RELEASE'] as const
const DENIALS = Object.keys(VERDICTS).filter(
  code => !(ADMITTED as readonly string[]).includes(code),
) as DenyCode[]

const acts = {
  scan: scan.describe('a reader reads a code'),
  walk: z
    .strictObject({
      lane,
      as: z.enum(walkers).default('normal'),
      direction: direction.default('entry'),
    })
    .describe('somebody walks into the lane'),
  contact: z
    .strictObject({ lane, contact, is: z.enum(['active', 'rest', 'wired']) })
    .describe('a contact is held by hand; wired: it goes by barrier and people again'),
  press: z
    .strictObject({ lane, contact, for: later.default('300ms') })
    .describe('a contact is active for a while'),
  board: z.strictObject({ lane, is: deviceState }).describe('the board is unplugged, or back'),
  reader: z
    .strictObject({ lane, reader: z.string().optional(), is: deviceState })
    .describe('a reader is unplugged, or back'),
  unread: z
    .strictObject({
      lane,
      reader: z.string().optional(),
      fault: z.enum(['CUT', 'BROKEN', 'TOO_LONG']).default('CUT'),
      times: z.int().min(1).max(100).default(1),
    })
    .describe('a reader drops codes that came in part'),
  modes: z
    .strictObject({
      lane,
      set: laneModesSchema.partial(),
      reason: z.string().default('a scenario'),
    })
    .describe('a technician runs the lane in another way'),
  service: z.enum(['up', 'down']).describe('the network to the service'),
  lie: z
    .enum(LIES)
    .describe(
      'a false manifest, until the next true one. older: of a version before. unsigned: by another key. ' +
        'two: another one of the same version',
    ),
  revoke: z.array(z.string()).min(1).describe('whose certificates the service revokes now'),
  clock: duration.describe('the host’s clock shows this much more than the true time from now on'),
  disk: z
    .enum(DISK_STATES)
    .describe('full, fails: no row can be written; hangs: no write ends until another state'),
  trustFile: z
    .enum(['kept', 'put back'])
    .describe(
      'somebody keeps a copy of the gate’s trust.db, or puts it back while the power is off',
    ),
  power: z.enum(['cut', 'back']).describe('of gate and boards at once'),
  wait: z.literal(true).describe('nothing: a time to expect something at'),
} as const
export type ActName = keyof typeof acts
const ACTS = Object.keys(acts) as ActName[]

const entries = z.int().min(1).max(100_000)
const onOff = z.boolean()
export const expectationSchema = z
  .strictObject({
    at: span.describe('from the start, or from its step, in which it must be seen'),
    lane: name.optional().describe('any lane unless given'),
    why: z.string().optional().describe('said when it fails'),
    times: z.int().min(0).optional().describe('exactly so often; at least once unless given'),
    admit: z.enum(ADMITTED).optional(),
    flag: z.string().optional().describe('beside admit: one of its flags'),
    deny: z.enum(DENIALS).optional(),
    passage: direction.optional(),
    annulled: annulReasonSchema.optional(),
    alarm: z.string().optional().describe('the code of an alarm that begins'),
    alarmOver: z.string().optional(),
    sign: z.string().optional().describe('what the lane shows at the end of the time'),
    relays: z
      .array(z.enum(['entry', 'exit', 'alarm']))
      .optional()
      .describe('energised then, no other'),
    lamps: z
      .array(z.enum(['arrow', 'cross', 'amber']))
      .optional()
      .describe('lit then, no other'),
    sounding: onOff.optional().describe('the buzzer, in that time'),
    through: onOff.optional().describe('somebody came out on the far side; false: went back'),
  })
  .refine(
    one => Object.keys(one).some(key => !['at', 'lane', 'why', 'times', 'flag'].includes(key)),
    'expects nothing',
  )
export type Expectation = z.infer<typeof expectationSchema>

const stepSchema = z
  .strictObject({
    at: later.describe('from the start'),
    why: z.string().optional(),
    ...(Object.fromEntries(ACTS.map(act => [act, acts[act].optional()])) as {
      readonly [Act in ActName]: z.ZodOptional<(typeof acts)[Act]>
    }),
    expect: z.array(expectationSchema).default([]),
  })
  .refine(
    step => ACTS.filter(act => step[act] !== undefined).length === 1,
    `does one of: ${ACTS.join(', ')}`,
  )
export type Step = z.infer<typeof stepSchema>

export const scenarioSchema = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().min(1).max(120),
  why: z.string().optional().describe('what it is there for'),
  start: z.iso
    .datetime({ offset: true })
    .default('2027-01-15T16:00:00+08:00')
    .describe('the true time at its start'),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(1),
  lanes: z
    .record(name, z.record(z.string(), z.unknown()))
    .default({ A: { direction: 'entry' } })
    .describe('each lane’s config, as in gate/config.md; board and scanner are there unless given'),
  gate: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('the rest of the gate’s config, where it differs'),
  memory: z
    .strictObject({
      codes: entries.default(SMALL_MEMORY.codes),
      papers: entries.default(SMALL_MEMORY.papers),
      visits: entries.default(SMALL_MEMORY.visits),
    })
    .prefault({})
    .describe('how many used codes, paper passes and visits the gate can remember'),
  boardingList: z
    .strictObject({ asOf: duration.default('-1min').describe('when it held') })
    .optional()
    .describe('of the station; it has one where somebody has a ticket, too'),
  recorded: z
    .string()
    .max(120)
    .regex(
      /^[\w.-]+\.(recording|jsonl)$/,
      'is a file beside this one: NAME.recording or NAME.jsonl',
    )
    .optional()
    .describe(
      'what a gate recorded (NAME.recording) or exported (NAME.jsonl), beside this file: it is played in ' +
        'place of steps, by its own config and time',
    ),
  people: z.record(z.string().max(40), personSchema).default({}),
  steps: z.array(stepSchema).max(STEPS_MAX),
  expect: z.array(expectationSchema).default([]),
  end: later.optional().describe('30 s after the last step unless given'),
})
export type Scenario = z.infer<typeof scenarioSchema>

/** As JSON Schema (draft 2020-12), for editors. Text that is checked by a rule of ours is plain text there. */
export function scenarioJsonSchema(): unknown {
  return z.toJSONSchema(z.union([scenarioSchema, simulationScenarioSchema]), { io: 'input' })
}
