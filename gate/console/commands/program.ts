/** Commands that end the gate's program. The machine stays up: the gate runs without root. */
import { type Answered, type Caller, type Command, failed, refusedBy, shown } from '../command.ts'

export const PROGRAM_COMMANDS: readonly Command[] = [
  {
    ...{ syntax: 'reboot', level: 'admin', whole: true },
    says: "restarts the gate's program by its service manager, NOT the machine; asked twice",
    run: caller => ended(caller, 'restart'),
  },
  {
    ...{ syntax: 'shutdown', level: 'admin', whole: true },
    says: "ENDS THE GATE'S PROGRAM until somebody starts it on the machine; asked twice",
    run: caller => ended(caller, 'shutdown'),
  },
]

const AFTERWARDS = {
  restart: 'Its service manager starts it again in some seconds.',
  alone: 'NOTHING STARTS IT AGAIN: no service manager runs it.',
  shutdown: 'NOTHING STARTS IT AGAIN, and fire no longer opens a lane by it.',
} as const

async function ended(caller: Caller, how: 'restart' | 'shutdown'): Promise<Answered> {
  const { control, by, print, ask } = caller
  const { gate, supervised } = await control.status()
  print('The gate ends: who is under way may pass, then its lanes let nobody in.')
  print(AFTERWARDS[how === 'restart' && !supervised ? 'alone' : how])
  if ((await ask("type the gate's name: "))?.trim() !== gate) return failed('CANCELLED')
  const reason = await ask('reason: ')
  if (reason === undefined) return failed('CANCELLED')
  const answer = await control.end(how, { by, reason: reason.trim() })
  return answer.ok ? shown(['The gate ends; so does this line.']) : refusedBy(answer)
}
