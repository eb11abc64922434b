/** What is told of a disk that takes no rows, and what lanes show: one alarm, whoever comes upon it. */
import t from 'tap'
import { createVirtualTime, settle } from '../../fixtures/clock.ts'
import { createVirtualLane } from '../../fixtures/virtual-lane.ts'
import { createEntryStops } from '../assembly/entry-stops.ts'
import type { DenyCode } from '../contract/codes.ts'
import { DISK_LOOK_MS } from '../limits.ts'
import { createBacklog } from '../store/backlog.ts'
import type { RoomState } from '../store/disk-reserve.ts'
import { JournalError } from '../store/journal-error.ts'
import { createDiskState, type DiskState } from './disk-state.ts'
import { startJournalMaintenance } from './journal-maintenance.ts'

function watched() {
  const alarms: string[] = []
  const shut: (DenyCode | undefined)[] = []
  const disk = createDiskState({
    onAlarm: (code, on, detail) => alarms.push(`${code} ${on} ${detail}`),
    onShut: why => shut.push(why),
  })
  return { disk, alarms, shut }
}

/** The upkeep of a journal that is sound but for what is given. */
function maintained(
  time: ReturnType<typeof createVirtualTime>,
  {
    disk,
    beat = async () => {},
    holdReserve,
    onRoom = () => {},
  }: {
    readonly disk: DiskState
    readonly beat?: () => Promise<void>
    readonly holdReserve: () => Promise<RoomState>
    readonly onRoom?: () => void
  },
) {
  return startJournalMaintenance({
    journal: {
      ...{ beat, holdReserve, prune: async () => {} },
      walk: async () => ({ next: undefined, rows: 0, broken: undefined }),
    },
    timers: time.timers,
    nowMs: time.clock.nowMs,
    knowsAge: () => true,
    keepRowsMs: 1,
    ...{ onAlarm: () => {}, onDisk: disk.found, onRoom },
    ...{ onWalked: () => {}, onFault: () => {} },
  })
}

t.test('a fault is one alarm, until nobody comes upon it any more', async t => {
  const { disk, alarms, shut } = watched()
  disk.found('look', 'EROFS')
  disk.rows(new JournalError('JOURNAL_FAILED', 'journal.db: EROFS'))
  disk.found('look', undefined)
  t.same(alarms, ['DISK_FAILED true EROFS'])
  t.equal(shut.at(-1), 'JOURNAL_FAILED')
  disk.rows(undefined)
  t.same(alarms.slice(1), ['DISK_FAILED false rows are written again'])
  t.equal(shut.at(-1), undefined)
})

t.test('a full disk is told as DISK_LOW elsewhere, and shown', async t => {
  const { disk, alarms, shut } = watched()
  disk.rows(new JournalError('JOURNAL_FULL', 'no room'))
  disk.found('look', undefined)
  t.same([alarms, shut.at(-1)], [[], 'JOURNAL_FULL'])
  disk.rows(new JournalError('JOURNAL_SLOW', 'no answer'))
  t.match(alarms, [/^DISK_FAILED true no answer/])
  t.equal(shut.at(-1), 'JOURNAL_SLOW')
})

t.test('without a row to write, a look and a mark of life find it within ten seconds', async t => {
  const { disk, alarms } = watched()
  const time = createVirtualTime()
  let bad = false
  const upkeep = maintained(time, {
    disk,
    beat: async () => {
      if (bad) throw new Error('EIO')
    },
    holdReserve: async () => ({ held: true, freeBytes: 1e9, ...(bad && { fault: 'EROFS' }) }),
  })
  await time.advanceAsync(DISK_LOOK_MS)
  t.same(alarms, [])
  bad = true
  await time.advanceAsync(DISK_LOOK_MS)
  await settle()
  t.same(alarms, ['DISK_FAILED true EROFS'])
  await time.advanceAsync(60_000)
  bad = false
  await time.advanceAsync(2 * DISK_LOOK_MS)
  await settle()
  t.equal(alarms.length, 2, 'and that it is over')
  upkeep.close()
})

t.test('room that is found ends a full disk, though no row is there to find it out', async t => {
  const { disk, shut } = watched()
  const time = createVirtualTime()
  let full = true
  const rows = createBacklog({
    journal: {
      appendAll: async () => {
        throw new JournalError('JOURNAL_FULL', 'no room')
      },
    },
    timers: time.timers,
    onFault: () => {},
    onTrouble: disk.rows,
  })
  const upkeep = maintained(time, {
    disk,
    holdReserve: async () => ({ held: !full, freeBytes: 1e9 }),
    onRoom: rows.roomFound,
  })
  const entry = { at: 0, clock: 'TRUSTED', lane: 'A', kind: 'grant', body: {} } as const
  await t.rejects(rows.append(entry), { code: 'JOURNAL_FULL' })
  await time.advanceAsync(DISK_LOOK_MS)
  t.equal(shut.at(-1), 'JOURNAL_FULL', 'no look found room')
  full = false
  await time.advanceAsync(DISK_LOOK_MS)
  t.equal(shut.at(-1), undefined)

  full = true
  void rows.keep({ ...entry, kind: 'passage' })
  await settle()
  full = false
  await time.advanceAsync(DISK_LOOK_MS)
  t.equal(shut.at(-1), 'JOURNAL_FULL', 'a row that waits finds out by itself')
  upkeep.close()
  rows.close()
})

t.test(
  'each lane shows why: a cross where nobody is taken, amber where people still leave',
  async t => {
    const [entry, both, exit] = await Promise.all([
      createVirtualLane(),
      createVirtualLane({ direction: 'both', exitScanner: { port: 'other' } }),
      createVirtualLane({ direction: 'exit' }),
    ])
    const door = createEntryStops()
    door.stop('disk', 'JOURNAL_FAILED')
    door.follow([entry.lane, both.lane, exit.lane])
    t.same([entry.shown(), both.shown(), exit.shown()], [['cross'], ['amber'], []])
    t.equal(entry.lane.view().entryShut, 'JOURNAL_FAILED')
    await entry.contact('release', true)
    t.same(entry.shown(), ['arrow'], 'staff still let through')
    await entry.time.advanceAsync(6000)
    t.same(entry.shown(), ['cross'], 'and it is shown again')
    door.stop('disk', undefined)
    t.same([entry.shown(), both.shown()], [[], []])
    await entry.contact('fire', true)
    t.same([...entry.energised].sort(), ['entry', 'exit'], 'fire opens at once')
  },
)
