/** Commands that join the service and leave it. */
import { type Command, failed, refusedBy, shown } from '../command.ts'

const STARTS_ANEW = 'Whoever is under way may pass, then the gate starts anew; this line stays.'

export const ENROLMENT_COMMANDS: readonly Command[] = [
  {
    syntax: 'enrol ONETIMECODE',
    level: 'admin',
    says: 'joins the service with a code of an operator; the gate starts anew, asked first',
    async run({ control, by, print, ask }, typed) {
      const { gate, station, enrolment, running } = await control.status()
      if (!running) return failed('NOT_RUNNING')
      print(`This gate joins the service as ${gate} at ${station}.`)
      if (enrolment !== null) {
        print(`It is enrolled as ${enrolment.gate} at ${enrolment.station}: that ends.`)
      }
      print(STARTS_ANEW)
      if ((await ask('type yes: '))?.trim() !== 'yes') return failed('CANCELLED')
      const answer = await control.enrolment.join(typed.of('ONETIMECODE'), by)
      if (!answer.ok) return refusedBy(answer)
      const { ok: _, ...as } = answer
      return shown([`Enrolled as ${as.gate} at ${as.station}: its rows go to the service.`], as)
    },
  },
  {
    ...{ syntax: 'unenrol', level: 'admin', whole: true },
    says: 'LEAVES THE SERVICE: rows stay here, no key is left; the gate starts anew, asked twice',
    async run({ control, by, print, ask }) {
      const { gate, enrolment, running } = await control.status()
      if (!running) return failed('NOT_RUNNING')
      if (enrolment === null) return failed('NOT_ENROLLED')
      print(`It leaves ${enrolment.gate} at ${enrolment.station}; a way back needs a new code.`)
      print(STARTS_ANEW)
      if ((await ask(`type the gate's name: `))?.trim() !== gate) return failed('CANCELLED')
      const reason = await ask('reason: ')
      if (reason === undefined) return failed('CANCELLED')
      const answer = await control.enrolment.leave({ by, reason: reason.trim() })
      if (!answer.ok) return refusedBy(answer)
      return shown(['Not enrolled any more. An operator takes it off the fleet.'])
    },
  },
]
