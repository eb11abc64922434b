/**
 * "Poll now": server-sent events (WHATWG HTML §9.2) for gates that don't wait for their next poll.
 * The stream carries a number and no trust; nothing depends on it.
 */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { LISTENER_EVERY_MS } from '../../limits.ts'
import type { Service, ServiceEnv } from '../../services/context.ts'
import { EVENT_STREAM_HEADERS } from './event-stream.ts'
import { problems, route } from './route.ts'

const eventsRoute = route(
  { by: 'anyone' },
  {
    method: 'get',
    path: '/v1/trust/events',
    tags: ['trust'],
    summary: 'An event for each manifest that says something new: its version',
    responses: {
      200: {
        description: 'A stream without end',
        content: { 'text/event-stream': { schema: z.string() } },
      },
      ...problems('RATE_LIMITED', 'BUSY'),
    },
  },
)

export function registerTrustEvents(app: OpenAPIHono<ServiceEnv>): void {
  app.openapi(eventsRoute, c => {
    // Nobody reads the body of a HEAD, so nobody would ever end it.
    const headers = { ...EVENT_STREAM_HEADERS, ...c.get('fileHeaders') }
    if (c.req.method === 'HEAD') return new Response(null, { headers })
    const onClosed = c.get('load').stream(c)
    return new Response(eventStream(c.get('service'), onClosed), { headers })
  })
}

/** The current version at once, then each change; comments in between. */
function eventStream(
  { publisher, timers }: Pick<Service, 'publisher' | 'timers'>,
  onClosed: () => void,
): ReadableStream {
  const encoder = new TextEncoder()
  let close = () => {}
  return new ReadableStream({
    start(controller) {
      const send = (text: string) => {
        // A listener that doesn't read is let go: it polls anyway.
        if ((controller.desiredSize ?? 0) < -16) close()
        else controller.enqueue(encoder.encode(text))
      }
      const announce = () => send(`data: ${publisher.latest()?.version ?? 0}\n\n`)
      const beat = () => {
        send(':\n\n')
        if (open) cancelBeat = timers.after(LISTENER_EVERY_MS, beat, 'background')
      }
      let cancelBeat = timers.after(LISTENER_EVERY_MS, beat, 'background')
      const unsubscribe = publisher.onChange(announce, () => close())
      let open = true
      close = () => {
        if (!open) return
        open = false
        cancelBeat()
        unsubscribe()
        onClosed()
        try {
          controller.close()
        } catch {
          // The other side was first.
        }
      }
      announce()
    },
    cancel: () => close(),
  })
}
