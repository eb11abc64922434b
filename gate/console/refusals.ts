/** Why the console itself did not do what was asked, and what to do: one line each. */
export const CONSOLE_REFUSALS = {
  UNKNOWN_WORD: 'no command has this word here: type ? for what may stand there',
  AMBIGUOUS: 'the word is too short: type more of it',
  UNFINISHED: 'the line ends too soon: type ? for what may follow',
  NOT_ALLOWED: 'this needs a higher level: log in as somebody who has it',
  LINE_TOO_LONG: 'the line is too long and was dropped: type a shorter one',
  WRONG_FILTER: 'after | stands grep WORD, last N or json: see help',
  CANCELLED: 'nothing was done',
  FAULT: 'the command failed: see the log, and try again',
  WRONG_VALUE: 'the value can’t stand here: see what it says',
  CONFIG_EDITED: 'somebody else edits the config: wait till they commit, discard or log out',
  NO_SUCH_USER: 'nobody of that name is on file: see user list',
  USER_EXISTS: 'this name is on file already: choose another, or remove it first',
  LAST_ADMIN: 'the last admin stays: add another first',
  TOO_MANY_USERS: 'no more users are taken: remove one',
  PASSWORD_RULE: 'a password has 10 to 128 characters: choose another',
  PASSWORD_DIFFERS: 'the two were not the same: nothing has changed, try again',
  USERS_DAMAGED:
    'the file of users can’t be read: take console-users.json out of the data folder on the host, then the first login sets an admin',
} as const
export type ConsoleRefusal = keyof typeof CONSOLE_REFUSALS
