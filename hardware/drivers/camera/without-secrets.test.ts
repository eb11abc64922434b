/** No name, password or key of a camera stands in a message. */
import t from 'tap'
import { shownUrl, withoutSecrets } from './without-secrets.ts'

t.test('of a URL scheme, host, port and path are shown', async t => {
  t.equal(shownUrl('http://lin:pass@10.0.0.7:81/video?key=1'), 'http://10.0.0.7:81/video')
  t.equal(shownUrl('no address'), "the camera's address")
})

t.test('of the words of a program everything but what opens the camera is shown', async t => {
  for (const secret of ['lin:pass', 'lin:p@ss', 'lin:p/ss', 'lin:p@s/s@', 'lin']) {
    const words = `[in#0] rtsp://${secret}@10.0.0.7/stream?key=1: Connection refused`
    t.equal(withoutSecrets(words), '[in#0] rtsp://10.0.0.7/stream Connection refused', secret)
  }
  t.equal(withoutSecrets('/dev/video9: No such file'), '/dev/video9: No such file')
})
