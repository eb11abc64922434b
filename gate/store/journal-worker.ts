/** The journal's own thread. */
import { workerData } from 'node:worker_threads'
import { answerRequests, postNotice } from '../threads/answer-requests.ts'
import { createFileDisk } from './journal-disk.ts'
import { createJournalHost, type HostParts, type JournalCalls } from './journal-host.ts'

/** What the thread is started with. */
export interface WorkerData extends Pick<HostParts, 'nowMs' | 'epochSeed'> {
  readonly file: string
}

const { file, ...start } = workerData as WorkerData
const disk = createFileDisk(file)
answerRequests<JournalCalls>(createJournalHost({ ...start, disk, onNotice: postNotice }))
