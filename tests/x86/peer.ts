/**
 * v86, a PC emulator that others wrote, reduced to its CPU and memory: no BIOS, no devices, no clock, no JIT. A 64 KiB
 * image of our own stands where its BIOS would be and brings it, before each program, from the reset vector into flat protected
 * mode.
 */
import { readFile } from 'node:fs/promises';
import { V86 } from 'v86';
import { firmware, firmwareGdt, memorySize, type Image, type Ports, type State } from './state.ts';

type View = Int32Array | Uint32Array | Uint16Array | Uint8Array;

/** What is used of v86's CPU, by its own names. */
interface Cpu {
  readonly mem8: Uint8Array;
  readonly reg32: View;
  readonly flags: View;
  readonly flags_changed: View;
  readonly instruction_pointer: View;
  readonly in_hlt: View;
  readonly cpl: View;
  readonly cr: View;
  readonly gdtr_offset: View;
  readonly gdtr_size: View;
  readonly idtr_offset: View;
  readonly idtr_size: View;
  readonly sreg: View;
  readonly segment_offsets: View;
  reset_cpu(): void;
  main_loop(): number;
  get_eflags(): number;
  translate_address_system_read(linear: number): number;
  device_raise_irq(line: number): void;
  device_lower_irq(line: number): void;
}

/** The emulator, ready to run programs one after another. */
export interface Peer {
  /** Runs an image to its HLT, or for `rounds` × 100,003 instructions. The memory in the answer is its own until the next run. */
  run(image: Image, ports?: Ports, rounds?: number): Promise<State>;
  /** Loads an image, to be stepped through. */
  begin(image: Image, ports?: Ports): Promise<void>;
  /**
   * Executes until v86 is about to execute the instruction at a linear address whose physical one is given, once; false where it
   * does not get there. v86 has no single steps: for the time being RDTSC stands there, and its clock is ours.
   */
  goTo(linear: number, physical: number): boolean;
  /**
   * Executes LOOP to itself once, by its definition: an instruction that is its own successor cannot be stepped by `goTo`. False
   * where it is another one.
   */
  stay(): boolean;
  /** Sets flags of EFLAGS, of those in `mask`. */
  setFlags(value: number, mask: number): void;
  /** What the program has left so far. */
  state(): State;
  /** Asserts the timer's line (vector 0x20) for an instant; to be called by `Ports`. */
  tick(): void;
}

/** Ports with nothing behind them. */
export const noPorts: Ports = { read: () => -1, write: () => undefined };

/** From 0xf000:0xfff0 to flat protected mode, with TR and interrupt controller as a `.bin` finds them, and HLT. */
function firmwareImage(): Uint8Array {
  const image = new Uint8Array(0x10000);
  const put = (at: number, ...bytes: number[]) => image.set(bytes, at);
  put(0xfff0, 0xea, 0x00, 0x00, 0x00, 0xf0); // jmp 0xf000:0
  put(
    0,
    ...[0xfa], // cli
    ...[0x2e, 0x66, 0x0f, 0x01, 0x16, 0xf0, 0x00], // lgdt [cs:0xf0]
    ...[0x66, 0xb8, 0x11, 0, 0, 0, 0x0f, 0x22, 0xc0], // mov eax, PE | ET; mov cr0, eax
    ...[0x66, 0xea, 0x00, 0x01, 0x0f, 0x00, 0x08, 0x00], // jmp dword 8:0xf0100
  );
  put(0xf0, firmwareGdt.length - 1, 0, firmware.gdt & 0xff, firmware.gdt >> 8, 0, 0);
  const master = [0x11, 0x20, 0x04, 0x03]; // ICW1 to ICW4: vectors from 0x20, automatic end of interrupt
  put(
    0x100,
    ...[0x66, 0xb8, 0x10, 0x00, 0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xe0, 0x8e, 0xe8, 0x8e, 0xd0], // ds, es, fs, gs, ss = 0x10
    ...[0x66, 0xb8, 0x28, 0x00, 0x0f, 0x00, 0xd8], // mov ax, 0x28; ltr ax
    ...master.flatMap((word, at) => [0xb0, word, 0xe6, at === 0 ? 0x20 : 0x21]),
    ...[0xb0, 0xfe, 0xe6, 0x21], // the timer's line alone
    ...[0xbc, 0, firmware.stack >> 8, 0, 0], // mov esp, stack
    ...[0x31, 0xc0, 0xf4], // xor eax, eax; hlt
  );
  return image;
}

const image = firmwareImage();

interface Wires {
  /** Called whenever v86 looks at the clock. */
  clock: () => void;
  ports: Ports;
  says: string;
  readonly hole: Uint8Array;
}

/** Replaces what a PC has around its CPU: ports, the video memory's hole, the clock. */
function rewire(env: Record<string, unknown>, wires: Wires): Record<string, unknown> {
  let time = 0;
  const hole = new DataView(wires.hole.buffer);
  const start = 0xa0000;
  const inside = (at: number) => at >>> 0 >= start && at >>> 0 < start + wires.hole.length;
  const write = (at: number, bytes: readonly number[]) => {
    if (inside(at)) bytes.forEach((byte, offset) => hole.setUint8(at - start + offset, byte));
  };
  const bytesOf = (value: number, size: number) => Array.from({ length: size }, (_, at) => (value >>> (8 * at)) & 0xff);
  return {
    ...env,
    microtick: () => {
      wires.clock();
      return (time += 2);
    },
    run_hardware_timers: () => 100,
    cpu_event_halt: () => undefined,
    stop_idling: () => undefined,
    console_log_from_wasm: () => undefined,
    io_port_read8: (port: number) => wires.ports.read(port, 1) & 0xff,
    io_port_read16: (port: number) => wires.ports.read(port, 2) & 0xffff,
    io_port_read32: (port: number) => wires.ports.read(port, 4) | 0,
    io_port_write8: (port: number, value: number) => wires.ports.write(port, 1, value & 0xff),
    io_port_write16: (port: number, value: number) => wires.ports.write(port, 2, value & 0xffff),
    io_port_write32: (port: number, value: number) => wires.ports.write(port, 4, value >>> 0),
    mmap_read8: (at: number) => (inside(at) ? hole.getUint8(at - start) : 0xff),
    mmap_read32: (at: number) => (inside(at) ? hole.getInt32(at - start, true) : -1),
    mmap_write8: (at: number, value: number) => write(at, bytesOf(value, 1)),
    mmap_write16: (at: number, value: number) => write(at, bytesOf(value, 2)),
    mmap_write32: (at: number, value: number) => write(at, bytesOf(value, 4)),
  };
}

async function start(wires: Wires): Promise<Cpu> {
  const wasm = await readFile(new URL('../../node_modules/v86/build/v86.wasm', import.meta.url));
  const emulator = new V86({
    wasm_fn: async (imports) => {
      const env = rewire(imports['env'] as Record<string, unknown>, wires);
      const { instance } = await WebAssembly.instantiate(wasm, { env } as WebAssembly.Imports);
      return instance.exports;
    },
    bios: { buffer: image.buffer as ArrayBuffer },
    memory_size: memorySize,
    vga_memory_size: memorySize,
    autostart: false,
    disable_jit: true,
    disable_speaker: true,
  });
  await new Promise<void>((resolve) => emulator.add_listener('emulator-loaded', () => resolve()));
  return (emulator as unknown as { v86: { cpu: Cpu } }).v86.cpu;
}

/** Resets v86 and lets the firmware run, then puts a program into its memory. */
function load(cpu: Cpu, { entry, pieces }: Image): void {
  cpu.mem8.fill(0);
  cpu.mem8.set(firmwareGdt, firmware.gdt);
  cpu.mem8[firmware.gdt + 0x2d] = 0x89; // LTR wants a TSS that is not busy
  cpu.mem8.set(image, 0xf0000);
  cpu.reset_cpu();
  cpu.main_loop();
  if (cpu.in_hlt[0] === 0 || cpu.cr[0] !== 0x11) throw new Error('v86 did not reach protected mode');
  cpu.mem8.fill(0, 0xf0000);
  cpu.mem8.fill(0, firmware.gdt, firmware.gdt + firmwareGdt.length);
  for (const { at, bytes } of pieces) cpu.mem8.set(bytes, at);
  cpu.flags[0] = 2;
  cpu.flags_changed[0] = 0;
  cpu.in_hlt[0] = 0;
  cpu.instruction_pointer[0] = entry;
}

function readOut(cpu: Cpu, wires: Wires, end: State['end']): State {
  const unsigned = (view: View, at = 0) => (view[at] ?? 0) >>> 0;
  const many = (view: View, ...places: number[]) => places.map((at) => unsigned(view, at));
  const memory = cpu.mem8.subarray(0); // v86's views are proxies, which follow a memory that grows
  memory.set(wires.hole, 0xa0000);
  return {
    end,
    registers: many(cpu.reg32, 0, 1, 2, 3, 4, 5, 6, 7),
    eip: (unsigned(cpu.instruction_pointer) - unsigned(cpu.segment_offsets, 1)) >>> 0,
    eflags: cpu.get_eflags() >>> 0,
    cpl: unsigned(cpu.cpl),
    selectors: many(cpu.sreg, 0, 1, 2, 3, 4, 5, 6, 7),
    control: many(cpu.cr, 0, 2, 3, 4),
    gdtr: [unsigned(cpu.gdtr_offset), unsigned(cpu.gdtr_size)],
    idtr: [unsigned(cpu.idtr_offset), unsigned(cpu.idtr_size)],
    memory,
    ...(end === 'gave up' ? { says: wires.says } : {}),
  };
}

/** RDTSC and FWAIT: the first asks for the clock, behind the second v86 sees that it is to stop. Both are for all rings. */
const stop = [0x0f, 0x31, 0x9b];

/** Starts v86. It takes about 50 ms, and again after each program at which it gave up. */
export async function createPeer(): Promise<Peer> {
  const wires: Wires = { clock: () => undefined, ports: noPorts, says: '', hole: new Uint8Array(0x20000) };
  let cpu = await start(wires);
  let broken = false;
  const begin = async (image: Image, ports: Ports) => {
    if (broken) cpu = await start(wires);
    broken = false;
    wires.hole.fill(0);
    load(cpu, image);
    wires.ports = ports;
  };
  return {
    begin: (image, ports = noPorts) => begin(image, ports),
    state: () => readOut(cpu, wires, cpu.in_hlt[0] === 0 ? 'budget' : 'halt'),
    goTo(linear, physical) {
      const memory = cpu.mem8.subarray(0);
      const there = memory.slice(physical, physical + stop.length);
      memory.set(stop, physical);
      let registers: readonly number[] | undefined;
      let calls = 0;
      wires.clock = () => {
        // The first call is `main_loop`'s own.
        if (calls++ === 0 || registers !== undefined || cpu.instruction_pointer[0] !== ((linear + 2) | 0)) return;
        registers = [cpu.reg32[0] ?? 0, cpu.reg32[2] ?? 0];
        cpu.in_hlt[0] = 1;
      };
      cpu.main_loop();
      wires.clock = () => undefined;
      memory.set(there, physical);
      if (registers === undefined) return false;
      [cpu.reg32[0], cpu.reg32[2]] = registers as [number, number];
      cpu.instruction_pointer[0] = linear;
      cpu.in_hlt[0] = 0;
      return true;
    },
    stay() {
      const physical = cpu.translate_address_system_read(cpu.instruction_pointer[0] ?? 0);
      const isLoop = cpu.mem8[physical] === 0xe2 && cpu.mem8[physical + 1] === 0xfe && cpu.reg32[1] !== 1;
      if (isLoop) cpu.reg32[1] = (cpu.reg32[1] ?? 0) - 1;
      return isLoop;
    },
    setFlags(value, mask) {
      cpu.flags[0] = (cpu.get_eflags() & ~mask) | (value & mask);
      cpu.flags_changed[0] = 0;
    },
    tick() {
      cpu.device_raise_irq(0);
      cpu.device_lower_irq(0);
    },
    async run(image, ports = noPorts, rounds = 2) {
      await begin(image, ports);
      try {
        for (let round = 0; round < rounds && cpu.in_hlt[0] === 0; round++) cpu.main_loop();
      } catch (error) {
        // A panic of the Rust code, or its stack's end: its own stack is not wound back, so that it starts anew.
        broken = true;
        wires.says = error instanceof Error ? error.message : String(error);
        return readOut(cpu, wires, 'gave up');
      }
      return readOut(cpu, wires, cpu.in_hlt[0] === 0 ? 'budget' : 'halt');
    },
  };
}
