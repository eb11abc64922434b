/** `npm run console`: this terminal as a line of a gate's console, over its Unix socket. */
import { connect } from 'node:net'
import { parseArgs } from 'node:util'
import { endWithReader } from '../gate/contract/closed-pipe.ts'
import { OptionError, readOptions } from '../gate/contract/options.ts'

const HELP = `npm run console -- --socket PATH

The technician's console of a gate that runs on this machine. The socket is console.sock in the
gate's data folder, unless its config names another. Log in, then type help. Ctrl-] leaves.

  --socket PATH  the gate's socket
  --help         this text

Exit codes: 0 left, 1 no gate answers there, 2 wrong arguments.
`
const OPTIONS = { socket: { type: 'string' }, help: { type: 'boolean' } } as const
/** Ctrl-] */
const LEAVE = 29

async function main(): Promise<number> {
  const { values } = readOptions(OPTIONS, () => parseArgs({ options: OPTIONS }))
  if (values.help === true) {
    endWithReader(process)
    process.stdout.write(HELP)
    return 0
  }
  if (values.socket === undefined) throw new OptionError('--socket PATH is missing; see --help')
  return sit(values.socket)
}

function sit(path: string): Promise<number> {
  const { stdin, stdout } = process
  const socket = connect(path)
  const tellSize = () => socket.write(`\x1b[8;${stdout.rows ?? 0};${stdout.columns ?? 0}t`)
  socket.once('connect', () => {
    if (stdin.isTTY) stdin.setRawMode(true)
    if (stdout.isTTY) {
      tellSize()
      stdout.on('resize', tellSize)
    }
    stdin.on('data', (bytes: Buffer) => {
      if (bytes.includes(LEAVE)) socket.end()
      else socket.write(bytes)
    })
    stdin.once('end', () => socket.end())
  })
  socket.on('data', bytes => stdout.write(bytes))
  return new Promise((resolve, reject) => {
    socket.once('error', error =>
      reject(new Error(`${path}: ${error.message}; see that the gate runs`)),
    )
    socket.once('close', () => {
      if (stdin.isTTY) stdin.setRawMode(false)
      stdin.pause()
      stdout.write('\r\n')
      resolve(0)
    })
  })
}

process.exitCode = await main().catch(error => {
  process.stderr.write(`console: ${(error as Error).message}\n`)
  return error instanceof OptionError ? 2 : 1
})
