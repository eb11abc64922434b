import t from 'tap'
import { brokenLinks, longReadme, strangeNames } from './page-rules.ts'
import { missingReadmes } from './tidy-rules.ts'

t.test('each program and each room of it has a README', async t => {
  const paths = ['gate/README.md', 'gate/main.ts', 'gate/bus/README.md', 'gate/bus/bus.ts']
  t.same(missingReadmes(paths), [])
  t.same(missingReadmes([...paths, 'gate/lane/lane.ts', 'gate/bus/testing/wire.ts']), [
    'gate/lane/: no README.md',
  ])
  t.same(missingReadmes(['pass/a.ts', '.github/a.md', 'README.md']), ['pass/: no README.md'])
})

t.test('a README fits a screen, that of the root two', async t => {
  const lines = (count: number) => 'x\n'.repeat(count)
  t.same(longReadme('gate/README.md', lines(60)), [])
  t.same(longReadme('gate/README.md', lines(61)), ['gate/README.md: 61 lines, at most 60'])
  t.same(longReadme('README.md', lines(130)), [])
  t.equal(longReadme('README.md', lines(131)).length, 1)
  t.same(longReadme('gate/config.md', lines(500)), [], 'a reference page is as long as it must be')
})

t.test('a README names files that its program has', async t => {
  const paths = ['gate/lane/lane.ts', 'gate/limits.ts', 'pass/text.ts']
  const strange = (text: string) => strangeNames('gate/lane/README.md', text, paths)
  t.same(strange('`lane.ts` `limits.ts` `*-cases.ts` `pass/text.ts` `verify()`'), [])
  t.same(strange('`text.ts`'), ['gate/lane/README.md: there is no text.ts'])
  t.same(strangeNames('gate/lanes.md', '`text.ts`', paths), [], 'other pages name what they like')
})

t.test('links lead to files and headings that are there', async t => {
  const pages: Readonly<Record<string, string>> = {
    'gate/README.md': '# gate\n',
    'gate/lanes.md': '# Lanes\n\n## The relay’s *feedback*: pin 17\n',
  }
  const paths = new Set(Object.keys(pages))
  const broken = (text: string) => brokenLinks('gate/README.md', text, paths, path => pages[path])
  t.same(broken('[a](lanes.md) [b](../gate/lanes.md#the-relays-feedback-pin-17) [c](#gate)'), [])
  t.same(broken('[d](https://example.org/x.md)'), [], 'not of the project')
  t.same(broken('`[e](none.md)`\n```\n[f](none.md)\n```\n'), [], 'in code')
  t.same(broken('[g](lane.md) [h](lanes.md#lane)'), [
    'gate/README.md: lane.md leads to no file',
    'gate/README.md: lanes.md#lane leads to no heading',
  ])
})
