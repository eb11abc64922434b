/** What a config may let ffmpeg open: forms of devices, streams and files, and nothing else. */
import t from 'tap'
import { cameraSource } from './camera-config.ts'
import { remoteConfigSchema } from './config.ts'

const size = { width: 640, height: 480 }
const takes = (more: object) =>
  cameraSource.safeParse({ type: 'ffmpeg', input: '/dev/video0', ...size, ...more }).success

const DEVICES = [
  ...['/dev/video0', '/dev/video12'],
  '/dev/v4l/by-id/usb-046d_HD_Pro_Webcam_C920_8FA5E1BF-video-index0',
  '/dev/v4l/by-path/pci-0000:00:14.0-usb-0:1.2:1.0-video-index0',
]
const STREAMS = [
  ...['rtsp://10.0.0.7/stream', 'rtsps://10.0.0.7:322/1', 'http://cam.local/a.mjpg?fps=5'],
  'rtsp://viewer:p@ss/w?rd@10.0.0.7:554/Streaming/Channels/101',
]
const FILES = ['film.mkv', './film.mkv', '/srv/films/a film.mkv']

t.test('devices, streams and files are taken', async t => {
  for (const input of [...DEVICES, ...STREAMS, ...FILES]) t.ok(takes({ input }), input)
  for (const format of ['v4l2', 'rtsp', 'mjpeg']) t.ok(takes({ format }), format)
})

t.test('no option, protocol or list of inputs is taken', async t => {
  for (const input of [
    ...['-i', '-', '-f', '-protocol_whitelist', '', ' -i\n', 'a|b'],
    ...['file:/etc/shadow', 'file:///etc/shadow', 'concat:/etc/passwd|/etc/shadow', 'pipe:0'],
    ...['subfile,,start,0,end,0,,:/etc/shadow', 'data:text/plain,x', 'crypto:/etc/shadow'],
    ...[
      'async:/etc/shadow',
      'cache:/etc/shadow',
      'tee:a.mkv',
      'ftp://h/a',
      'gopher://h/',
      'unix:/run/x',
    ],
    ...['concatf:list', 'tcp://10.0.0.7:1', 'udp://@:1', 'rtmp://h/a', 'sftp://h/a', 'tls://h:1'],
    ...[
      'http:/etc/shadow',
      'http://',
      'rtsp:///etc/shadow',
      'RTSP://h/',
      'http://h/a b',
      'hls+file:///x',
    ],
    ...[
      'testsrc=size=9x9:rate=1',
      'movie=filename\\:x',
      '/dev/v4l/by-path/a:b/../../../etc/shadow',
    ],
    ...['rtsp://***@10.0.0.7/stream', 'http://cam.local/a.mjpg?***'],
  ]) {
    t.notOk(takes({ input }), input)
  }
  for (const format of [
    'lavfi',
    'concat',
    'hls',
    'dash',
    'image2',
    'x11grab',
    'fbdev',
    'v4l2,concat',
    '-i',
  ]) {
    t.notOk(takes({ format }), format)
  }
  for (const more of [{ options: ['-i'] }, { args: 'x' }, { program: '/bin/sh' }])
    t.notOk(takes(more))
  t.notOk(cameraSource.safeParse({ type: 'mjpeg', url: 'http://***@h/' }).success)
  t.ok(cameraSource.safeParse({ type: 'mjpeg', url: 'http://lin:pass@h/?key=1' }).success)
})

t.test('from the service a camera may be a device or a stream, never a file', async t => {
  const refusedFor = (input: string) => {
    const source = { type: 'ffmpeg', input, ...size }
    const lane = { name: 'A', direction: 'entry', board: { port: 'b' } }
    const lanes = [{ ...lane, readers: [{ kind: 'camera', source }] }]
    return remoteConfigSchema.safeParse({ lanes }).error?.issues.map(({ path }) => path.join('.'))
  }
  for (const input of [...DEVICES, ...STREAMS]) t.equal(refusedFor(input), undefined, input)
  for (const input of [
    ...FILES,
    '/etc/shadow',
    '/dev/sda',
    '/dev/v4l/by-id/..',
    '/dev/video0/../sda',
  ]) {
    t.strictSame(refusedFor(input), ['lanes.0.readers.0.source.input'], input)
  }
})
