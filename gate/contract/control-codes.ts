/**
 * Why something that was asked of a gate was not done, and what to do about it: the one table of
 * refusals, which console, pages and docs read. A refusal changes nothing.
 */

/** Of a change of the config. */
export const CONFIG_REFUSALS = {
  CONFIG_INVALID: 'the config is not valid: mend the keys named',
  FIXED_KEY: 'it names the gate itself: set up another data folder for another gate',
  NOTHING_TO_COMMIT: 'nothing differs from what runs',
  CANDIDATE_STALE: 'another revision runs since the candidate was begun: discard it and begin anew',
  ON_TRIAL: 'somebody at the gate tries a revision: the service’s is taken when that is over',
  NOT_ON_TRIAL: 'no revision waits for a confirmation',
  EMERGENCY: 'a lane is open for everyone: try again when that is over',
  OUT_OF_BOUNDS: 'who, why or the time to confirm is out of its bounds',
  NOT_WRITTEN: 'the disk did not take it: nothing has changed',
  REVERTED: 'it could not start: the revision before it runs again',
  STOPPED: 'the gate stops',
} as const
export type ConfigRefusal = keyof typeof CONFIG_REFUSALS

export const CONTROL_REFUSALS = {
  ...CONFIG_REFUSALS,
  NO_SUCH_PATH: 'the path leads nowhere in the config: look at the keys of the place before it',
  NO_CANDIDATE: 'nobody edits the config: what runs is all there is',
  NO_SUCH_REVISION: 'no revision of that number is kept: see the history',
  NOT_RUNNING:
    'no gate runs: it enrols, starts or changes its config; try again in some seconds, else see its log',
  NO_SUCH_LANE: 'no lane of this gate has that name: see the list of lanes',
  NO_SUCH_PART: 'this lane has no such relay, contact or scanner',
  OUT_OF_RANGE:
    'a value is out of its range: nobody is named, or the time is too short or too long',
  NOT_IN_MAINTENANCE:
    'the lane serves people: set its mode to maintenance, and wait till it is empty',
  BOARD_NOT_READY: 'the board is lost or the stop button is pressed: mend that first',
  LANE_OCCUPIED: 'somebody or something stands in the lane: clear it',
  BARRIER_BUSY: 'the barrier still moves, or another test is under way: wait for its end',
  READER_IN_TEST: 'a code is waited for there already: wait for the end of that test',
  NOTHING_READ: 'no reader of that side read a whole code in time: see show devices',
  CONTACT_IS_ACTIVE: 'this contact is active already',
  NOT_PRETENDED: 'nobody pretends this contact: what its device says holds',
  NO_SUCH_ROW: 'the journal has no row of that number',
  NO_SUCH_CODE: 'no table has this code',
  JOURNAL_UNREADABLE: 'the journal can’t be read: see whether the disk answers',
  NO_ROWS: 'the journal has no row of that time: see show journal for the newest',
  BAD_FILE_NAME: 'take 1 to 100 letters, digits, . _ -, the first a letter or digit',
  FILE_EXISTS: 'a file of that name is there: name another, or take it away',
  EXPORT_RUNNING: 'another export is under way: wait for its end',
  EXPORT_NO_ROOM: 'the disk is nearly full: make room, or export less',
  EXPORT_NOT_WRITTEN: 'nothing of it is left: see whether the disk can be written',
  RECORDING_RUNNING: 'another recording is under way: wait for its end, or end it with record off',
  NOT_RECORDING: 'nothing is recorded: begin with record on',
  RECORDING_NO_ROOM: 'the disk is nearly full: make room first',
  RECORDING_NOT_WRITTEN: 'nothing is recorded: see whether the disk answers and can be written',
  RECORDING_LOST: 'the disk did not take it, and nothing of it is left: mend that, and begin anew',
  INTERRUPTED: 'it was stopped before its end, and nothing of it is left',
  ENROLMENT_FAILED: 'the service was not joined, and nothing has changed: see what it says',
  ENROLMENT_RUNNING: 'the gate joins or leaves the service just now: wait for the end of that',
  NOT_ENROLLED: 'this gate is not enrolled: nothing to leave',
  NO_PROGRAM: 'this gate is part of another program: end that one',
  BELOW_FLOOR: 'this time is certainly past: signed documents are younger',
  EXTENSION_NOT_WRITTEN: 'the data folder takes no file: nothing has changed',
  TOO_MANY_SUBSCRIBERS: 'no more subscribers are taken: close another',
} as const
export type ControlRefusal = keyof typeof CONTROL_REFUSALS
