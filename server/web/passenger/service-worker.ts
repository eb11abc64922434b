/**
 * Keeps the files of the passenger's page, so that it opens without a network. It answers for these
 * files alone: requests to the API pass it by, and no answer of the API is kept.
 */

/** As much of the Service Workers standard as is used here: its library of types excludes the page's. */
interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void
}
interface FetchEvent extends ExtendableEvent {
  readonly request: Request
  respondWith(answer: Promise<Response>): void
}
interface WorkerScope {
  readonly location: Location
  readonly clients: { claim(): Promise<void> }
  skipWaiting(): Promise<void>
  addEventListener(type: 'install' | 'activate', run: (event: ExtendableEvent) => void): void
  addEventListener(type: 'fetch', run: (event: FetchEvent) => void): void
}
const scope = self as unknown as WorkerScope

/** The build puts the addresses here, one blank between two. A new build has others. */
const FILES = '__PAGE_FILES__'.split(' ')
const NAME = `page ${FILES.join(' ')}`

scope.addEventListener('install', event => {
  event.waitUntil(keepFiles())
})

scope.addEventListener('activate', event => {
  event.waitUntil(dropOthers())
})

scope.addEventListener('fetch', event => {
  const { pathname, origin } = new URL(event.request.url)
  const isOurs = origin === scope.location.origin && FILES.includes(pathname)
  if (event.request.method === 'GET' && isOurs) event.respondWith(fileOf(pathname, event.request))
})

async function keepFiles(): Promise<void> {
  const cache = await caches.open(NAME)
  await cache.addAll(FILES.map(path => new Request(path, { cache: 'no-cache' })))
  await scope.skipWaiting()
}

async function dropOthers(): Promise<void> {
  const names = await caches.keys()
  await Promise.all(names.filter(name => name !== NAME).map(name => caches.delete(name)))
  await scope.clients.claim()
}

async function fileOf(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(NAME)
  return (await cache.match(path)) ?? fetch(request)
}
