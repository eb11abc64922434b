/**
 * The one table of reason codes: verdicts, alarms and lane states, with the sign each one shows,
 * the passenger's sentence in Chinese and English, and who acts. Decide, displays, sounds, console,
 * service, pages and docs read this table and nothing else.
 *
 * Passenger sentences are short, polite, say what to do next, and never accuse.
 */
import { BUS_ALARMS } from './bus-alarms.ts'
import { LANE_ALARMS } from './lane-alarms.ts'
import { SERVICE_ALARMS } from './service-alarms.ts'
import { type AlarmRow, type VerdictRow, verdict } from './sign.ts'
import { STORAGE_ALARMS } from './storage-alarms.ts'
import { TRUST_ALARMS } from './trust-alarms.ts'

/** A gate that can't do its work: what a technician does about it. */
function closedHere(action: string): VerdictRow {
  const english = 'Self-service closed here. Please use the staffed lane'
  return verdict('refuse', '本通道暂停自助检票，请走人工通道', english, 'technician', action)
}

export const VERDICTS = {
  ADMIT: verdict('pass', '请通行', 'Please pass', 'nobody', 'Nothing to do'),
  STAFF_RELEASE: verdict('pass', '请通行', 'Please pass', 'staff', 'Staff pressed release'),
  ADMIT_FLAGGED: verdict(
    'pass',
    '请通行',
    'Please pass',
    'staff',
    'See why: stale trust or a soft rule',
  ),
  MALFORMED: verdict(
    'retry',
    '无法识别，请出示乘车证明二维码',
    'Not recognised. Please show your pass code',
    'passenger',
    'Show the pass code, not another one',
  ),
  UNSUPPORTED_VERSION: verdict(
    'retry',
    '二维码版本不符，请更新应用',
    'Code version not supported. Please update the app',
    'passenger',
    'Update the app; if many, update the gate',
  ),
  UNKNOWN_ISSUER: verdict(
    'refuse',
    '无法验证，请联系工作人员',
    'Cannot be verified. Please see staff',
    'staff',
    'Check by hand; if many, check the gate’s trust',
  ),
  TEST_KEY: verdict(
    'refuse',
    '测试证明，不可使用',
    'Test pass, not valid here',
    'staff',
    'Signed by a key of another environment',
  ),
  BAD_SIGNATURE: verdict(
    'fraud',
    '证明无效，请联系工作人员',
    'Invalid pass. Please see staff',
    'staff',
    'Likely forged: check identity by hand',
  ),
  OUT_OF_SCOPE: verdict(
    'refuse',
    '该证明不适用于此处，请联系工作人员',
    'This pass is not for use here. Please see staff',
    'staff',
    'Authentic, but its issuer’s key is not good for this; if many, check the scopes in trust',
  ),
  NOT_YET_VALID: verdict(
    'retry',
    '证明尚未生效',
    'Not valid yet',
    'technician',
    'Check the gate’s clock; else the passenger waits',
  ),
  EXPIRED: verdict(
    'retry',
    '证明已过期，请重新刷脸',
    'Expired. Please do the face check again',
    'passenger',
    'Do the face check again',
  ),
  LIFETIME_TOO_LONG: verdict(
    'refuse',
    '证明无效，请联系工作人员',
    'Invalid pass. Please see staff',
    'technician',
    'The issuer is misconfigured',
  ),
  NO_PROOF: verdict(
    'refuse',
    '请用手机实时出示二维码',
    'Please show the live code on your phone',
    'staff',
    'Likely a copy: ask for the live code',
  ),
  BAD_PROOF: verdict(
    'fraud',
    '证明无效，请联系工作人员',
    'Invalid pass. Please see staff',
    'staff',
    'Likely a copied pass: check identity by hand',
  ),
  STALE_CODE: verdict(
    'retry',
    '二维码已失效，请刷新后重试（截图无效）',
    'Code too old. Please refresh (screenshots do not work)',
    'passenger',
    'Refresh the code',
  ),
  STALE_AGAIN: verdict(
    'refuse',
    '二维码已失效，请联系工作人员',
    'Code still too old. Please see staff',
    'staff',
    'The phone can’t refresh: check the holder, let out by the button',
  ),
  CODE_FROM_FUTURE: verdict(
    'retry',
    '手机时间不准，请刷新后重试',
    'Your phone’s clock is off. Please refresh',
    'passenger',
    'Refresh; set the phone’s clock',
  ),
  REVOKED: verdict(
    'refuse',
    '证明已作废，请联系工作人员',
    'Pass revoked. Please see staff',
    'staff',
    'Look the certificate up at the desk',
  ),
  CLOCK_UNCERTAIN: closedHere('Set the clock or restore the network'),
  JOURNAL_FULL: closedHere('The disk is full: make room or restore the upload'),
  JOURNAL_FAILED: closedHere(
    'The disk takes no writes: mount it writable again, or replace the card or disk',
  ),
  JOURNAL_SLOW: verdict(
    'retry',
    '暂时无法检票，请稍候再试或走人工通道',
    'Not possible right now. Try again, or use the staffed lane',
    'technician',
    'The disk does not answer: replace the card or disk if it repeats',
  ),
  MEMORY_FULL: closedHere('It can remember no more passes: call support, use other lanes'),
  STATUS_UNKNOWN: verdict(
    'retry',
    '暂时无法验证，请稍候或走人工通道',
    'Cannot be checked right now. Wait, or use the staffed lane',
    'technician',
    'Status lists are missing: check the network to the service',
  ),
  TRUST_STALE: closedHere('No trust for too long: restore the network to the service'),
  TRUST_STAFF: verdict(
    'refuse',
    '请联系工作人员核验放行',
    'Please see staff, who will let you through',
    'staff',
    'Trust is too old, all else was good: check the holder, press release',
  ),
  TRUST_ROLLED_BACK: closedHere(
    'Trust is older than before: restore the network to the service, or see the alarm',
  ),
  ALREADY_USED: verdict(
    'refuse',
    '二维码已使用，请刷新',
    'Code already used. Please refresh',
    'passenger',
    'Refresh; staff if it repeats',
  ),
  ALREADY_INSIDE: verdict(
    'refuse',
    '该证明已进站',
    'This pass is already inside',
    'staff',
    'Check where the holder is',
  ),
  NOT_INSIDE: verdict(
    'refuse',
    '未查到进站记录，请联系工作人员',
    'No entry found. Please see staff',
    'staff',
    'Ask where the holder entered',
  ),
  LANE_CLOSED: verdict('refuse', '通道关闭', 'Lane closed', 'passenger', 'Use another lane'),
  WRONG_DIRECTION: verdict(
    'refuse',
    '本通道方向不符，请走其他通道',
    'Other direction only',
    'passenger',
    'Use another lane',
  ),
  BUSY: verdict(
    'retry',
    '请等待前一位旅客通过',
    'Please wait for the person ahead',
    'passenger',
    'Wait',
  ),
  NO_TICKET: verdict(
    'refuse',
    '未查到今日车票',
    'No ticket found for today',
    'staff',
    'Look the ticket up at the desk',
  ),
  TICKET_PENDING: verdict(
    'retry',
    '正在查询车票，请稍候再试',
    'Looking up your ticket. Please try again in a moment',
    'passenger',
    'Try again in some seconds; if it repeats, look the ticket up at the desk',
  ),
  WRONG_STATION: verdict(
    'refuse',
    '车票非本站乘车',
    'Ticket is for another station',
    'staff',
    'Direct the passenger to the right station',
  ),
  TOO_EARLY: verdict(
    'retry',
    '未到检票时间',
    'Boarding has not started',
    'passenger',
    'Wait until boarding starts',
  ),
  TOO_LATE: verdict(
    'refuse',
    '已停止检票，请联系工作人员',
    'Boarding has closed. Please see staff',
    'staff',
    'Change the ticket',
  ),
  PAPER_NOT_HERE: verdict(
    'refuse',
    '纸质证明请走人工通道',
    'Paper passes: please use the staffed lane',
    'passenger',
    'Use the staffed lane',
  ),
  PAPER_LIST_OLD: verdict(
    'refuse',
    '纸质证明暂时无法核验，请走人工通道',
    'Paper passes can’t be checked right now. Please use the staffed lane',
    'technician',
    'Revocations are too old for paper: restore the network to the service',
  ),
} satisfies Record<string, VerdictRow>

export const ALARMS = {
  ...LANE_ALARMS,
  ...STORAGE_ALARMS,
  ...SERVICE_ALARMS,
  ...BUS_ALARMS,
  ...TRUST_ALARMS,
} satisfies Record<string, AlarmRow>

export type VerdictCode = keyof typeof VERDICTS
export type AlarmCode = keyof typeof ALARMS
/** Every code that admits. */
export const ADMITTING: readonly VerdictCode[] = ['ADMIT', 'ADMIT_FLAGGED', 'STAFF_RELEASE']
export type DenyCode = Exclude<VerdictCode, 'ADMIT' | 'ADMIT_FLAGGED' | 'STAFF_RELEASE'>
