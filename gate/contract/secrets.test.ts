/** No login and no key of an address is shown, and what was shown can be given back. */
import t from 'tap'
import { hideSecrets, isHidden, restoreSecrets } from './secrets.ts'

t.test('login and query of each address are hidden, wherever it stands', async t => {
  for (const [address, shown] of [
    ['http://lin:pass@10.0.0.7/video', 'http://***@10.0.0.7/video'],
    ['rtsp://lin:p@ss/w?rd@10.0.0.7:554/1', 'rtsp://***@10.0.0.7:554/1'],
    ['HTTP://lin@cam', 'HTTP://***@cam'],
    ['http://cam/video?user=lin&pwd=pass', 'http://cam/video?***'],
    ['rtsp://lin:pass@cam/1?key=1', 'rtsp://***@cam/1?***'],
    ['http://cam/video', 'http://cam/video'],
    ['/dev/video0', '/dev/video0'],
    ['a@b.example?c', 'a@b.example?c'],
  ] as const) {
    t.strictSame(hideSecrets([{ url: address }, 1, null, true]), [{ url: shown }, 1, null, true])
    t.equal(isHidden(shown), shown !== address)
  }
})

t.test('a shown config that is given back is the one that is known', async t => {
  const known = {
    a: 'http://lin:one@cam-a/',
    b: ['http://lin:two@cam-b/', 'http://lin:three@cam-b/'],
    c: 'http://cam/?key=four',
  }
  const shown = hideSecrets(known)
  t.notMatch(JSON.stringify(shown), /lin|one|two|three|four/)
  const back = { ...known, b: ['http://***@cam-b/', 'http://***@cam-b/'] }
  t.strictSame(restoreSecrets(shown, known), back, 'but for what two places have')
  t.strictSame(restoreSecrets({ a: 'http://***@evil/' }, known), { a: 'http://***@evil/' })
  t.strictSame(restoreSecrets({ a: 'http://lin:new@cam-a/' }, known), {
    a: 'http://lin:new@cam-a/',
  })
})
