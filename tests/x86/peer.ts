/**
 * v86, a PC emulator that others wrote, reduced to its CPU and memory: no BIOS, no devices, no clock, no JIT. A 64 KiB
 * image of our own stands where its BIOS would be and brings it from the reset vector into flat protected mode; what it is
 * then is put back before each program.
 */
import { readFile } from 'node:fs/promises';
import { V86 } from 'v86';
import { firmware, firmwareGdt, memorySize, type Image, type Ports, type State } from './state.ts';

/** Views that v86 has of its CPU's state, by its own names; what is not here is derived from it or never used. */
const kept = [
  'reg32',
  'flags',
  'flags_changed',
  'last_op_size',
  'last_op1',
  'last_result',
  'instruction_pointer',
  'previous_ip',
  'instruction_counter',
  'prefixes',
  'in_hlt',
  'cpl',
  'cr',
  'gdtr_offset',
  'gdtr_size',
  'idtr_offset',
  'idtr_size',
  'sreg',
  'segment_offsets',
  'segment_limits',
  'segment_access_bytes',
  'segment_is_null',
  'protected_mode',
  'is_32',
  'stack_size_32',
  'tss_size_32',
] as const;

type View = Int32Array | Uint32Array | Uint16Array | Uint8Array;

type Cpu = Record<(typeof kept)[number], View> & {
  readonly mem8: Uint8Array;
  main_loop(): number;
  get_eflags(): number;
  full_clear_tlb(): void;
  update_state_flags(): void;
  device_raise_irq(line: number): void;
  device_lower_irq(line: number): void;
};

/** The emulator, ready to run programs one after another. */
export interface Peer {
  /** Runs an image to its HLT, or for `rounds` × 100,003 instructions. The memory in the answer is its own until the next run. */
  run(image: Image, ports?: Ports, rounds?: number): Promise<State>;
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
    ...[0x31, 0xc0, 0xfc, 0x83, 0xe0, 0x00], // eax = 0, flags as after reset but PF and ZF
    0xf4, // hlt
  );
  return image;
}

interface Wires {
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
  const bytesOf = (value: number, size: number) =>
    Array.from({ length: size }, (_, at) => (value >>> (8 * at)) & 0xff);
  return {
    ...env,
    microtick: () => (time += 2),
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
    bios: { buffer: firmwareImage().buffer as ArrayBuffer },
    memory_size: memorySize,
    vga_memory_size: memorySize,
    autostart: false,
    disable_jit: true,
    disable_speaker: true,
  });
  await new Promise<void>((resolve) => emulator.add_listener('emulator-loaded', () => resolve()));
  const { cpu } = (emulator as unknown as { v86: { cpu: Cpu } }).v86;
  cpu.mem8.set(firmwareGdt, firmware.gdt);
  cpu.mem8[firmware.gdt + 0x2d] = 0x89; // LTR wants a TSS that is not busy
  cpu.main_loop();
  if (cpu.in_hlt[0] === 0 || cpu.cr[0] !== 0x11) throw new Error('v86 did not reach protected mode');
  cpu.flags[0] = 2;
  cpu.flags_changed[0] = 0;
  cpu.in_hlt[0] = 0;
  return cpu;
}

function readOut(cpu: Cpu, wires: Wires, end: State['end']): State {
  const unsigned = (view: View, at = 0) => (view[at] ?? 0) >>> 0;
  const many = (view: View, ...places: number[]) => places.map((at) => unsigned(view, at));
  const memory = cpu.mem8;
  memory.set(wires.hole, 0xa0000);
  return {
    end,
    registers: many(cpu.reg32, 0, 1, 2, 3, 4, 5, 6, 7),
    eip: (unsigned(cpu.instruction_pointer) - unsigned(cpu.segment_offsets, 1)) >>> 0,
    eflags: cpu.get_eflags() >>> 0,
    cpl: unsigned(cpu.cpl),
    selectors: many(cpu.sreg, 0, 1, 2, 3, 4, 5),
    control: many(cpu.cr, 0, 2, 3, 4),
    gdtr: [unsigned(cpu.gdtr_offset), unsigned(cpu.gdtr_size)],
    idtr: [unsigned(cpu.idtr_offset), unsigned(cpu.idtr_size)],
    memory,
    ...(end === 'gave up' ? { says: wires.says } : {}),
  };
}

/** Starts v86. It takes about 50 ms, and again after each program at which it gave up. */
export async function createPeer(): Promise<Peer> {
  const wires: Wires = { ports: noPorts, says: '', hole: new Uint8Array(0x20000) };
  let cpu = await start(wires);
  const clean = new Map(kept.map((name) => [name, cpu[name].slice()]));
  let broken = false;
  return {
    tick() {
      cpu.device_raise_irq(0);
      cpu.device_lower_irq(0);
    },
    async run(image, ports = noPorts, rounds = 2) {
      if (broken) cpu = await start(wires);
      broken = false;
      wires.ports = ports;
      wires.hole.fill(0);
      cpu.mem8.fill(0);
      for (const { at, bytes } of image.pieces) cpu.mem8.set(bytes, at);
      for (const name of kept) cpu[name].set(clean.get(name) ?? []);
      cpu.instruction_pointer[0] = image.entry;
      cpu.full_clear_tlb();
      cpu.update_state_flags();
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
