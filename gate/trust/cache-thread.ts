/**
 * The worker thread that writes `trust.db`: a synchronous write on a bad flash card stalls for
 * hundreds of milliseconds, and the thread that moves the barrier must not wait for it.
 */
import { workerData } from 'node:worker_threads'
import { answerRequests } from '../threads/answer-requests.ts'
import { cacheIn } from './cache-file.ts'
import { type CacheCalls, createCacheWriter } from './cache-writer.ts'

const { dataDir } = workerData as { dataDir: string }
answerRequests<CacheCalls>(createCacheWriter(cacheIn(dataDir)))
