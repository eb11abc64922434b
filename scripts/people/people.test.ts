import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import t from 'tap'
import { startChild } from '../../fixtures/child.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createWorld } from '../../fixtures/world.ts'

const dir = tempDir()
const world = await createWorld({ dir, lanes: [] })
await world.startServer()
t.teardown(() => world.close())
const FACES = join(import.meta.dirname, '../../fixtures/faces')

/** A folder with these people, and the photos. */
function folder(name: string, people: unknown): string {
  const path = join(dir, name)
  mkdirSync(path)
  cpSync(FACES, path, { recursive: true })
  // As some editors write it.
  writeFileSync(join(path, 'people.json'), `\ufeff${JSON.stringify(people)}`)
  return path
}

async function people(...args: string[]) {
  const env = { WICKETGATE_FACE_SECRET: 'only-for-tests-of-it' }
  const child = startChild('scripts/people.ts', args, { env })
  const code = await child.exited
  return { code, errors: child.errors(), line: child.lines.at(-1) }
}

const person = (n: number, photo: string) => ({
  name: `Traveller ${String.fromCharCode(65 + n)}`,
  documentType: 'resident-id',
  documentNumber: ['11010519491231002X', '440524188001010014'][n] ?? 'wrong',
  photo,
})

t.test('people are put on file; again they are brought up to date', async t => {
  const path = folder('good', [person(0, 'd01-id.jpg'), person(1, 'd06-id.jpg')])
  const first = await people('import', path, '--config', world.serverConfigFile)
  t.equal(first.code, 0, first.errors)
  t.same(first.line, { added: 2, updated: 0, refused: 0 })
  const again = await people('import', path, '--config', world.serverConfigFile)
  t.same(again.line, { added: 0, updated: 2, refused: 0 })
})

t.test('several documents of one person, whichever was put on file before', async t => {
  const { photo: _, ...other } = person(1, '')
  const path = folder('several', [
    { ...person(0, 'd01-id.jpg'), otherDocuments: [other] },
    // The same number in two ways is one document.
    {
      ...person(0, 'd01-id.jpg'),
      otherDocuments: [{ ...other, documentNumber: '440524 18800101 0014' }],
    },
    {
      ...person(0, 'd01-id.jpg'),
      otherDocuments: [{ ...other, documentNumber: '932682198501010017' }],
    },
    { ...person(0, 'd01-id.jpg'), otherDocuments: Array.from({ length: 9 }, () => other) },
  ])
  const { code, errors, line } = await people('import', path, '--config', world.serverConfigFile)
  t.equal(code, 1)
  t.match(line, { updated: 2, refused: 2 })
  t.match(
    errors,
    /person 3: DOCUMENT_OTHER_TYPE: otherDocuments\[0\]: seen: the number of a foreigner’s .*; expected: the number of a resident ID\n/,
  )
  t.match(errors, /person 4: INVALID: otherDocuments: .*8/)
  t.notMatch(errors, /440524|932682/)
})

t.test('who can’t be taken is told by place, never by name or number', async t => {
  const path = folder('mixed', [
    { ...person(0, 'd01-id.jpg'), documentNumber: '110105194912310021' },
    person(1, 'gone.jpg'),
    person(1, 'people.json'),
    { name: 'Traveller Q' },
    person(1, 'd06-id.jpg'),
  ])
  const { code, errors, line } = await people('import', path, '--config', world.serverConfigFile)
  t.equal(code, 1)
  t.match(line, { refused: 4 })
  t.match(
    errors,
    /person 1: DOCUMENT_INVALID: CHECK_CHARACTER: seen: .*; expected: each character as on/,
  )
  t.match(errors, /person 2: FACE_BAD_PICTURE: ENOENT/)
  t.match(errors, /person 3: FACE_BAD_PICTURE: BAD_PICTURE/)
  t.match(
    errors,
    /person 4: INVALID: documentType: must be .*; documentNumber: expected a text, found nothing; photo: expected a text/,
  )
  t.notMatch(errors, /Traveller|110105/)
})

t.test('with face.url the authority’s service judges faces, here a picture is enough', async t => {
  const path = folder('faceless', [person(0, 'plain.png'), person(1, 'people.json')])
  const plain = { width: 40, height: 40, channels: 3, background: 'gray' } as const
  await sharp({ create: plain }).png().toFile(join(path, 'plain.png'))
  const config = JSON.parse(readFileSync(world.serverConfigFile, 'utf8')) as object
  const remoteFile = join(dir, 'remote.json')
  const face = { url: 'http://127.0.0.1:1/faces' }
  writeFileSync(remoteFile, JSON.stringify({ ...config, face }))
  const embedded = await people('import', path, '--config', world.serverConfigFile)
  t.match(embedded.errors, /person 1: FACE_BAD_PICTURE: NO_FACE/)
  const remote = await people('import', path, '--config', remoteFile)
  t.notMatch(remote.errors, /person 1/)
  t.match(remote.errors, /person 2: FACE_BAD_PICTURE: BAD_PICTURE/)
  t.match(remote.line, { refused: 1 })
})

t.test('wrong input as a whole is told, exit code 2', async t => {
  const noList = folder('no-list', { people: [] })
  const wide = folder('wide', [])
  writeFileSync(join(wide, 'people.json'), Buffer.from('[]', 'utf16le'))
  for (const [args, told] of [
    [['import', noList, '--config', world.serverConfigFile], /people\.json: not a list/],
    [['import', wide, '--config', world.serverConfigFile], /people\.json: it is UTF-16: save it/],
    [['import', join(dir, 'nowhere'), '--config', world.serverConfigFile], /ENOENT/],
    [['import', noList], /--config FILE is missing/],
    [['list'], /say: import DIR/],
  ] as const) {
    const { code, errors } = await people(...args)
    t.equal(code, 2)
    t.match(errors, told)
  }
})
