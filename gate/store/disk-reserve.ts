/**
 * Room for the day the disk is full: a file of zeros that was written in good time, and is given
 * up when the journal finds no other room.
 */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  openSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { DISK_LOW_BYTES } from '../limits.ts'

export interface Room {
  /** Gives it up; false when there was none. */
  release(): boolean
  /** Takes it again when the disk has room for it and to spare. */
  hold(): void
  /** `held`: the reserve is there. `freeBytes`: of the disk, to this user. */
  state(): RoomState
}

export interface RoomState {
  readonly held: boolean
  readonly freeBytes: number
  /** Why nothing can be written there; absent where a look finds no reason. */
  readonly fault?: string
}

const CHUNK_BYTES = 1_048_576

/** For a journal in memory. */
export const NO_ROOM: Room = {
  release: () => false,
  hold: () => {},
  state: () => ({ held: true, freeBytes: Number.MAX_SAFE_INTEGER }),
}

/** The reserve is `file`, `bytes` long. */
export function createRoom(file: string, bytes: number): Room {
  const held = () => existsSync(file) && statSync(file).size >= bytes
  const freeBytes = () => {
    const { bavail, bsize } = statfsSync(dirname(file))
    return bavail * bsize
  }
  return {
    release() {
      return existsSync(file) && isGone(file)
    },
    hold() {
      if (held() || freeBytes() < bytes + DISK_LOW_BYTES) return
      try {
        writeZeros(file, bytes)
      } catch {
        isGone(file)
      }
    },
    state: () => ({ held: held(), freeBytes: freeBytes(), ...readOnly(dirname(file)) }),
  }
}

/** Takes the reserve again where it can, and says how much room there is then. */
export function holdReserve(room: Room): RoomState {
  room.hold()
  return room.state()
}

/** A look writes nothing: the system knows which disks are read-only (access(2), EROFS). */
function readOnly(folder: string): Pick<RoomState, 'fault'> {
  try {
    accessSync(folder, constants.W_OK)
    return {}
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code === 'EROFS' ? { fault: message } : {}
  }
}

/** False where the disk does not let it go. */
function isGone(file: string): boolean {
  try {
    rmSync(file, { force: true })
    return true
  } catch {
    return false
  }
}

function writeZeros(file: string, bytes: number): void {
  const handle = openSync(file, 'w', 0o600)
  try {
    const zeros = new Uint8Array(CHUNK_BYTES)
    for (let left = bytes; left > 0; left -= CHUNK_BYTES) {
      writeSync(handle, zeros, 0, Math.min(left, CHUNK_BYTES))
    }
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
