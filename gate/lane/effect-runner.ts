/**
 * Executes the machine's effects: the only place of the gate that acts on a barrier. A grant's row
 * is on disk before its relay moves; inputs that arise while effects run are queued behind them.
 */
import type { Clock, GateBoard, Timers, Unsubscribe } from '../../hardware/ports.ts'
import type { AnnulReason, ClockState, GrantBody, GrantRef, LaneModes } from '../contract/events.ts'
import { mayOpenUnwritten } from '../machine/effects.ts'
import {
  type DeadlineName,
  type Effect,
  type Input,
  type LaneState,
  type MachineRecord,
  type MachineSettings,
  startingLane,
} from '../machine/state.ts'
import { transition } from '../machine/transition.ts'
import type { Memory } from '../memory/memory.ts'
import { isEmergency } from '../memory/row-meaning.ts'
import type { Backlog } from '../store/backlog.ts'
import { verdictOfFault } from '../store/journal-verdict.ts'
import type { ScanHop } from '../timing/scan-hops.ts'
import { createSignPlayer } from './sign-player.ts'

export interface RunnerParts {
  readonly lane: string
  readonly board: GateBoard
  readonly rows: Pick<Backlog, 'append' | 'appendOrKeep' | 'keep'>
  readonly memory: Memory
  readonly settings: MachineSettings
  /** How the lane is run at first. */
  readonly modes: LaneModes
  readonly timers: Timers
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly now: () => { nowMs: number; state: ClockState }
  /** Called after each step, for logs and for whoever waits. */
  readonly onStep: (lane: LaneState, effects: readonly Effect[]) => void
  /** The lane takes the next scan, and nothing is under way in the machine. */
  readonly onTakeNext: () => void
  /** A hop of a grant has ended. */
  readonly onHop?: ((hop: ScanHop) => void) | undefined
  /** A row could not be written, or a device refused: never a pass text in it. */
  readonly onFault: (what: string, error: unknown) => void
}

export interface Runner {
  feed(input: Input): void
  lane(): LaneState
  /** Whether the amber lamp is on beside each sign at rest. */
  warn(is: boolean): void
  /** Resolves when every row handed over so far is on disk or has failed. */
  settled(): Promise<void>
  close(): void
}

export function createRunner(parts: RunnerParts): Runner {
  const { board, rows, memory, settings, timers } = parts
  const signs = createSignPlayer(board.signals, timers)
  const deadlines = new Map<DeadlineName, Unsubscribe>()
  const open = new Map<string, GrantBody>()
  /** Grants given up while their rows were on the way, and why. */
  const withdrawn = new Map<GrantBody, AnnulReason>()
  const writes = new Set<Promise<unknown>>()
  const queue: Input[] = []
  let lane = startingLane(parts.modes)
  let running = false
  let takesNext = false
  let closed = false

  function feed(input: Input): void {
    if (closed) return
    queue.push(input)
    if (running) return
    running = true
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const step = transition(lane, next, settings, parts.clock.monotonicMs())
        lane = step.lane
        for (const effect of step.effects) execute(effect)
        parts.onStep(lane, step.effects)
      }
    } finally {
      running = false
    }
    if (!takesNext) return
    takesNext = false
    parts.onTakeNext()
  }

  function execute(effect: Effect): void {
    switch (effect.type) {
      case 'energise':
        energise(effect.relay)
        break
      case 'release':
        board.barrier.release(effect.relay)
        break
      case 'sign':
        signs.show(effect.sign)
        break
      case 'deadline':
        startDeadline(effect.name, effect.afterMs)
        break
      case 'cancel':
        cancelDeadline(effect.name)
        break
      case 'takeNext':
        takesNext = true
        break
      case 'resetFire':
        board.resetFire?.()
        break
      case 'recordGrant':
        track(recordGrant(effect.body))
        break
      case 'withdraw':
        withdrawn.set(effect.grant, effect.reason)
        memory.forget(effect.grant)
        break
      case 'record':
        track(record(effect))
        break
      default:
        effect satisfies never
    }
  }

  function energise(relay: 'entry' | 'exit'): void {
    // A lane that begins open: it is opened when its board is found.
    if (lane.awaited.includes('BOARD_LOST')) return
    try {
      board.barrier.energise(relay)
      parts.onHop?.('open')
    } catch (error) {
      parts.onFault(`relay ${relay} did not energise`, error)
      feed({ type: 'lost', reason: 'BOARD_LOST', detail: messageOf(error) })
    }
  }

  function startDeadline(name: DeadlineName, afterMs: number): void {
    cancelDeadline(name)
    const cancel = timers.after(afterMs, () => {
      deadlines.delete(name)
      feed({ type: 'deadline', name })
    })
    deadlines.set(name, cancel)
  }

  function cancelDeadline(name: DeadlineName): void {
    deadlines.get(name)?.()
    deadlines.delete(name)
  }

  function track(write: Promise<void>): void {
    const ended = write
      .catch(error => parts.onFault('a row was not handed over', error))
      .finally(() => writes.delete(ended))
    writes.add(ended)
  }

  function entry(kind: string, body: unknown) {
    const { nowMs, state } = parts.now()
    return { at: nowMs, clock: state, lane: parts.lane, kind, body }
  }

  /**
   * Reserves in memory at once, so that no other lane can grant the same meanwhile. A grant that
   * was withdrawn before its row was written has been forgotten already.
   */
  async function recordGrant(grant: GrantBody): Promise<void> {
    const row = entry('grant', grant)
    memory.apply(row)
    try {
      const writing = mayOpenUnwritten(grant) ? rows.appendOrKeep(row) : rows.append(row)
      parts.onHop?.('hand')
      const ref = await writing
      parts.onHop?.('commit')
      const reason = withdrawn.get(grant)
      if (reason === undefined) open.set(keyOf(ref), grant)
      feed({ type: 'recorded', ref, grant, withdrawn: reason })
    } catch (error) {
      parts.onFault('a grant could not be journaled', error)
      if (withdrawn.has(grant)) return
      memory.forget(grant)
      feed({ type: 'recordFailed', grant, code: verdictOfFault(error) })
    } finally {
      withdrawn.delete(grant)
    }
  }

  /** Undefined for a grant that is not open. */
  function end(ref: GrantRef): GrantBody | undefined {
    const grant = open.get(keyOf(ref))
    open.delete(keyOf(ref))
    return grant
  }

  async function record({ kind, body }: MachineRecord): Promise<void> {
    const placed = isEmergency(kind, body) ? { ...body, area: settings.area } : body
    const row = entry(kind, placed)
    memory.apply(row, kind === 'passage' || kind === 'annulled' ? end(body.grant) : undefined)
    if (kind === 'scan' && body.code === 'STALE_CODE' && body.direction === 'exit') {
      if (body.cti !== undefined) memory.staleRefused(body.cti, row.at)
    }
    await rows.keep(row)
  }

  feed({ type: 'started' })
  return {
    feed,
    lane: () => lane,
    warn(is) {
      if (!closed) signs.warn(is)
    },
    async settled() {
      while (writes.size > 0) await Promise.all(writes)
    },
    close() {
      closed = true
      for (const name of [...deadlines.keys()]) cancelDeadline(name)
      signs.stop()
    },
  }
}

function keyOf(ref: GrantRef): string {
  return `${ref.epoch}:${ref.seq}`
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
