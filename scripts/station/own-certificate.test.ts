import { createPrivateKey, X509Certificate } from 'node:crypto'
import t from 'tap'
import { makeOwnCertificate } from './own-certificate.ts'

const NOW = Date.UTC(2026, 4, 20, 4, 0, 0)
const NAMES = ['localhost', 'station.test', '127.0.0.1', '192.168.1.5', 'fe80::1']

t.test('for each name and address, and for no other', async t => {
  const { cert } = makeOwnCertificate(NAMES, NOW, 30)
  const read = new X509Certificate(cert)
  t.equal(read.checkHost('station.test'), 'station.test')
  t.equal(read.checkHost('other.test'), undefined)
  for (const address of NAMES.slice(2)) t.equal(read.checkIP(address), address)
  t.equal(read.checkIP('192.168.1.6'), undefined)
})

t.test('signed by its own key, for a server alone', async t => {
  const { cert, key } = makeOwnCertificate(NAMES, NOW, 30)
  const read = new X509Certificate(cert)
  t.ok(read.verify(read.publicKey))
  t.ok(read.checkPrivateKey(createPrivateKey(key)))
  t.equal(read.ca, false)
  t.same(read.keyUsage, ['1.3.6.1.5.5.7.3.1'], 'serverAuth')
})

t.test('good from a day before now on', async t => {
  const { cert } = makeOwnCertificate(NAMES, NOW, 30)
  const { validFromDate, validToDate } = new X509Certificate(cert)
  t.equal(validFromDate.toISOString(), '2026-05-19T04:00:00.000Z')
  t.equal(validToDate.toISOString(), '2026-06-19T04:00:00.000Z')
})

t.test('each is another one; its fingerprint is that of the certificate', async t => {
  const made = Array.from({ length: 20 }, () => makeOwnCertificate(NAMES, NOW, 30))
  t.equal(new Set(made.map(({ fingerprint }) => fingerprint)).size, made.length)
  for (const { cert, fingerprint } of made) {
    t.match(fingerprint, /^([\dA-F]{16} ){3}[\dA-F]{16}$/)
    const { fingerprint256 } = new X509Certificate(cert)
    t.equal(fingerprint.replaceAll(' ', ''), fingerprint256.replaceAll(':', ''))
  }
})

t.test('so many names that lengths take another byte', async t => {
  const many = Array.from({ length: 90 }, (_, i) => `10.0.0.${i}`)
  const read = new X509Certificate(makeOwnCertificate(many, NOW, 30).cert)
  t.equal(read.checkIP('10.0.0.89'), '10.0.0.89')
  const one = new X509Certificate(makeOwnCertificate(['a.test'], NOW, 30).cert)
  t.equal(one.checkHost('a.test'), 'a.test')
})
