/**
 * The one table of reason codes: verdicts, alarms and lane states, with the sign each one shows,
 * the passenger's sentence in Chinese and English, and who acts. Decide, displays, sounds, console,
 * service, pages and docs read this table and nothing else.
 *
 * Passenger sentences are short, polite, say what to do next, and never accuse.
 */

/**
 * What a lane shows and sounds. Never colour alone: shape, lamp and sound differ together.
 * `pass` arrow, rising tone · `refuse` cross, two low tones · `retry` amber cross, one tone ·
 * `fraud` cross blinking, broken tone · `intrusion` cross blinking, steady tone · `open` arrows
 * both ways · `service` amber lamp for staff only · `none` nothing changes for the passenger.
 */
export type Sign = 'pass' | 'refuse' | 'retry' | 'fraud' | 'intrusion' | 'open' | 'service' | 'none'

/** Who acts: passenger, staff, technician, or nobody. */
export type Actor = 'passenger' | 'staff' | 'technician' | 'nobody'

export interface VerdictRow {
  readonly sign: Sign
  readonly zh: string
  readonly en: string
  readonly who: Actor
  /** The technician's or staff's next step. */
  readonly action: string
}

export interface AlarmRow {
  readonly sign: Sign
  readonly who: Actor
  readonly action: string
}

const PLEASE_PASS = { zh: '请通行', en: 'Please pass' }
const SEE_STAFF_INVALID = {
  zh: '证明无效，请联系工作人员',
  en: 'Invalid pass. Please see staff',
}
const STAFFED_LANE = {
  zh: '本通道暂停自助检票，请走人工通道',
  en: 'Self-service closed here. Please use the staffed lane',
}

export const VERDICTS = {
  ADMIT: { sign: 'pass', ...PLEASE_PASS, who: 'nobody', action: 'Nothing to do' },
  STAFF_RELEASE: { sign: 'pass', ...PLEASE_PASS, who: 'staff', action: 'Staff pressed release' },
  ADMIT_FLAGGED: {
    sign: 'pass',
    ...PLEASE_PASS,
    who: 'staff',
    action: 'See why: stale trust or a soft rule',
  },
  MALFORMED: {
    sign: 'retry',
    zh: '无法识别，请出示乘车证明二维码',
    en: 'Not recognised. Please show your pass code',
    who: 'passenger',
    action: 'Show the pass code, not another one',
  },
  UNSUPPORTED_VERSION: {
    sign: 'retry',
    zh: '二维码版本不符，请更新应用',
    en: 'Code version not supported. Please update the app',
    who: 'passenger',
    action: 'Update the app; if many, update the gate',
  },
  UNKNOWN_ISSUER: {
    sign: 'refuse',
    zh: '无法验证，请联系工作人员',
    en: 'Cannot be verified. Please see staff',
    who: 'staff',
    action: 'Check by hand; if many, check the gate’s trust',
  },
  TEST_KEY: {
    sign: 'refuse',
    zh: '测试证明，不可使用',
    en: 'Test pass, not valid here',
    who: 'staff',
    action: 'Signed by a key of another environment',
  },
  BAD_SIGNATURE: {
    sign: 'fraud',
    ...SEE_STAFF_INVALID,
    who: 'staff',
    action: 'Likely forged: check identity by hand',
  },
  NOT_YET_VALID: {
    sign: 'retry',
    zh: '证明尚未生效',
    en: 'Not valid yet',
    who: 'technician',
    action: 'Check the gate’s clock; else the passenger waits',
  },
  EXPIRED: {
    sign: 'retry',
    zh: '证明已过期，请重新刷脸',
    en: 'Expired. Please do the face check again',
    who: 'passenger',
    action: 'Do the face check again',
  },
  LIFETIME_TOO_LONG: {
    sign: 'refuse',
    ...SEE_STAFF_INVALID,
    who: 'technician',
    action: 'The issuer is misconfigured',
  },
  NO_PROOF: {
    sign: 'refuse',
    zh: '请用手机实时出示二维码',
    en: 'Please show the live code on your phone',
    who: 'staff',
    action: 'Likely a copy: ask for the live code',
  },
  BAD_PROOF: {
    sign: 'fraud',
    ...SEE_STAFF_INVALID,
    who: 'staff',
    action: 'Likely a copied pass: check identity by hand',
  },
  STALE_CODE: {
    sign: 'retry',
    zh: '二维码已失效，请刷新后重试（截图无效）',
    en: 'Code too old. Please refresh (screenshots do not work)',
    who: 'passenger',
    action: 'Refresh the code',
  },
  CODE_FROM_FUTURE: {
    sign: 'retry',
    zh: '手机时间不准，请刷新后重试',
    en: 'Your phone’s clock is off. Please refresh',
    who: 'passenger',
    action: 'Refresh; set the phone’s clock',
  },
  REVOKED: {
    sign: 'refuse',
    zh: '证明已作废，请联系工作人员',
    en: 'Pass revoked. Please see staff',
    who: 'staff',
    action: 'Look the certificate up at the desk',
  },
  CLOCK_UNCERTAIN: {
    sign: 'refuse',
    ...STAFFED_LANE,
    who: 'technician',
    action: 'Set the clock or restore the network',
  },
  JOURNAL_FULL: {
    sign: 'refuse',
    ...STAFFED_LANE,
    who: 'technician',
    action: 'The disk is full: make room or restore the upload',
  },
  STATUS_UNKNOWN: {
    sign: 'retry',
    zh: '暂时无法验证，请稍候或走人工通道',
    en: 'Cannot be checked right now. Wait, or use the staffed lane',
    who: 'technician',
    action: 'Status lists are missing: check the network to the service',
  },
  TRUST_STALE: {
    sign: 'refuse',
    ...STAFFED_LANE,
    who: 'technician',
    action: 'No trust for too long: restore the network to the service',
  },
  ALREADY_USED: {
    sign: 'refuse',
    zh: '二维码已使用，请刷新',
    en: 'Code already used. Please refresh',
    who: 'passenger',
    action: 'Refresh; staff if it repeats',
  },
  ALREADY_INSIDE: {
    sign: 'refuse',
    zh: '该证明已进站',
    en: 'This pass is already inside',
    who: 'staff',
    action: 'Check where the holder is',
  },
  NOT_INSIDE: {
    sign: 'refuse',
    zh: '未查到进站记录，请联系工作人员',
    en: 'No entry found. Please see staff',
    who: 'staff',
    action: 'Ask where the holder entered',
  },
  LANE_CLOSED: {
    sign: 'refuse',
    zh: '通道关闭',
    en: 'Lane closed',
    who: 'passenger',
    action: 'Use another lane',
  },
  WRONG_DIRECTION: {
    sign: 'refuse',
    zh: '本通道方向不符，请走其他通道',
    en: 'Other direction only',
    who: 'passenger',
    action: 'Use another lane',
  },
  BUSY: {
    sign: 'retry',
    zh: '请等待前一位旅客通过',
    en: 'Please wait for the person ahead',
    who: 'passenger',
    action: 'Wait',
  },
  NO_TICKET: {
    sign: 'refuse',
    zh: '未查到今日车票',
    en: 'No ticket found for today',
    who: 'staff',
    action: 'Look the ticket up at the desk',
  },
  WRONG_STATION: {
    sign: 'refuse',
    zh: '车票非本站乘车',
    en: 'Ticket is for another station',
    who: 'staff',
    action: 'Direct the passenger to the right station',
  },
  TOO_EARLY: {
    sign: 'retry',
    zh: '未到检票时间',
    en: 'Boarding has not started',
    who: 'passenger',
    action: 'Wait until boarding starts',
  },
  TOO_LATE: {
    sign: 'refuse',
    zh: '已停止检票，请联系工作人员',
    en: 'Boarding has closed. Please see staff',
    who: 'staff',
    action: 'Change the ticket',
  },
  PAPER_NOT_HERE: {
    sign: 'refuse',
    zh: '纸质证明请走人工通道',
    en: 'Paper passes: please use the staffed lane',
    who: 'passenger',
    action: 'Use the staffed lane',
  },
} as const satisfies Record<string, VerdictRow>

export const ALARMS = {
  TAILGATE: { sign: 'fraud', who: 'staff', action: 'Two people on one grant' },
  WRONG_WAY: { sign: 'intrusion', who: 'staff', action: 'Someone walks against the direction' },
  FORCED: { sign: 'intrusion', who: 'staff', action: 'The barrier moved without a grant' },
  HELD: { sign: 'fraud', who: 'staff', action: 'A passage is not completed: look at the lane' },
  OBSTACLE: { sign: 'retry', who: 'staff', action: 'Something is in the way; staff if it stays' },
  NO_TURN: { sign: 'none', who: 'passenger', action: 'Nobody walked: scan again' },
  FIRE: {
    sign: 'open',
    who: 'staff',
    action: 'Everyone out; reset by hand when the input is normal',
  },
  STOP: { sign: 'refuse', who: 'staff', action: 'Staff pressed stop' },
  TAMPER: { sign: 'intrusion', who: 'technician', action: 'The cabinet is open' },
  POWER_RESTORED: {
    sign: 'none',
    who: 'technician',
    action: 'Power came back: see when and how long',
  },
  SCANNER_LOST: { sign: 'refuse', who: 'technician', action: 'Check the scanner’s cable and port' },
  CAMERA_LOST: { sign: 'refuse', who: 'technician', action: 'Check the camera’s cable and source' },
  BOARD_LOST: {
    sign: 'refuse',
    who: 'technician',
    action: 'Check the board’s cable, power and port',
  },
  NO_DEADMAN: {
    sign: 'refuse',
    who: 'technician',
    action: 'Load the gate firmware, or fit a timer relay and say so in the config',
  },
  RELAY_STUCK: { sign: 'refuse', who: 'technician', action: 'Replace the relay named' },
  BEAM_STUCK: { sign: 'service', who: 'technician', action: 'Clean or align the beam named' },
  DISK_LOW: { sign: 'service', who: 'technician', action: 'Make room on the disk' },
  JOURNAL_DAMAGED: {
    sign: 'service',
    who: 'technician',
    action: 'The damaged journal was set aside under the name given: collect it',
  },
  CHAIN_FORK: {
    sign: 'service',
    who: 'technician',
    action: 'The service holds other rows for this gate: both are kept, a new epoch is open',
  },
  BUS_DOWN: { sign: 'service', who: 'technician', action: 'Sibling gates are out of reach' },
  CLOCK_STEPPED: {
    sign: 'service',
    who: 'technician',
    action: 'The clock was set: see the offset',
  },
  TRUST_STALE_WARNING: {
    sign: 'service',
    who: 'technician',
    action: 'No fresh manifest: check the network to the service',
  },
  TRUST_DEGRADED: {
    sign: 'service',
    who: 'technician',
    action: 'Admitting on old trust, every event flagged: restore the network',
  },
  TRUST_ROLLBACK: {
    sign: 'service',
    who: 'technician',
    action: 'The source serves older trust than before: it lies or was restored',
  },
  TRUST_UNSIGNED: {
    sign: 'service',
    who: 'technician',
    action: 'The source serves trust that is not properly signed',
  },
  TRUST_EQUIVOCATION: {
    sign: 'service',
    who: 'technician',
    action: 'The source serves two documents of one version',
  },
  CONFIG_REVERTED: { sign: 'none', who: 'technician', action: 'See the revision and why' },
} as const satisfies Record<string, AlarmRow>

export type VerdictCode = keyof typeof VERDICTS
export type AlarmCode = keyof typeof ALARMS
/** Every code that admits. */
export const ADMITTING: readonly VerdictCode[] = ['ADMIT', 'ADMIT_FLAGGED', 'STAFF_RELEASE']
export type DenyCode = Exclude<VerdictCode, 'ADMIT' | 'ADMIT_FLAGGED' | 'STAFF_RELEASE'>
