/** How a lane's board is wired, from a config as it is shown: its hidden addresses would not parse. */
import { z } from 'zod'
import type { JsonValue } from './canonical.ts'
import { boardSchema } from './lane-config.ts'

const lanesSchema = z.looseObject({
  lanes: z.array(z.looseObject({ name: z.string(), board: boardSchema })),
})

/** With its defaults; undefined for no such lane. */
export function boardOfLane(
  config: JsonValue,
  lane: string,
): z.infer<typeof boardSchema> | undefined {
  const read = lanesSchema.safeParse(config)
  return read.data?.lanes.find(({ name }) => name === lane)?.board
}
