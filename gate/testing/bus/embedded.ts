/** A station whose first gate brings the broker along: real keys, threads and sockets on loopback. */
import type { Message } from '../../bus/message.ts'
import { createCrew, createPeer, factsOf, type Teardown } from './peers.ts'

const EMBEDDED = { embedded: { host: '127.0.0.1', port: 0 } }

/** A station of g1 with the embedded broker and others at its address; `known`: in its manifest too. */
export async function embeddedStation(
  t: Teardown,
  names = ['g1', 'g2'],
  known: readonly string[] = [],
) {
  const crew = createCrew([...names, ...known])
  const one = createPeer(t, crew, 'g1', EMBEDDED)
  const listening = await one.event('listening', event => event.type === 'listening')
  const port = listening.type === 'listening' ? listening.port : 0
  const url = `mqtt://127.0.0.1:${port}`
  const others = names.slice(1).map(name => createPeer(t, crew, name, { url }))
  await Promise.all([one, ...others].map(peer => peer.up()))
  const two = others[0] as (typeof others)[0]
  /** Whether what g1 says still arrives. */
  let seq = 0
  const works = async () => {
    const said = factsOf('g1', ++seq)
    one.link.send(said)
    const isIt = (one: Message) => one.gate === 'g1' && one.seq === said.seq
    await two.event('facts', event => event.type === 'message' && isIt(event.message))
  }
  return { crew, one, two, others, port, url, works }
}
