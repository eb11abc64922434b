/** What happened and what to do next, in English. */
import type { PROBLEMS_ZH } from './problem-texts-zh.ts'

export const PROBLEMS_EN: Readonly<Record<keyof typeof PROBLEMS_ZH, string>> = {
  'problem.CREDENTIALS': 'E-mail address or password is wrong. Type them again.',
  'problem.SIGN_IN': 'This sign-in took too long. Begin with the password.',
  'problem.TOTP_REQUIRED': 'Your role needs a second factor: set it up first.',
  'problem.TOTP_WRONG': 'The code is wrong. Type the one that the authenticator shows now.',
  'problem.TOTP_USED': 'This code was used before. Wait for the next, and begin with the password.',
  'problem.TOTP_LOCKED':
    'Too many wrong codes. Wait a quarter of an hour, and begin with the password.',
  'problem.TOTP_SET': 'A second factor is set up already. Sign out, and sign in again.',
  'problem.ACCOUNT_DISABLED': 'This account is disabled. Ask your operator.',
  'problem.OIDC_DISABLED': 'You are disabled here. Ask your operator.',
  'problem.OIDC_NO_ROLE': 'Your provider gives you no role here. Ask your operator.',
  'problem.OIDC_REFUSED': 'The provider’s sign-in was refused or is too old. Try again.',
  'problem.OIDC_UNAVAILABLE': 'The provider can’t be reached. Try again, or sign in by e-mail.',
  'problem.ORIGIN':
    'This page’s address is not the service’s. Open it by the address that your operator gave.',
  'problem.FORBIDDEN': 'Your role does not allow this. Ask a supervisor, or your operator.',
  'problem.RATE_LIMITED': 'Too much in a short time. Wait a few minutes.',
  'problem.BUSY': 'Too much is under way. Wait a few seconds, then try again.',
  'problem.INVALID': 'A field is not filled in as it must be. Look at it, then try again.',
  'problem.NOT_FOUND': 'There is nothing of the kind. Reload this page, then try again.',
  'problem.BAD_REQUEST': 'There are characters that can’t be used. Change them, then try again.',
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
  'problem.UNAVAILABLE': 'The database can’t be reached. Try again in a minute.',
  'problem.DATABASE_BUSY': 'The database is busy. Try again in a few seconds.',
  'problem.DATABASE_UNWRITABLE': 'Nothing can be written now, only read. Ask your operator.',
  'problem.DATABASE_OLD':
    'The service runs on an old copy of its database: nothing can be done. Ask your operator.',
  'problem.CLOCK_WRONG': 'The service’s clock is wrong. Ask your operator.',
  'problem.NOT_READY': 'The service is starting. Try again in a few seconds.',
  'problem.INTERNAL':
    'Something went wrong in the service. Try again; if it goes on, ask your operator.',

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
