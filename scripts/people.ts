/** `npm run people -- import DIR`: puts people and their photos on file at the service. */
import { parseArgs } from 'node:util'
import { endWithReader } from '../gate/contract/closed-pipe.ts'
import { OptionError, readOptions } from '../gate/contract/options.ts'
import { loadConfig } from '../server/config.ts'
import { StartError } from '../server/errors.ts'
import { InputError, importPeople } from './people/import.ts'
import { createPhotoCheck } from './people/photo-check.ts'

const HELP = `npm run people -- import DIR --config FILE

Puts people on file, so that they can apply by phone: reads DIR/people.json and the photos it names.

  DIR/people.json   [{"name": "…", "documentType": "resident-id", "documentNumber": "…",
                      "photo": "one.jpg", "otherDocuments": […]}, …], up to 200,000 people
  otherDocuments    of the same person, up to 8, or left out: [{"documentType": "passport",
                      "documentNumber": "…", "name": "as on that document, where it is another"}]
  --config FILE     the service's config: its database takes them, names and photos encrypted
  --help            this text

Whoever is on file already gets the new name and photo. Documents of one entry are one person's from
then on, in whatever order and however often they are imported, also those that were used before: one
certificate runs, and months and tries are counted together. So a renewed passport is put on file with
the former one under otherDocuments. That documents are one person's is not undone.
A photo needs exactly one face; with face.url in the config faces are the authority's to judge, and any
JPEG, PNG or WebP picture is taken. It is kept as JPEG with its longer side at 640. Each refusal is told
by its place in the file, and the rest is taken. Prints one JSON line: added, updated, refused.
Exit codes: 0 all are on file, 1 some were refused, 2 wrong arguments or input.
`

const OPTIONS = { config: { type: 'string' }, help: { type: 'boolean' } } as const

async function main(): Promise<number> {
  endWithReader(process)
  const { values, positionals } = readOptions(OPTIONS, () =>
    parseArgs({ allowPositionals: true, options: OPTIONS }),
  )
  if (values.help === true) {
    process.stdout.write(HELP)
    return 0
  }
  const [command, folder] = positionals
  if (command !== 'import' || folder === undefined || positionals.length > 2) {
    throw new InputError('say: import DIR --config FILE; see --help')
  }
  if (values.config === undefined) throw new InputError('--config FILE is missing; see --help')
  const loaded = loadConfig(values.config, process.env)
  const photos = await createPhotoCheck(loaded.config.face)
  try {
    const counted = await importPeople(loaded, folder, {
      photos,
      onRefused: (place, why) => process.stderr.write(`person ${place}: ${why}\n`),
      onProgress(done, all) {
        if (process.stderr.isTTY)
          process.stderr.write(`\r${done} of ${all}${done < all ? '' : '\n'}`)
      },
    })
    process.stdout.write(`${JSON.stringify(counted)}\n`)
    return counted.refused === 0 ? 0 : 1
  } finally {
    await photos.close()
  }
}

process.exitCode = await main().catch(error => {
  process.stderr.write(`people: ${(error as Error).message}\n`)
  const known =
    error instanceof InputError || error instanceof StartError || error instanceof OptionError
  return known ? 2 : 1
})
