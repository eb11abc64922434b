/** `npm run scan`, as its own process: what it prints, and what it does about files that are none. */

import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import sharp from 'sharp'
import t from 'tap'
import { ROOT } from '../../fixtures/child.ts'
import { codePicture } from '../../fixtures/code-picture.ts'
import { createLoneGate, makeTrust } from '../../fixtures/lone-gate.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'

async function scan(...args: string[]) {
  const child = spawn(process.execPath, ['scripts/scan.ts', ...args], {
    ...{ cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] },
  })
  const [stdout, stderr, code] = await Promise.all([
    readAll(child.stdout),
    readAll(child.stderr),
    new Promise(resolve => child.once('exit', resolve)),
  ])
  return {
    stdout,
    stderr,
    code,
    objects: () =>
      stdout
        .trim()
        .split('\n')
        .map(one => JSON.parse(one)),
  }
}

const PHOTO = 'zxing-qrcode-6-15.png'
const BLANK = { create: { width: 90, height: 90, channels: 3, background: 'white' } } as const

t.test('a folder: one object a picture, in the order of names', async t => {
  const folder = tempDir()
  mkdirSync(join(folder, 'more'))
  copyFileSync(join(ROOT, 'fixtures/camera-photos', PHOTO), join(folder, 'more', PHOTO))
  writeFileSync(join(folder, 'b.png'), await codePicture('RP1:ABC'))
  writeFileSync(join(folder, 'a.png'), await sharp(BLANK).png().toBuffer())
  writeFileSync(join(folder, 'c.jpg'), 'no picture')
  writeFileSync(join(folder, 'notes.txt'), 'not looked at')
  const { code, stderr, objects } = await scan(folder, '--json')
  t.match(objects(), [
    { file: 'a.png', text: null, engine: 'zxing' },
    { file: 'b.png', text: 'RP1:ABC', engine: 'zxing' },
    { file: `more/${PHOTO}`, text: 'TEST', engine: 'zxing' },
  ])
  t.strictSame(Object.keys(objects()[0]), ['file', 'text', 'engine', 'ms'])
  t.match(stderr, /^scan: NOT_A_PICTURE: c\.jpg: .*\n$/)
  t.equal(code, 1)
})

t.test('a picture at an address, for a person', async t => {
  const picture = await codePicture('RP1:XYZ')
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/code.png' ? 200 : 404)
    response.end(request.url === '/code.png' ? picture : '')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const found = await scan(`${base}/code.png`, '--engine', 'jsqr')
  t.match(found.stdout, /code\.png: "RP1:XYZ" at (\d+,\d+ ){4}\(jsqr, [\d.]+ ms\)\n$/)
  t.equal(found.code, 0)
  const missing = await scan(`${base}/other.png`)
  t.match(missing, { code: 1, stdout: '', stderr: /^scan: NOT_FOUND: .*404\n$/ })
})

t.test('what is no picture has a code', async t => {
  const folder = tempDir()
  const bomb = join(folder, 'bomb.png')
  const size = { ...BLANK.create, width: 12_000, height: 12_000 }
  writeFileSync(bomb, await sharp({ create: size }).png().toBuffer())
  t.match(await scan(bomb), { code: 1, stdout: '', stderr: /^scan: TOO_LARGE: bomb\.png: over/ })
  const missing = join(folder, 'missing.png')
  t.match(await scan(missing), { code: 1, stderr: /^scan: NOT_FOUND: .*missing\.png: no such/ })
  t.match(await scan(folder, '--engine', 'zbar'), { code: 2, stderr: /--engine is one of auto/ })
})

t.test('each lane of a gate is asked, and none of its files is made or moved', async t => {
  const folder = tempDir()
  const gate = createLoneGate(folder, await makeTrust(folder))
  const config = JSON.parse(readFileSync(gate.file, 'utf8'))
  const [lane] = config.lanes
  const scanner = (port: string) => ({ port: `/dev/${port}` })
  const second = {
    name: 'B',
    direction: 'both',
    scanner: scanner('b1'),
    exitScanner: scanner('b2'),
  }
  gate.write({ ...config, lanes: [lane, { ...lane, ...second }] })
  const picture = join(folder, 'code.png')
  writeFileSync(picture, await codePicture('RP1:ABC'))
  const asked = await scan(picture, '--gate', gate.file)
  const says = (lane: string) => ` {2}lane ${lane}: MALFORMED\n`
  const all = `${says('A, entry')}${says('B, entry')}${says('B, exit')}`
  t.match(asked.stdout, new RegExp(`code\\.png: "RP1:ABC" at .*\n${all}$`))
  t.equal(asked.code, 0, asked.stderr)
  t.notOk(existsSync(gate.data))
  const one = await scan(picture, '--json', '--gate', gate.file, '--lane', 'B')
  const [object] = one.objects()
  const code = 'MALFORMED'
  t.match(object.text, 'RP1:ABC')
  t.strictSame(object.gate, [
    [
      { lane: 'B', direction: 'entry', code },
      { lane: 'B', direction: 'exit', code },
    ],
  ])
  const none = await scan(picture, '--gate', gate.file, '--lane', 'C')
  t.match(none, { code: 2, stdout: '', stderr: /no lane "C": it has A, B/ })
  t.match(await scan(picture, '--lane', 'B'), { code: 2, stderr: /give both/ })
  gate.write('{}')
  t.match(await scan(picture, '--gate', gate.file), { code: 2, stdout: '', stderr: /^scan: / })
})
