/** Whether config, enrolment and the service's answers name the same gate; alarms where they don't. */
import type { AlarmCode } from '../contract/codes.ts'
import type { GateConfig } from '../contract/config.ts'
import type { Enrolment } from '../net/identity.ts'

/**
 * Tells at once when the config names another gate or station than the enrolment. Gives what hears
 * whether the service knows the gate's key: the change is told, both ways.
 */
export function createEnrolmentWatch(
  config: Pick<GateConfig, 'gate' | 'station'>,
  { gate, station }: Enrolment,
  onAlarm: (code: AlarmCode, on: boolean, detail: string) => void,
): (known: boolean) => void {
  if (config.gate !== gate || config.station !== station) {
    const ours = `the config says ${config.gate} at ${config.station}`
    onAlarm('ENROLMENT_DIFFERS', true, `${ours}, it is enrolled as ${gate} at ${station}`)
  }
  let known = true
  return is => {
    if (is === known) return
    known = is
    const detail = is
      ? 'the service knows this key again'
      : `the service has another key for ${gate}, or none: another gate was enrolled under this name`
    onAlarm('ENROLMENT_REFUSED', !is, detail)
  }
}
