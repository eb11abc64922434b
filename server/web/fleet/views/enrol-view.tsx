/** A new gate: its names, then the code that it is started with once. */
import { useState } from 'preact/hooks'
import { useFocus } from '../../shared/focus.ts'
import { Heading } from '../../shared/parts.tsx'
import { drawQrOfBytes } from '../../shared/qr-code.ts'
import type { Enrolment } from '../admin-steps.ts'
import { hashOf } from '../place.ts'
import { say } from '../texts.ts'
import { Form, Line } from './forms.tsx'
import { At, type FleetProps } from './parts.tsx'

export function EnrolView({ fleet }: FleetProps) {
  const { value } = fleet.admin.enrolment
  return (
    <div class="page narrow">
      <Heading>{say('enrol-gate.title')}</Heading>
      {!fleet.may('enrol') ? (
        <p class="quiet empty">{say('act.forbidden')}</p>
      ) : value.is === 'form' ? (
        <NamesForm fleet={fleet} enrolment={value} />
      ) : (
        <CodeCard fleet={fleet} enrolment={value} />
      )}
    </div>
  )
}

/** As the service takes names. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/

interface NamesProps extends FleetProps {
  readonly enrolment: Extract<Enrolment, { is: 'form' }>
}

function NamesForm({ fleet, enrolment }: NamesProps) {
  const [gate, setGate] = useState('')
  const [station, setStation] = useState('')
  const [isSent, setIsSent] = useState(false)
  const isName = (text: string) => NAME.test(text.trim())
  const faultOf = (text: string) => (isSent && !isName(text) ? say('enrol-gate.name') : undefined)
  return (
    <section class="card pad">
      <Form
        fleet={fleet}
        title={say('enrol-gate.names')}
        trouble={enrolment.trouble}
        submit="enrol-gate.do"
        run={() => {
          setIsSent(true)
          if (isName(gate) && isName(station)) void fleet.admin.enrol(gate, station)
        }}
        callOff={() => {
          location.hash = hashOf({ at: 'gates' })
        }}
      >
        <Line
          id="gate"
          label={say('enrol-gate.gate')}
          hint={say('enrol-gate.gate.hint')}
          value={gate}
          put={setGate}
          max={32}
          fault={faultOf(gate)}
          takesFocus
        />
        <Line
          id="station"
          label={say('enrol-gate.station')}
          hint={say('enrol-gate.station.hint')}
          value={station}
          put={setStation}
          max={32}
          fault={faultOf(station)}
        />
      </Form>
    </section>
  )
}

interface CodeProps extends FleetProps {
  readonly enrolment: Extract<Enrolment, { is: 'code' }>
}

function CodeCard({ fleet, enrolment }: CodeProps) {
  const { gate, station, code, expiresAt } = enrolment
  const { side, path } = drawQrOfBytes(code)
  return (
    <section class="card pad enrolled" role="status">
      <h2 ref={useFocus<HTMLHeadingElement>()} tabIndex={-1}>
        {say('enrol-gate.code', { gate, station })}
      </h2>
      <svg
        class="qr"
        viewBox={`0 0 ${side} ${side}`}
        shape-rendering="crispEdges"
        role="img"
        aria-label={say('enrol-gate.qr')}
      >
        <path d={path} />
      </svg>
      <p class="big-code">
        <code>{code}</code>
      </p>
      <p>
        {say('enrol-gate.until')} <At fleet={fleet} at={expiresAt} />
      </p>
      <p class="quiet">
        {say('enrol-gate.how')} <code>{`--enrol ${code}`}</code>
      </p>
      <a class="button line" href={hashOf({ at: 'gates' })}>
        {say('gate.back')}
      </a>
    </section>
  )
}
