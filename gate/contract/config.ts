/**
 * A gate's config: one JSON file. Every value is bounded and described, unknown keys are refused,
 * defaults are those of the design. Published as JSON Schema in gate/config.schema.json.
 */
import { z } from 'zod'
import { busSchema } from './bus-config.ts'
import { isFileInput } from './camera-config.ts'
import { ms, name } from './config-fields.ts'
import { checkedLane } from './lane-config.ts'
import { nestingFault } from './nesting.ts'
import { type ReadersOfLane, readersOf } from './reader-config.ts'
import { sameDevice } from './reader-rules.ts'
import { serviceUrlSchema } from './service-url.ts'

const serviceSchema = z
  .strictObject({
    url: serviceUrlSchema,
    pollMs: ms(1000, 60_000, 10_000, 'manifest polling'),
    timeoutMs: ms(500, 30_000, 5000, 'deadline of one request'),
  })
  .describe('where the service is, and how often it is asked')

const trustSchema = z
  .strictObject({
    factory: z.string().min(1).max(400).describe('file of the trust document shipped with it'),
    environment: z
      .enum(['production', 'test'])
      .default('production')
      .describe('the environment whose passes are accepted; those of the other are refused'),
    staleAfterMs: ms(10_000, 86_400_000, 120_000, 'manifest age from which trust is STALE'),
    degradedAfterMs: ms(10_000, 86_400_000, 900_000, 'manifest age from which it is DEGRADED'),
    unprovenMs: ms(
      0,
      604_800_000,
      3_600_000,
      'at a start without signed time: how far the machine’s clock may read past the newest document ' +
        'and row; up to there entry is flagged, beyond it entry is closed',
    ),
    overdueMs: ms(
      0,
      604_800_000,
      0,
      'for how long entry goes on after the documents’ end, every event flagged (OVERDUE)',
    ),
    staffMs: ms(
      0,
      2_592_000_000,
      86_400_000,
      'for how long after that entry sends people to staff instead of admitting them (STAFF); then it closes',
    ),
    acceptOlder: z
      .string()
      .regex(/^\d{1,15}\/\d{1,15} after \d{1,15}\/\d{1,15}$/)
      .optional()
      .describe('older trust that is accepted after TRUST_ROLLED_BACK, in the alarm’s own words'),
  })
  .describe('which trust the gate accepts, and how old it may get')

const consoleSchema = z
  .strictObject({
    serial: z
      .strictObject({
        port: z.string().min(1).max(200).describe('path, or vendor:product[:serial] in hex'),
        baudRate: z.int().min(1200).max(921_600).default(115_200).describe('bit/s, 8N1'),
      })
      .optional()
      .describe('the serial port at which a technician’s laptop is plugged in'),
    socket: z
      .union([z.literal(false), z.string().min(1).max(100)])
      .default('console.sock')
      .describe('Unix socket of the host, its path from the data folder; false: none'),
    idleMinutes: z.int().min(1).max(60).default(10).describe('who types nothing is logged out'),
  })
  .prefault({})
  .describe('where a technician logs in; read when the program starts')

const configObject = z.strictObject({
  $schema: z.string().max(400).optional().describe('for editors: where this schema is'),
  gate: name.describe('this controller’s name, unique at the service'),
  station: name.describe('the station it stands in, as the service knows it'),
  data: z.string().min(1).max(400).describe('folder for databases and the gate’s own key'),
  service: serviceSchema,
  trust: trustSchema,
  metrics: z
    .strictObject({
      port: z.int().min(0).max(65_535).describe('TCP port on 127.0.0.1; 0 takes a free one'),
    })
    .optional()
    .describe('figures for Prometheus on 127.0.0.1, path /metrics; off unless given'),
  bus: busSchema.optional(),
  console: consoleSchema,
  journal: z
    .strictObject({
      keepMs: ms(60_000, 31_536_000_000, 604_800_000, 'acknowledged rows stay this long'),
    })
    .prefault({})
    .describe('what the gate recorded'),
  lanes: z
    .array(checkedLane)
    .min(1)
    .max(8)
    .describe('the barriers that this controller runs, each with its devices'),
})

const namesDiffer = ({ lanes }: Pick<z.infer<typeof configObject>, 'lanes'>): boolean =>
  new Set(lanes.map(lane => lane.name)).size === lanes.length
const SAME_NAME = { path: ['lanes'], message: 'two lanes have the same name' }

export const gateConfigSchema = configObject
  .refine(namesDiffer, SAME_NAME)
  .superRefine(({ lanes, bus }, context) => {
    const message = nestingFault(lanes, bus !== undefined)
    if (message !== undefined) context.addIssue({ code: 'custom', path: ['lanes'], message })
  })
  .superRefine(({ lanes }, context) => {
    const message = sameDevice(lanes.filter(({ readers }) => readers).flatMap(readersOf))
    if (message !== undefined) context.addIssue({ code: 'custom', path: ['lanes'], message })
  })

/** What stands on the gate itself: it names the machine, its folders, and whom it believes. */
const local = z
  .unknown()
  .refine(value => value === undefined, 'is set on the gate itself, not by the service')
  .optional()
  .describe('set on the gate itself: refused here')

/**
 * The part of a config that the service may set: everything but the local keys, each of which is
 * refused by its name.
 */
export const remoteConfigSchema = configObject
  .extend({
    $schema: local,
    gate: local,
    station: local,
    data: local,
    bus: local,
    console: local,
    service: serviceSchema.extend({ url: local }).prefault({}),
    trust: trustSchema
      .extend({ factory: local, environment: local, acceptOlder: local })
      .prefault({}),
  })
  .refine(namesDiffer, SAME_NAME)
  .superRefine(({ lanes }, context) => {
    for (const path of filesIn(lanes)) {
      const message = 'names a file of the gate’s machine: it is set on the gate itself'
      context.addIssue({ code: 'custom', path: [...path], message })
    }
  })

/** Where cameras are fed from files. */
function filesIn(lanes: readonly ReadersOfLane[]): (string | number)[][] {
  return lanes.flatMap(({ readers = [] }, lane) =>
    readers.flatMap((one, reader) => {
      const at = ['lanes', lane, 'readers', reader, 'source']
      if (one.kind !== 'camera' || one.source.type !== 'ffmpeg') return []
      return isFileInput(one.source.input) ? [[...at, 'input']] : []
    }),
  )
}

/** Keys that `remoteConfigSchema` refuses. */
export const LOCAL_KEYS = [
  ['$schema'],
  ['gate'],
  ['station'],
  ['data'],
  ['bus'],
  ['console'],
  ['service', 'url'],
  ['trust', 'factory'],
  ['trust', 'environment'],
  ['trust', 'acceptOlder'],
] as const

/** The published JSON Schema of a config file (draft 2020-12). */
export function gateJsonSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(gateConfigSchema, { io: 'input' })
  return {
    $schema,
    $id: 'https://wicketgate.example/gate/config.schema.json',
    title: 'Config of a Wicketgate gate controller',
    description: 'One JSON file. Every value has bounds; unknown keys are refused.',
    ...rest,
  }
}

export type GateConfig = z.infer<typeof gateConfigSchema>
export type LaneConfig = GateConfig['lanes'][number]
