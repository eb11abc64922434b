/** What happened and what to do next, in English. */
import type { PROBLEMS_ZH } from './problem-texts-zh.ts'

export const PROBLEMS_EN: Readonly<Record<keyof typeof PROBLEMS_ZH, string>> = {
  'problem.DOCUMENT_INVALID': 'The number is wrong: found {seen}; expected {expected}.',
  'problem.DOCUMENT_OTHER_TYPE': 'The number is of another type: {seen}. Choose that type.',
  'problem.DOCUMENT_TYPE': 'This type of document is not taken here. Use another.',
  'problem.NAME_INVALID': 'The name is wrong: found {seen}; expected {expected}.',
  'problem.PERSON_UNKNOWN': 'Nobody is on file with this document.',
  'problem.CERTIFICATE_ACTIVE':
    'This person has a certificate that runs. Find them again, then decide whether to replace it.',
  'problem.CERTIFICATE_ENDED': 'This certificate has ended. Find the person again.',
  'problem.CERTIFICATE_UNKNOWN': 'There is no such certificate. Find the person again.',
  'problem.APPROVAL_WAITING': 'A request for this person waits already. Look at it in the queue.',
  'problem.APPROVAL_UNKNOWN': 'There is no such request, or it is more than a day old.',
  'problem.APPROVAL_OWN': 'Somebody else than who asked must decide.',
  'problem.APPROVAL_DECIDED': 'Somebody has decided this request before.',
  'problem.APPROVAL_EXPIRED': 'The time to decide is over. The window that asked must ask anew.',
  'problem.APPEAL_UNKNOWN': 'There is no such appeal, or it was deleted.',
  'problem.APPEAL_TAKEN': 'A colleague is working on this appeal.',
  'problem.APPEAL_NOT_TAKEN': 'You took it more than an hour ago. Take it again.',
  'problem.APPEAL_RESOLVED': 'This appeal was resolved before.',
  'problem.PURPOSE_REFUSED': 'A certificate is good for buying, refund and change alone.',
  'problem.TRAIN_UNKNOWN': 'There is no such train. Look for trains again.',
  'problem.NOT_SERVED': 'The train does not go that way on that day. Look for trains again.',
  'problem.TRAIN_DEPARTED': 'The train has left. Choose another.',
  'problem.SALE_NOT_OPEN': 'Tickets for that day are not sold yet. Choose an earlier day.',
  'problem.TICKET_HELD': 'This person has a ticket for that train and day already.',
  'problem.TICKET_UNKNOWN': 'This person has no such ticket. Make sure that the code is theirs.',
  'problem.TICKET_ENDED': 'This ticket was refunded or changed before.',
  'problem.CHANGED_BEFORE': 'A ticket is changed once. Refund it, and sell another.',
  'problem.NO_KEY':
    'No signing key is released for today, so nothing can be printed. Ask your operator.',

  'code.MALFORMED': 'Not a certificate’s code, or not all of it. Scan it again.',
  'code.UNSUPPORTED_VERSION': 'A code of another version. The passenger updates the page.',
  'code.UNKNOWN_ISSUER': 'Signed by a key that nobody knows. Check the document.',
  'code.TEST_KEY': 'A code of another environment. It is not good here.',
  'code.BAD_SIGNATURE': 'The signature is wrong: likely forged. Check document and person.',
  'code.OUT_OF_SCOPE': 'This certificate is not good for this purpose.',
  'code.NOT_YET_VALID': 'Not valid yet. Wait a moment, then try again.',
  'code.EXPIRED': 'Too old. The passenger does the face check again and shows the new code.',
  'code.LIFETIME_TOO_LONG': 'Issued wrongly: it can’t be used. Ask your operator.',
  'code.NO_PROOF': 'Likely a copy. The passenger opens the page on the phone and shows its code.',
  'code.BAD_PROOF': 'Likely a copy. Check document and person.',
  'code.STALE_CODE':
    'The code is too old, maybe a screenshot. The passenger opens the page and shows a new one.',
  'code.CODE_FROM_FUTURE':
    'The phone’s clock is ahead. The passenger goes online, then shows the code again.',
  'code.STATUS_UNKNOWN': 'The service has no such certificate. Check the document.',
  'code.REVOKED': 'The certificate was revoked or has ended. They apply anew, or you issue one.',
  'code.OTHER_WINDOW':
    'Another window has just used this code. The phone shows a new one within fifteen seconds.',
  'code.OTHER_PURPOSE':
    'This code was just used for something else. The phone shows a new one within fifteen seconds.',
  'code.NAME_MISSING': 'Paper needs its holder’s name.',
  'code.NAME_MISMATCH':
    'Not the name of this certificate’s holder. Type it from the document again.',
}
