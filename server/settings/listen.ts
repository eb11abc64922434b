/** The config's `listen`: address, how long a request may take to arrive, and how many connections. */
import { z } from 'zod'
import {
  CONNECTIONS,
  CONNECTIONS_MAX,
  CONNECTIONS_MIN,
  HEADERS_MS_MAX,
  REQUEST_MS_MAX,
} from '../load/limits.ts'

/** Times in milliseconds. */
export const listenSettingsSchema = z
  .strictObject({
    host: z.string().min(1).max(255).default('127.0.0.1').describe('address to listen on'),
    port: z.int().min(0).max(65_535).default(8080).describe('0 takes any free port'),
    headersMs: z
      .int()
      .min(500)
      .max(HEADERS_MS_MAX)
      .default(HEADERS_MS_MAX)
      .describe('a request’s headers must have arrived in this time'),
    requestMs: z
      .int()
      .min(1000)
      .max(REQUEST_MS_MAX)
      .default(REQUEST_MS_MAX)
      .describe('a whole request must have arrived in this time'),
    connections: z
      .int()
      .min(CONNECTIONS_MIN)
      .max(CONNECTIONS_MAX)
      .default(CONNECTIONS)
      .describe('connections at once, as far as there are descriptors for them'),
  })
  .prefault({})
  .describe('where the service listens, and how long a request may take to arrive')
