/** Reports of an HID scanner of either kind, told apart by their form. Pure. */
import { createHidPosDecoder, type HidDecoder, isPosReport } from './hid-pos.ts'
import { createHidWedgeDecoder, type HidWedgeOptions, wedgeReportBytes } from './hid-wedge.ts'

/** A report of neither form goes to the decoder that took the one before, which drops its code. */
export function createHidAutoDecoder(options: HidWedgeOptions = {}): HidDecoder {
  const pos = createHidPosDecoder(options)
  const wedge = createHidWedgeDecoder(options)
  let last = wedge

  return {
    push(report, atMs) {
      if (isPosReport(report)) last = pos
      else if (report.length === wedgeReportBytes) last = wedge
      return last.push(report, atMs)
    },
    get idleAtMs() {
      return last.idleAtMs
    },
    idle: atMs => last.idle(atMs),
    flush() {
      pos.flush()
      wedge.flush()
    },
  }
}
