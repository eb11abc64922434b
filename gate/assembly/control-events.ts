/** Events of a gate for whoever listens: each has a queue of its own, and no listener is waited for. */
import type { EventFilter, Subscription } from '../contract/control.ts'
import type { ControlEvent } from '../contract/control-status.ts'
import { SUBSCRIBERS_MAX, SUBSCRIPTION_EVENTS, SUBSCRIPTION_EVENTS_MAX } from '../limits.ts'

export interface EventHub {
  emit(event: ControlEvent): void
  /** Undefined when there are as many as allowed. */
  subscribe(wants: EventFilter, onReady: () => void): Subscription | undefined
}

/** `onFault`: a listener threw; it goes on, and so does the gate. */
export function createEventHub(onFault: (what: string, error: unknown) => void): EventHub {
  const queues = new Set<ReturnType<typeof createQueue>>()

  function createQueue({ kinds, lane, max = SUBSCRIPTION_EVENTS }: EventFilter, ready: () => void) {
    const asked = Number.isFinite(max) ? Math.floor(max) : SUBSCRIPTION_EVENTS
    const room = Math.min(Math.max(1, asked), SUBSCRIPTION_EVENTS_MAX)
    let events: ControlEvent[] = []
    let lost = 0

    function tellReady(): void {
      try {
        if (events.length > 0) ready()
      } catch (error) {
        onFault('a subscriber failed', error)
      }
    }

    return {
      add(event: ControlEvent): void {
        const kind = event.type === 'row' ? event.kind : 'device'
        if (kinds !== undefined && !kinds.includes(kind)) return
        if (lane !== undefined && event.lane !== lane) return
        if (events.length === room) {
          events.shift()
          lost += 1
        }
        events.push(event)
        if (events.length === 1 && lost === 0) queueMicrotask(tellReady)
      },
      take() {
        const taken = { events, lost }
        events = []
        lost = 0
        return taken
      },
    }
  }

  return {
    emit(event) {
      for (const queue of queues) queue.add(event)
    },
    subscribe(wants, onReady) {
      if (queues.size >= SUBSCRIBERS_MAX) return undefined
      const queue = createQueue(wants, onReady)
      queues.add(queue)
      return {
        take: queue.take,
        close() {
          queues.delete(queue)
          queue.take()
        },
      }
    },
  }
}
