/**
 * An ATmega328P at 16 MHz that runs a real .hex: avr8js with the peripherals a gate board uses.
 *
 * A watchdog or external reset builds CPU and peripherals anew, as silicon does; only EEPROM and
 * what the world puts on the pins survive. Bytes from the host wait here until the emulated UART
 * has received the one before.
 */
import {
  AVRClock,
  AVREEPROM,
  AVRIOPort,
  AVRTimer,
  AVRUSART,
  AVRWatchdog,
  avrInstruction,
  CPU,
  clockConfig,
  EEPROMMemoryBackend,
  eepromConfig,
  PinState,
  portBConfig,
  portCConfig,
  portDConfig,
  timer0Config,
  timer1Config,
  timer2Config,
  usart0Config,
  watchdogConfig,
} from 'avr8js'
import { hexBytesMax, wireQueueBytesMax } from '../limits.ts'

export const avrHz = 16_000_000
const flashBytes = 32_768
const eepromBytes = 1024
const sramBytes = 2048
const sleepOpcode = 0x9588
const addressSreg = 0x5f
const interruptFlag = 0x80
const addressMcusr = 0x54
const resetByWatchdog = 0x08
const resetByPin = 0x02
const jumpToItself = 0xcfff
const pinCount = 20
const offerCycles = 256

export interface AvrListeners {
  /** A byte left the UART. */
  readonly onByte: (byte: number) => void
  /** An output changed; a pin that is no output counts as low. */
  readonly onPin: (pin: number, level: 0 | 1, cycles: number) => void
  readonly onReset?: (cause: 'watchdog' | 'pin') => void
}

export interface AvrMachine {
  /** Cycles since the start, over all resets. */
  readonly cycles: number
  /** Cycles when the UART had received the last byte from the host. */
  readonly lastByteCycles: number
  /** Runs until `cycles`. */
  runTo(cycles: number): void
  receive(bytes: Uint8Array): void
  /** `null` leaves the pin open: its pull-up, or noise. */
  setInput(pin: number, level: 0 | 1 | null): void
  level(pin: number): 0 | 1
  /** Output, input, or input with pull-up, as the chip has it now. */
  pinState(pin: number): 'output' | 'input' | 'pullup'
  reset(): void
  /** A fault: the program runs in a circle from where it is, until a reset. */
  hang(): void
}

/** avr8js keeps its list of timed events to itself; sleeping needs the time of the next. */
interface CpuInside {
  nextClockEvent: { readonly cycles: number } | null
}

interface Chip {
  readonly cpu: CPU
  readonly usart: AVRUSART
  readonly ports: readonly AVRIOPort[]
}

/** `noise` is what an open input without pull-up shows. */
export function createAvrMachine(
  hex: string,
  listeners: AvrListeners,
  noise: () => 0 | 1 = () => (Math.random() < 0.5 ? 0 : 1),
): AvrMachine {
  const program = readHex(hex)
  const eeprom = new EEPROMMemoryBackend(eepromBytes)
  const outside: (0 | 1 | null)[] = Array.from({ length: pinCount }, () => null)
  const levels: (0 | 1)[] = Array.from({ length: pinCount }, () => 0)
  let waiting: number[] = []
  let lastByteCycles = 0
  let resetCause: 'watchdog' | 'pin' | null = null
  let chip = build(0, resetByPin)

  function build(cycles: number, cause: number): Chip {
    const cpu = new CPU(program.slice(), sramBytes)
    cpu.cycles = cycles
    cpu.data[addressMcusr] = cause
    const usart = new AVRUSART(cpu, usart0Config, avrHz)
    keepReceived(cpu)
    const ports = [portDConfig, portBConfig, portCConfig].map(config => new AVRIOPort(cpu, config))
    for (const config of [timer0Config, timer1Config, timer2Config]) new AVRTimer(cpu, config)
    new AVREEPROM(cpu, eeprom, eepromConfig)
    new AVRWatchdog(cpu, watchdogConfig, new AVRClock(cpu, avrHz, clockConfig))
    const plainReset = cpu.reset.bind(cpu)
    cpu.reset = () => {
      plainReset()
      resetCause = 'watchdog'
    }
    usart.onByteTransmit = byte => listeners.onByte(byte)
    usart.onRxComplete = () => {
      lastByteCycles = cpu.cycles
      feed()
    }
    for (const port of ports) {
      port.addListener(() => {
        settle()
        present()
      })
    }
    return { cpu, usart, ports }
  }

  function place(pin: number): { port: AVRIOPort; bit: number } {
    const [index, bit] = pin < 8 ? [0, pin] : pin < 14 ? [1, pin - 8] : [2, pin - 14]
    return { port: chip.ports[index]!, bit }
  }

  function stateOf(pin: number): PinState {
    const { port, bit } = place(pin)
    return port.pinState(bit)
  }

  function settle(): void {
    for (let pin = 2; pin < pinCount; pin += 1) {
      const level = stateOf(pin) === PinState.High ? 1 : 0
      if (levels[pin] === level) continue
      levels[pin] = level
      listeners.onPin(pin, level, chip.cpu.cycles)
    }
  }

  /** Puts the outside world on the inputs; pull-ups decide where nothing is connected. */
  function present(): void {
    for (let pin = 2; pin < pinCount; pin += 1) {
      const state = stateOf(pin)
      if (state !== PinState.Input && state !== PinState.InputPullUp) continue
      const { port, bit } = place(pin)
      const open = state === PinState.InputPullUp ? 1 : noise()
      port.setPin(bit, (outside[pin] ?? open) === 1)
    }
  }

  function restart(cause: 'watchdog' | 'pin'): void {
    resetCause = null
    waiting = []
    chip = build(chip.cpu.cycles, cause === 'watchdog' ? resetByWatchdog : resetByPin)
    settle()
    present()
    listeners.onReset?.(cause)
  }

  function feed(): void {
    const next = waiting[0]
    if (next !== undefined && chip.usart.writeByte(next) === true) waiting.shift()
  }

  /** SLEEP, which avr8js runs as a no-op: time jumps to the next event until one interrupts. */
  function sleep(untilCycles: number): void {
    const { cpu } = chip
    const eventCycles =
      (cpu as unknown as CpuInside).nextClockEvent?.cycles ?? Number.POSITIVE_INFINITY
    cpu.cycles = Math.max(cpu.cycles, Math.min(eventCycles, untilCycles))
    if (eventCycles > cpu.cycles) return
    const sreg = cpu.data[addressSreg]!
    cpu.data[addressSreg] = sreg & ~interruptFlag
    cpu.tick()
    cpu.data[addressSreg] = sreg
  }

  /** The innermost loop: nothing here but what each instruction needs. */
  function run(untilCycles: number): void {
    const { cpu } = chip
    const { progMem } = cpu
    while (cpu.cycles < untilCycles && resetCause === null) {
      if (progMem[cpu.pc] === sleepOpcode && cpu.nextInterrupt < 0) sleep(untilCycles)
      else {
        avrInstruction(cpu)
        cpu.tick()
      }
    }
  }

  present()
  return {
    get cycles() {
      return chip.cpu.cycles
    },
    get lastByteCycles() {
      return lastByteCycles
    },
    runTo(cycles) {
      while (chip.cpu.cycles < cycles) {
        feed()
        // The receiver is off while the chip boots: it is offered the byte again and again.
        const offerAgain = waiting.length > 0 && !chip.usart.rxBusy
        run(offerAgain ? Math.min(cycles, chip.cpu.cycles + offerCycles) : cycles)
        if (resetCause !== null) restart(resetCause)
      }
    },
    receive(bytes) {
      if (waiting.length + bytes.length <= wireQueueBytesMax) waiting.push(...bytes)
    },
    setInput(pin, level) {
      if (pin < 2 || pin >= pinCount || outside[pin] === level) return
      outside[pin] = level
      present()
    },
    level: pin => levels[pin] ?? 0,
    pinState(pin) {
      const state = stateOf(pin)
      if (state === PinState.Input) return 'input'
      return state === PinState.InputPullUp ? 'pullup' : 'output'
    },
    reset: () => restart('pin'),
    hang() {
      const { cpu } = chip
      cpu.data[addressSreg] = cpu.data[addressSreg]! & ~interruptFlag
      cpu.progMem[cpu.pc] = jumpToItself
    },
  }
}

const received = {
  address: usart0Config.rxCompleteInterrupt,
  flagRegister: usart0Config.UCSRA,
  flagMask: 0x80,
  enableRegister: usart0Config.UCSRB,
  enableMask: 0x80,
  constant: true,
}

/** avr8js drops a received byte that waits for its interrupt when UCSRB is written; silicon keeps
 * it. Firmware writes that register whenever it has something to send. */
function keepReceived(cpu: CPU): void {
  const { UCSRA, UCSRB } = usart0Config
  const write = cpu.writeHooks[UCSRB]!
  cpu.writeHooks[UCSRB] = (value, oldValue, address, mask) => {
    const waiting = (cpu.data[UCSRA]! & received.flagMask) !== 0
    const done = write(value, oldValue, address, mask)
    if (waiting) cpu.setInterruptFlag(received)
    return done
  }
}

/** Intel HEX, record types 00, 01, 02 to 05. Throws RangeError for anything damaged or too big. */
export function readHex(text: string): Uint16Array {
  if (text.length > hexBytesMax) throw new RangeError(`a .hex file over ${hexBytesMax} bytes`)
  const flash = new Uint8Array(flashBytes).fill(0xff)
  let base = 0
  let ended = false
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line === '') continue
    const where = `line ${index + 1} of the .hex file`
    if (!/^:([0-9A-Fa-f]{2}){5,}$/.test(line)) throw new RangeError(`${where} is no record`)
    const record = Buffer.from(line.slice(1), 'hex')
    const [count, high, low, type] = record as unknown as [number, number, number, number]
    const data = record.subarray(4, -1)
    const sum = record.reduce((total, byte) => (total + byte) & 0xff, 0)
    if (count !== data.length || sum !== 0) throw new RangeError(`${where} is damaged`)
    if (type === 1) ended = true
    else if (type === 2) base = data.readUInt16BE(0) * 16
    else if (type === 4) base = data.readUInt16BE(0) * 65_536
    else if (type === 0) {
      const address = base + high * 256 + low
      if (address + data.length > flashBytes) throw new RangeError(`${where} is beyond the flash`)
      flash.set(data, address)
    }
  }
  if (!ended) throw new RangeError('the .hex file has no end record')
  return new Uint16Array(flash.buffer)
}
