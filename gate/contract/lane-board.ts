/** How a lane's board is wired, from a config as it is shown: its hidden addresses would not parse. */
import { z } from 'zod'
import type { RunningConfig } from './control.ts'
import { boardSchema } from './lane-config.ts'

const lanesSchema = z.looseObject({
  lanes: z.array(z.looseObject({ name: z.string(), board: boardSchema })),
})

/** With its defaults; undefined for no such lane, and before the first config runs. */
export function boardOfLane(
  running: RunningConfig,
  lane: string,
): z.infer<typeof boardSchema> | undefined {
  if (!running.ok) return undefined
  const read = lanesSchema.safeParse(running.value)
  return read.data?.lanes.find(({ name }) => name === lane)?.board
}
