/** No login and no key of an address is shown, and what was shown can be given back. */
import t from 'tap'
import { hideSecrets, isHidden, restoreSecrets, shownText } from './secrets.ts'

t.test('login and query of each address are hidden, wherever it stands', async t => {
  for (const [address, shown] of [
    ['http://lin:pass@10.0.0.7/video', 'http://***@10.0.0.7/video'],
    ['rtsp://lin:p@ss/w?rd@10.0.0.7:554/1', 'rtsp://***@10.0.0.7:554/1'],
    ['HTTP://lin@cam', 'HTTP://***@cam'],
    ['http://cam/video?user=lin&pwd=pass', 'http://cam/video?***'],
    ['rtsp://lin:pass@cam/1?key=1', 'rtsp://***@cam/1?***'],
    ['file:rtsp://lin:pass@cam/1', 'file:rtsp://***@cam/1'],
    ['lin:pass@cam/1?key=1', '***@cam/1?***'],
    ['http:/lin:pass@cam/1', '***@cam/1'],
    [' rtsp://lin:p:a@ss@cam/1', '***@cam/1'],
    [`${'a'.repeat(200_000)}:/lin:pass@cam`, '***@cam'],
    ['http://cam/video', 'http://cam/video'],
    ['046d:c52b:SN@1', '***@1'],
    ['a@b:c', 'a@b:c'],
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
    d: ']Q1:@',
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

t.test('a config is shown with a line each key, which hiding does not move', async t => {
  const config = { url: 'http://lin:\n\n@cam/', list: [], lanes: [{ name: 'A' }] }
  t.equal(
    shownText(config),
    `{
  "url": "http://***@cam/",
  "list": [],
  "lanes": [
    {
      "name": "A"
    }
  ]
}`,
  )
})
