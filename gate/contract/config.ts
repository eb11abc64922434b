/**
 * A gate's config: one JSON file. Every value is bounded and described, unknown keys are refused,
 * defaults are those of the design. Published as JSON Schema in gate/config.schema.json.
 */
import { z } from 'zod'
import { directionModeSchema } from './events.ts'

const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/)
  .describe('1–32 letters, digits, dot, underscore or hyphen')

const ms = (min: number, max: number, fallback: number, what: string) =>
  z.int().min(min).max(max).default(fallback).describe(`${what}, milliseconds`)

const port = z
  .string()
  .min(1)
  .max(200)
  .describe('serial port: a device path, or vendor:product[:serial] of a USB device')

/** What a board's pin may do, as in hardware/drivers/pins.ts. */
const PIN_FUNCTIONS = [
  ...['entry', 'exit', 'alarm', 'arrow', 'cross', 'amber', 'buzzer'],
  ...['beamA', 'beamB', 'beamC', 'beamD', 'beamE', 'beamF', 'passA', 'passB'],
  ...['fire', 'stop', 'tamper', 'release', 'relayFeedback'],
] as const

const pinSchema = z.union([
  z.int().min(0).max(69).describe('the board’s own number of the pin'),
  z.strictObject({
    pin: z.int().min(0).max(69).describe('the board’s own number of the pin'),
    wiring: z
      .enum(['opens', 'closes'])
      .optional()
      .describe('of a contact: normally closed and active when open, or the other way round'),
    active: z.enum(['high', 'low']).optional().describe('of an output: only "high" is taken'),
  }),
  z.null().describe('this board has no such pin'),
])

const boardSchema = z.strictObject({
  port,
  profile: z
    .enum(['tripod', 'flap'])
    .default('tripod')
    .describe('pin table and barrier: a tripod that turns, or panels that open and close'),
  pins: z
    .partialRecord(z.enum(PIN_FUNCTIONS), pinSchema)
    .default({})
    .describe(
      'board pin by function, where it differs from the profile’s table; null takes it away',
    ),
  deadman: z
    .union([
      z.strictObject({
        ms: z.int().min(100).max(5000).describe('silence after which the board lets go'),
      }),
      z.literal('external'),
    ])
    .default({ ms: 300 })
    .describe('firmware dead-man in milliseconds, or "external" for a hardware timer relay'),
})

const scannerSchema = z.strictObject({
  port,
  baudRate: z
    .union([9600, 19200, 38400, 57600, 115200].map(rate => z.literal(rate)))
    .default(9600)
    .describe('line speed, bit/s'),
  profile: z.enum(['plain', 'gm65']).default('plain').describe('plain text, or GM65 commands'),
  suffix: z
    .enum(['required', 'learn'])
    .default('learn')
    .describe('what ends a code: only CR or LF, or a silent line too until the first of them came'),
})

const laneSchema = z.strictObject({
  name: name.describe('what the lane is called in the journal, on the console and in logs'),
  direction: z
    .enum(['entry', 'exit', 'both'])
    .describe('which way scans on this lane open; "both" needs an exitScanner'),
  area: name.default('main').describe('the station area that passages enter and leave'),
  board: boardSchema.describe('relays, lamps and contacts of the barrier'),
  scanner: scannerSchema.describe('reads the codes'),
  exitScanner: scannerSchema.optional().describe('reads those who leave, on a lane for both ways'),
  modes: z
    .strictObject({
      entry: directionModeSchema.optional().describe('how people are let in'),
      exit: directionModeSchema.optional().describe('how people are let out'),
      fareFree: z.boolean().default(false).describe('admit whoever scans, and record it'),
      timeFree: z.boolean().default(false).describe('an expired pass admits, 24 h long'),
      orderFree: z.boolean().default(false).describe('no anti-passback'),
      trustDegraded: z.boolean().default(false).describe('go on with trust that is too old'),
    })
    .prefault({})
    .describe(
      'how the lane is run after a start: each direction "controlled", "free" or "closed"; ' +
        'controlled where the lane’s scanners look, closed the other way',
    ),
  timing: z
    .strictObject({
      profile: z
        .enum(['standard', 'wide'])
        .default('standard')
        .describe(
          'wide: for wheelchairs, prams and luggage; waits and passages last twice as long',
        ),
      waitMs: ms(1000, 30_000, 5000, 'how long a grant waits for someone to walk'),
      drive: z
        .enum(['hold', 'pulse'])
        .default('hold')
        .describe('relay held until someone walks, or pulsed for a barrier that waits by itself'),
      pulseMs: ms(100, 5000, 500, 'relay pulse when drive is "pulse"'),
      passageMs: ms(3000, 60_000, 15_000, 'a begun passage that lasts longer raises HELD'),
      closeMs: ms(200, 5000, 800, 'how long a flap takes to close'),
      stuckMs: ms(10_000, 600_000, 60_000, 'a beam interrupted for longer raises BEAM_STUCK'),
      refuseMs: ms(500, 10_000, 3000, 'how long a refusal is shown'),
    })
    .prefault({})
    .describe('how long everything takes'),
  policy: z
    .strictObject({
      takesPaper: z.boolean().default(false).describe('whether paper passes are taken here'),
      passback: z
        .enum(['hard', 'soft', 'off'])
        .optional()
        .describe('timed anti-passback; hard at entry and soft at exit unless set'),
      ticket: z
        .enum(['off', 'soft', 'hard'])
        .default('off')
        .describe(
          'whether the station’s boarding list is asked at entry: hard refuses, soft flags; an ' +
            'exit always flags, and so does an entry that has not heard the service for 15 minutes',
        ),
      passbackMs: ms(0, 86_400_000, 14_400_000, 'how long a passage is remembered'),
      queue: z
        .enum(['wait', 'refuse'])
        .default('wait')
        .describe('the next person’s scan while a passage runs: kept for then, or told BUSY'),
      staleExit: z
        .enum(['staff', 'refuse', 'flag'])
        .default('staff')
        .describe(
          'a code that is too old, at an exit: refused once and then sent to staff, refused each ' +
            'time, or let out and flagged up to 24 h long',
        ),
    })
    .prefault({})
    .describe('what is asked of a pass here'),
})

const checkedLane = laneSchema
  .refine(lane => (lane.direction === 'both') === (lane.exitScanner !== undefined), {
    path: ['exitScanner'],
    message: 'a lane for both ways needs one, and no other lane may have one',
  })
  .refine(
    ({ direction, board: { pins } }) =>
      (direction === 'exit' || pins.entry !== null) &&
      (direction === 'entry' || pins.exit !== null),
    { path: ['board', 'pins'], message: 'no relay for a direction in which the lane’s scans open' },
  )

const busSchema = z
  .strictObject({
    broker: z
      .union([
        z.strictObject({
          embedded: z
            .strictObject({
              host: z
                .string()
                .min(1)
                .max(255)
                .default('127.0.0.1')
                .describe('address to listen at'),
              port: z
                .int()
                .min(0)
                .max(65_535)
                .default(1883)
                .describe('TCP port; 0 takes a free one'),
            })
            .describe('this gate brings the broker along'),
        }),
        z
          .strictObject({
            url: z.url({ protocol: /^mqtts?$/ }).describe('mqtt://HOST:PORT, or mqtts: for TLS'),
            username: z
              .string()
              .min(1)
              .max(128)
              .optional()
              .describe('where the broker wants a login'),
            passwordFile: z.string().min(1).max(400).optional().describe('file with its password'),
            caFile: z
              .string()
              .min(1)
              .max(400)
              .optional()
              .describe('PEM of who signed the certificate, in the place of the well-known ones'),
          })
          .refine(one => (one.username === undefined) === (one.passwordFile === undefined), {
            path: ['passwordFile'],
            message: 'username and passwordFile go together',
          }),
      ])
      .describe(
        'an MQTT broker of this gate’s own for a small station, or any other by its address',
      ),
  })
  .describe('shares seen codes and areas with the station’s other gates; none unless given')

const serviceSchema = z
  .strictObject({
    url: z.url({ protocol: /^https?$/ }).describe('base address of the service'),
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

export const gateConfigSchema = configObject.refine(namesDiffer, SAME_NAME)

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
    trust: trustSchema.extend({ factory: local, environment: local }).prefault({}),
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
