import t from 'tap'
import { ownPath } from './own-path.ts'

const BASE = 'https://ours.test'

t.test('what a browser would make of it decides, not how it is written', t => {
  const own: Record<string, string> = {
    '/desk/': '/desk/',
    '/desk/?error=X': '/desk/?error=X',
    'https://ours.test/a': '/a',
    '/a/../b': '/b',
    desk: '/desk',
  }
  for (const [written, path] of Object.entries(own)) t.equal(ownPath(written, BASE), path, written)
  const elsewhere = [
    '//evil.test',
    '/\\evil.test',
    '\\\\evil.test',
    '/.//evil.test',
    '/a/../..//evil.test',
    '/./\\evil.test',
    'https://evil.test/',
    'https://ours.test.evil.test/',
    'https://ours.test@evil.test/',
    'http://ours.test/',
    'https://ours.test:8443/',
    'https://ours.test//evil.test',
    'javascript:alert(1)',
    'about:blank',
    'http://[',
    '/\t/evil.test',
  ]
  for (const written of elsewhere) t.equal(ownPath(written, BASE), undefined, written)
  t.end()
})
