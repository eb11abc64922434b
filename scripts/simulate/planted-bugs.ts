/**
 * Faults of one line in the gate, each as the text that is replaced: a simulation must find every one.
 * Nothing on disk changes: see plant.ts.
 */

export interface PlantedBug {
  readonly name: string
  /** From the project's root. */
  readonly file: string
  readonly from: string
  readonly to: string
  /** The invariant that must be broken. */
  readonly breaks: string
}

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'the relay moves before its row is on disk',
    file: 'gate/machine/granting.ts',
    from: "{ type: 'recordGrant', body: grant }, ...bound",
    to: "{ type: 'energise', relay: relayOf(grant) }, { type: 'recordGrant', body: grant }, ...bound",
    breaks: 'GRANT_FIRST',
  },
  {
    name: 'a time to walk never ends',
    file: 'gate/machine/transition.ts',
    from: 'return waitOver(lane, settings)',
    to: 'return stay(lane)',
    breaks: 'RELAY_LIMIT',
  },
  {
    name: 'a fire opens one way',
    file: 'gate/machine/effects.ts',
    from: "  { type: 'energise', relay: 'exit' },\n  { type: 'sign', sign: 'open'",
    to: "  { type: 'sign', sign: 'open'",
    breaks: 'FIRE_OPENS',
  },
  {
    name: 'a revocation is forgotten',
    file: 'gate/trust/state.ts',
    from: "list === undefined ? 'unknown' : placeStatus(list, index, nowMs)",
    to: "list === undefined ? 'unknown' : 'valid'",
    breaks: 'REVOKED',
  },
  {
    name: 'a used code is forgotten',
    file: 'gate/decide/rules.ts',
    from: "return { said: 'deny', saw, code: 'ALREADY_USED' }",
    to: "return { said: 'pass', saw }",
    breaks: 'USED_ONCE',
  },
  {
    name: 'a restart forgets grants that are open',
    file: 'gate/ops/restart-annulments.ts',
    from: 'of open) {',
    to: 'of open.slice(open.length)) {',
    breaks: 'ENDS_ONCE',
  },
  {
    name: 'nobody who walks is recorded',
    file: 'gate/machine/passage.ts',
    from: "    { type: 'record', kind: 'passage', body },\n",
    to: '',
    breaks: 'ENDS_ONCE',
  },
  {
    name: 'one row more is acknowledged than was sent',
    file: 'gate/store/outbox.ts',
    from: 'forward.run({ epoch, seq: next - 1 })',
    to: 'forward.run({ epoch, seq: next })',
    breaks: 'STORED_ONCE',
  },
  {
    name: 'rows are numbered with gaps',
    file: 'gate/store/journal-core.ts',
    from: 'seq: head.seq + 1,',
    to: 'seq: head.seq + 1 + Number(head.seq % 100 === 50),',
    breaks: 'ONE_ORDER',
  },
]
