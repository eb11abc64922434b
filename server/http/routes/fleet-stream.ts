/** The fleet, live: server-sent events (WHATWG HTML §9.2) for the page of operators and technicians. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import type { FleetFeed } from '../../fleet/feed.ts'
import { FLEET_EVENTS_WAITING_MAX } from '../../limits.ts'
import type { ServiceEnv } from '../../services/context.ts'
import { EVENT_STREAM_HEADERS } from './event-stream.ts'
import { problems, route } from './route.ts'

const streamRoute = route(
  { by: 'staff', permission: 'fleet.read' },
  {
    method: 'get',
    path: '/v1/fleet/stream',
    tags: ['operator'],
    summary:
      'All gates, then what changes: events `snapshot`, which replaces all that came before, ' +
      '`changes`, and `end` when the session is over; see server/fleet.md',
    responses: {
      200: {
        description: 'A stream without end',
        content: { 'text/event-stream': { schema: z.string() } },
      },
      ...problems('SIGN_IN', 'FORBIDDEN', 'RATE_LIMITED', 'BUSY'),
    },
  },
)

export function registerFleetStream(app: OpenAPIHono<ServiceEnv>): void {
  app.openapi(streamRoute, c => {
    // Nobody reads the body of a HEAD, so nobody would ever end it.
    if (c.req.method === 'HEAD') return new Response(null, { headers: EVENT_STREAM_HEADERS })
    const { id: member, session } = c.get('staff')
    const onClosed = c.get('load').stream(c)
    const { fleet } = c.get('service')
    try {
      const body = fleetStream(fleet, { member, session }, onClosed)
      return new Response(body, { headers: EVENT_STREAM_HEADERS })
    } catch (error) {
      onClosed()
      throw error
    }
  })
}

const RETRY = new TextEncoder().encode('retry: 3000\n\n')

function fleetStream(
  fleet: FleetFeed,
  who: { readonly member: string; readonly session: string },
  onClosed: () => void,
): ReadableStream {
  let end = () => {}
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let open = true
        controller.enqueue(RETRY)
        const send = (chunk: Uint8Array): boolean => {
          if (!open || (controller.desiredSize ?? 0) <= 0) return false
          controller.enqueue(chunk)
          return true
        }
        end = () => {
          if (!open) return
          open = false
          leave()
          onClosed()
          try {
            controller.close()
          } catch {
            // The other side was first.
          }
        }
        const leave = fleet.watch({ ...who, send, end: () => end() })
      },
      cancel: () => end(),
    },
    { highWaterMark: FLEET_EVENTS_WAITING_MAX },
  )
}
