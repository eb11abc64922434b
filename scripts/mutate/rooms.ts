/** What is mutated, and the tests beside it that judge. Scenarios judge all of it. */

export interface MutatedRoom {
  readonly name: string
  /** Glob from the project's root; tests are left out. */
  readonly files: string
  /** Globs from the project's root: tests in this process, on virtual time. */
  readonly tests: readonly string[]
  /** Scenarios load the gate; a room of the service has none that reach it. */
  readonly scenarios: boolean
}

export const MUTATED_ROOMS: readonly MutatedRoom[] = [
  {
    name: 'pass/verify',
    files: 'pass/verify*.ts',
    tests: [
      'pass/*.test.ts',
      'pass/tests/*.test.ts',
      'fixtures/passes/*.test.ts',
      'gate/lane/verify-scan.test.ts',
    ],
    scenarios: true,
  },
  {
    name: 'gate/decide',
    files: 'gate/decide/*.ts',
    tests: [
      'gate/decide/*.test.ts',
      'gate/tests/decide-ticket.test.ts',
      'gate/tests/visits.test.ts',
    ],
    scenarios: true,
  },
  {
    name: 'gate/machine',
    files: 'gate/machine/*.ts',
    tests: ['gate/machine/*.test.ts', 'gate/tests/{beams,flap-lane,machine-crowd,modes}.test.ts'],
    scenarios: true,
  },
  {
    name: 'gate/memory',
    files: 'gate/memory/*.ts',
    tests: ['gate/memory/*.test.ts', 'gate/tests/visits.test.ts'],
    scenarios: true,
  },
  {
    name: 'server/domain',
    files: 'server/domain/*.ts',
    tests: ['server/domain/*.test.ts'],
    scenarios: false,
  },
]
