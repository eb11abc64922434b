/** The config of one lane: its devices, modes, timing and policy. */
import { z } from 'zod'
import { ms, name } from './config-fields.ts'
import { directionModeSchema } from './events.ts'
import { port, READERS_MAX, readerSchema, scannerSchema } from './reader-config.ts'
import { readersFault } from './reader-rules.ts'

/** What a board's pin may do, as in hardware/drivers/pins.ts. */
const PIN_FUNCTIONS = [
  ...['entry', 'exit', 'alarm', 'arrow', 'cross', 'amber', 'buzzer'],
  ...['beamA', 'beamB', 'beamC', 'beamD', 'beamE', 'beamF', 'beamLow', 'passA', 'passB'],
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

export const boardSchema = z.strictObject({
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
        ms: z
          .int()
          .min(100)
          .max(5000)
          .describe('silence after which the board releases its outputs'),
      }),
      z.literal('external'),
    ])
    .default({ ms: 300 })
    .describe(
      'firmware dead-man in milliseconds, or "external" for a hardware timer relay: then stock ' +
        'firmware will do, and the gate firmware’s own dead-man is armed with 300 ms',
    ),
})

const laneSchema = z.strictObject({
  name: name.describe('what the lane is called in the journal, on the console and in logs'),
  direction: z
    .enum(['entry', 'exit', 'both'])
    .describe('which way scans on this lane open; "both" needs readers for either way'),
  area: name.default('main').describe('the station area that passages enter and leave'),
  within: name
    .optional()
    .describe(
      'the area around this one: who enters must be inside it, and who left it is inside neither; ' +
        'refused or flagged as "passback" sets',
    ),
  board: boardSchema.describe('relays, lamps and contacts of the barrier'),
  readers: z
    .array(readerSchema)
    .min(1)
    .max(READERS_MAX)
    .optional()
    .describe(
      'what reads the codes: serial and USB scanners and cameras, one or more a direction, which ' +
        'goes on while one of them works',
    ),
  scanner: scannerSchema.optional().describe('in place of readers: one serial scanner'),
  exitScanner: scannerSchema
    .optional()
    .describe('beside scanner: reads those who leave, on a lane for both ways'),
  modes: z
    .strictObject({
      entry: directionModeSchema.optional().describe('how people are let in'),
      exit: directionModeSchema.optional().describe('how people are let out'),
      maintenance: z
        .boolean()
        .default(false)
        .describe('a technician works here: locked, no scans, nothing is an alarm'),
      emergency: z
        .boolean()
        .default(false)
        .describe('emergency release: open both ways at once, no verdicts'),
      fareFree: z.boolean().default(false).describe('admit whoever scans, and record it'),
      timeFree: z.boolean().default(false).describe('an expired pass admits, 24 h long'),
      orderFree: z
        .boolean()
        .default(false)
        .describe('no anti-passback: whom it would refuse is admitted, flagged ORDER_FREE'),
      trustDegraded: z.boolean().default(false).describe('go on with trust that is too old'),
    })
    .prefault({})
    .describe(
      'how the lane is run: each direction "controlled", "free" or "closed"; controlled where the ' +
        'lane’s scanners look, closed the other way, unless set. A revision that changes nothing ' +
        'else acts at once',
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
      paperListMs: ms(
        60_000,
        86_400_000,
        1_800_000,
        'how old the list of revocations may be where paper is taken: older, an entry refuses paper ' +
          'and an exit flags it',
      ),
      passback: z
        .enum(['hard', 'soft', 'off'])
        .optional()
        .describe('timed anti-passback; hard at entry and soft at exit unless set'),
      ticket: z
        .enum(['off', 'soft', 'hard'])
        .default('off')
        .describe(
          'whether the station’s boarding list is asked at entry: hard refuses, soft flags; an ' +
            'exit always flags, and so does an entry without contact to the service for 15 minutes',
        ),
      passbackMs: ms(0, 86_400_000, 14_400_000, 'how long a passage is remembered'),
      tailgate: z
        .enum(['alarm', 'hold'])
        .default('alarm')
        .describe(
          'after a second person on one grant of a flap: alert staff and go on, or admit nobody ' +
            'else until staff press the release button',
        ),
      queue: z
        .enum(['wait', 'refuse'])
        .default('wait')
        .describe('the next person’s scan while a passage runs: kept for then, or refused as BUSY'),
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

/** A lane that can open in each direction in which it scans, and close without hitting anybody. */
export const checkedLane = laneSchema
  .superRefine((lane, context) => {
    const fault = readersFault(lane)
    if (fault === undefined) return
    const { path, message } = fault
    context.addIssue({ code: 'custom', path: [...path], message })
  })
  .refine(
    ({ direction, board: { pins } }) =>
      (direction === 'exit' || pins.entry !== null) &&
      (direction === 'entry' || pins.exit !== null),
    { path: ['board', 'pins'], message: 'no relay for a direction in which the lane’s scans open' },
  )
  .refine(
    ({ board: { profile, pins } }) =>
      profile === 'tripod' || (pins.beamC !== null && pins.beamD !== null),
    {
      path: ['board', 'pins'],
      message: 'a flap closes only where beamC and beamD are free: it can’t do without them',
    },
  )
