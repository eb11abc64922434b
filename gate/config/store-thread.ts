/** The thread that writes `config.db`: a slow card must not hold up the one that moves barriers. */
import { workerData } from 'node:worker_threads'
import { answerRequests } from '../threads/answer-requests.ts'
import { storeIn } from './store-file.ts'
import { createStoreWriter, type StoreCalls } from './store-writer.ts'

const { dataDir } = workerData as { dataDir: string }
answerRequests<StoreCalls>(createStoreWriter(storeIn(dataDir)))
