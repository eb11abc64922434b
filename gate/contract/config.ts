/**
 * A gate's config: one JSON file. Every value is bounded and described, unknown keys are refused,
 * defaults are those of the design. Published as JSON Schema in gate/config.schema.json.
 */
import { z } from 'zod'
import { busSchema } from './bus-config.ts'
import { ms, name } from './config-fields.ts'
import { checkedLane } from './lane-config.ts'
import { nestingFault } from './nesting.ts'
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
      .describe('whose passes are believed; those of the other are refused'),
    staleAfterMs: ms(10_000, 86_400_000, 120_000, 'manifest age from which trust is STALE'),
    degradedAfterMs: ms(10_000, 86_400_000, 900_000, 'manifest age from which it is DEGRADED'),
    unprovenMs: ms(
      0,
      604_800_000,
      3_600_000,
      'at a start that no signed time has proved: how far the machine’s clock may read past the newest ' +
        'document and row; up to there entry is flagged, beyond it entry is closed',
    ),
    overdueMs: ms(
      0,
      604_800_000,
      0,
      'once its documents have run out, entry goes on for so long, every event flagged (OVERDUE)',
    ),
    staffMs: ms(
      0,
      2_592_000_000,
      86_400_000,
      'after that, entry sends whoever would be admitted to staff for so long (STAFF); then it closes',
    ),
    acceptOlder: z
      .string()
      .regex(/^\d{1,15}\/\d{1,15} after \d{1,15}\/\d{1,15}$/)
      .optional()
      .describe('older trust that is believed after TRUST_ROLLED_BACK, as that alarm words it'),
  })
  .describe('whom the gate believes, and how old that may get')

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
    service: serviceSchema.extend({ url: local }).prefault({}),
    trust: trustSchema
      .extend({ factory: local, environment: local, acceptOlder: local })
      .prefault({}),
  })
  .refine(namesDiffer, SAME_NAME)

/** Keys that `remoteConfigSchema` refuses. */
export const LOCAL_KEYS = [
  ['$schema'],
  ['gate'],
  ['station'],
  ['data'],
  ['bus'],
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
