/** Requests from an address of one's own choice: on Linux each of 127.0.0.0/8 is this machine. */
import { request } from 'node:http'

export interface FromAddress {
  call(path: string, init?: RequestInit): Promise<Response>
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>
}

/** `url`: of the service, `http://127.0.0.1:PORT`. */
export function fromAddress(url: string, localAddress: string): FromAddress {
  const call = (path: string, { method = 'GET', headers, body }: RequestInit = {}) =>
    new Promise<Response>((resolve, reject) => {
      const sent = Object.fromEntries(new Headers(headers))
      const options = { method, localAddress, headers: sent }
      const asked = request(`${url}${path}`, options, answer => {
        const parts: Buffer[] = []
        answer.on('data', part => parts.push(part))
        answer.on('error', reject)
        answer.on('end', () => {
          const { statusCode = 0, headers: got } = answer
          const text = [204, 304].includes(statusCode) ? null : Buffer.concat(parts)
          const status = { status: statusCode, headers: got as Record<string, string> }
          resolve(new Response(text, status))
        })
      })
      asked.on('error', reject)
      asked.end(typeof body === 'string' ? body : undefined)
    })
  return {
    call,
    post: (path, body, headers = {}) =>
      call(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
  }
}
