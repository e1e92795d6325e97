/**
 * The world that every random program finds in memory: a GDT with segments of all kinds, a TSS, 256 gates, and handlers in
 * machine code that write down each fault (vector, error code, EIP, CS, EFLAGS, CR2, their own EFLAGS) and go on with the next chunk of the program.
 */
import { bytesOf } from './forms.ts';
import { descriptor, firmware, firmwareGdt, type Piece } from './state.ts';

/** Physical addresses; linear ones are the same in all programs. */
export const at = {
  entry: 0x1000,
  chunks: 0x1100,
  chunksEnd: 0x3000,
  log: 0x3000,
  logStart: 0x3100,
  logEnd: 0x3800,
  stacks: 0x3f00,
  idt: 0x4000,
  stubs: 0x5000,
  handler: 0x6000,
  innerHandler: 0x6f00,
  userStack: 0xbf00,
  innerStack: 0xdf00,
  ldt: 0xe100,
  otherTss: 0xe200,
  data: 0x10000,
  dataEnd: 0x18000,
  edge: 0x18ffd,
  pageDirectory: 0x20000,
  pageTable: 0x21000,
  aliasTable: 0x22000,
} as const;

/** Bytes of a chunk of a program. */
export const chunkSize = 64;

/** Bytes of an entry of the log: vector, error code, EIP, CS, EFLAGS, CR2, the handler's EFLAGS. */
export const entrySize = 32;

/** Selectors of the world, by what they name. Ring 0 to 3 code and data carry the fitting RPL. */
export const selectors = {
  code: [0x08, 0x31, 0x42, 0x1b],
  data: [0x10, 0x39, 0x4a, 0x23],
  absentData: 0x53,
  absentKernelData: 0x58,
  absentCode: 0x63,
  readOnly: 0x6b,
  executeOnly: 0x73,
  conforming: 0x78,
  callGate: 0x8b,
  absentCallGate: 0x93,
  shifted: 0x9b,
  unaccessed: 0xa3,
  small: 0xab,
  absentStack: 0xe3,
} as const;

const flat = 0xfffff;

/** A gate, in the GDT or the IDT. */
export function gate(selector: number, offset: number, access: number, parameters = 0): number[] {
  return [...bytesOf(offset, 2), ...bytesOf(selector, 2), parameters, access, ...bytesOf(offset >>> 16, 2)];
}

const gdt = [
  ...firmwareGdt,
  ...descriptor(0, flat, 0xbb, 0xc), // 0x30 ring 1
  ...descriptor(0, flat, 0xb3, 0xc),
  ...descriptor(0, flat, 0xdb, 0xc), // 0x40 ring 2
  ...descriptor(0, flat, 0xd3, 0xc),
  ...descriptor(0, flat, 0x73, 0xc), // 0x50 absent
  ...descriptor(0, flat, 0x13, 0xc),
  ...descriptor(0, flat, 0x7b, 0xc),
  ...descriptor(0, flat, 0xf1, 0xc), // 0x68 read-only
  ...descriptor(0, flat, 0xf9, 0xc),
  ...descriptor(0, flat, 0x9f, 0xc), // 0x78 conforming
  ...descriptor(at.ldt, 0x2f, 0x82, 0), // 0x80 an LDT
  ...gate(0x08, at.innerHandler, 0xec), // 0x88 call gate for all rings
  ...gate(0x08, at.innerHandler, 0x6c),
  ...descriptor(0x10000, flat, 0xf3, 0xc), // 0x98 with a base
  ...descriptor(0, flat, 0xf2, 0xc), // 0xa0 not accessed yet
  ...descriptor(0x11000, 0x1234, 0xf3, 0x4), // 0xa8 limit in bytes
  ...descriptor(0, 0, 0x8e, 0), // 0xb0 types that LAR refuses: interrupt gate
  ...descriptor(at.otherTss, 0x68 + 0x22 - 1, 0x89, 0), // 0xb8 another TSS, with a map of ports
  ...descriptor(0, 0x2b, 0x81, 0), // 0xc0 a 16-bit one
  ...descriptor(0, 0xffff, 0x80, 0), // 0xc8 reserved type
  ...descriptor(0, 0x12345, 0xf7, 0x4), // 0xd0 expand-down
  ...descriptor(0, flat, 0xff, 0xc), // 0xd8 conforming, DPL 3
  ...descriptor(0, flat, 0x73, 0xc), // 0xe0 an absent stack
];

/** GDTR and IDTR, as LGDT and LIDT read them, behind the log's pointer. */
const pointers = [
  ...bytesOf(at.logStart, 4),
  ...[0, 0, 0, 0],
  ...bytesOf(gdt.length - 1, 2),
  ...bytesOf(firmware.gdt, 4),
  ...[0, 0],
  ...bytesOf(0x7ff, 2),
  ...bytesOf(at.idt, 4),
];

/** Addresses of what LGDT and LIDT read. */
export const gdtPointer = at.log + 8;
export const idtPointer = at.log + 16;

/** A TSS with three inner stacks, and the offset of its map of ports. */
function taskState(map: number): number[] {
  const tss = new Array<number>(0x68).fill(0);
  const put = (offset: number, value: number) => tss.splice(offset, 4, ...bytesOf(value, 4));
  put(4, firmware.stack);
  put(8, 0x10);
  put(12, at.innerStack);
  put(16, 0x39);
  put(20, at.innerStack - 0x800);
  put(24, 0x4a);
  put(0x64, map << 16);
  return tss;
}

const withCode = new Set([8, 10, 11, 12, 13, 14, 17]);

/** Vectors of software interrupts, by the kind of gate; a gate that is not named is an interrupt gate for ring 0. */
export const vectors = { stop: 0x30, user: 0x31, trap: 0x40, absent: 0x50, kernel: 0x60, inner: 0x70 } as const;

/** Access byte and selector of a vector's gate. */
function kindOfGate(vector: number): readonly [access: number, selector: number] {
  if (vector === 3 || vector === 4 || vector === vectors.stop || vector === vectors.user) return [0xee, 0x08];
  if (vector >> 4 === vectors.trap >> 4) return [0xef, 0x08];
  if (vector >> 4 === vectors.absent >> 4) return [0x6e, 0x08];
  if (vector >> 4 === vectors.inner >> 4) return [0xee, 0x31];
  return [0x8e, 0x08];
}

function relative(from: number, to: number): number[] {
  return bytesOf(to - from - 4, 4);
}

function stub(vector: number): number[] {
  const start = at.stubs + vector * 16;
  const code = withCode.has(vector) ? [0x90, 0x90] : [0x6a, 0x00];
  return [...code, 0x68, ...bytesOf(vector, 4), 0xe9, ...relative(start + 8, at.handler), 0x90, 0x90, 0x90, 0x90];
}

/** From a stub: [esp] is the vector, then error code, EIP, CS, EFLAGS, and ESP and SS where the ring has changed. */
function handler(): number[] {
  const code: number[] = [];
  const jumps: { at: number; to: string }[] = [];
  const labels = new Map<string, number>();
  const put = (...bytes: number[]) => code.push(...bytes);
  const jump = (condition: number, to: string) => {
    put(0x0f, 0x80 | condition, 0, 0, 0, 0);
    jumps.push({ at: code.length - 4, to });
  };
  const label = (name: string) => labels.set(name, code.length);
  const store = (from: number, to: number) => put(0x8b, 0x44, 0x24, from, 0x36, 0x89, 0x41, to);
  put(0x50, 0x51, 0xfc); // push eax; push ecx; cld
  // RF is set in the frames of faults (differences.ts), the arithmetic flags may be undefined: masked in log and frame.
  put(0x81, 0x64, 0x24, 24, ...bytesOf(~0x108d5, 4)); // and dword [esp+24], …
  put(0x36, 0x8b, 0x0d, ...bytesOf(at.log, 4)); // mov ecx, [ss:log]
  put(0x81, 0xf9, ...bytesOf(at.logEnd, 4)); // cmp ecx, logEnd
  jump(3, 'stop'); // jae
  [8, 12, 16, 20, 24].forEach((from, n) => store(from, 4 * n));
  put(0x0f, 0x20, 0xd0, 0x36, 0x89, 0x41, 20); // mov eax, cr2; mov [ss:ecx+20], eax
  put(0x9c, 0x58, 0x36, 0x89, 0x41, 24); // pushfd; pop eax; mov [ss:ecx+24], eax: what the gate has made of EFLAGS
  put(0x83, 0xc1, entrySize, 0x36, 0x89, 0x0d, ...bytesOf(at.log, 4)); // add ecx, 32; mov [ss:log], ecx
  put(0x8b, 0x44, 0x24, 8, 0x3c, vectors.stop); // mov eax, [esp+8]; cmp al, stop
  jump(4, 'stop'); // je
  put(0x3c, 0x20); // cmp al, 0x20
  jump(4, 'timer'); // je
  jump(7, 'out'); // ja: the end of a software interrupt is the instruction behind it
  put(0x8b, 0x44, 0x24, 16, 0x3d, ...bytesOf(at.chunks, 4)); // mov eax, [esp+16]; cmp eax, chunks
  jump(2, 'stop'); // jb
  put(0x3d, ...bytesOf(at.chunksEnd, 4));
  jump(3, 'stop');
  put(0x83, 0xe0, 256 - chunkSize, 0x83, 0xc0, chunkSize, 0x89, 0x44, 0x24, 16); // the next chunk
  put(0x66, 0xb8, 0x23, 0, 0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xe0, 0x8e, 0xe8); // ds, es, fs, gs = 0x23
  put(0x8b, 0x44, 0x24, 20, 0x83, 0xe0, 0x03); // mov eax, [esp+20]; and eax, 3
  jump(4, 'out'); // jz: from ring 0
  put(0x36, 0x8b, 0x04, 0x85, ...bytesOf(at.stacks, 4), 0x89, 0x44, 0x24, 28); // ESP of the ring
  label('out');
  put(0x59, 0x58, 0x83, 0xc4, 0x08, 0xcf); // pop ecx; pop eax; add esp, 8; iret
  label('timer');
  put(0x31, 0xc0, 0xe7, 0x40, 0xeb, 0); // xor eax, eax; out 0x40, eax
  code[code.length - 1] = (labels.get('out') ?? 0) - code.length;
  label('stop');
  put(0xf4, 0xeb, 0xfd);
  for (const { at: place, to } of jumps) code.splice(place, 4, ...bytesOf((labels.get(to) ?? 0) - place - 4, 4));
  return code;
}

/** What stays the same in all programs. The inner handler serves the ring-1 gates; the call gates lead to the byte behind. */
export const world: readonly Piece[] = [
  { at: firmware.gdt, bytes: Uint8Array.from(gdt) },
  // The map lies outside the limit: no port is allowed.
  { at: firmware.tss, bytes: Uint8Array.from(taskState(0x68)) },
  // Of the ports below 0x100 every third byte's even ones are allowed; the byte behind the map is all ones.
  {
    at: at.otherTss,
    bytes: Uint8Array.from([
      ...taskState(0x68),
      ...Array.from({ length: 0x20 }, (_, n) => [0, 0x55, 0xff][n % 3] ?? 0),
      ...[0xff, 0xff],
    ]),
  },
  {
    at: at.ldt,
    bytes: Uint8Array.from([
      ...descriptor(0, flat, 0xf3, 0xc),
      ...descriptor(0, flat, 0x93, 0xc),
      ...descriptor(0, flat, 0xf2, 0xc),
      ...descriptor(0, flat, 0x73, 0xc),
      ...descriptor(0, flat, 0xfb, 0xc),
      ...descriptor(0, 0x3333, 0xf1, 0x4),
    ]),
  },
  { at: at.log, bytes: Uint8Array.from(pointers) },
  {
    at: at.stacks,
    bytes: Uint8Array.from([0x9000, at.innerStack, at.innerStack, at.userStack].flatMap((n) => bytesOf(n, 4))),
  },
  {
    at: at.idt,
    bytes: Uint8Array.from(
      Array.from({ length: 256 }, (_, vector) => {
        const [access, selector] = kindOfGate(vector);
        return gate(selector, selector === 0x08 ? at.stubs + vector * 16 : at.innerHandler + 16, access);
      }).flat(),
    ),
  },
  { at: at.stubs, bytes: Uint8Array.from(Array.from({ length: 256 }, (_, vector) => stub(vector)).flat()) },
  { at: at.handler, bytes: Uint8Array.from(handler()) },
  // Call gates: mov edx, cs; retf. Ring-1 gates, 16 bytes behind: mov esi, cs; inc edi; iret.
  { at: at.innerHandler, bytes: Uint8Array.from([0x8c, 0xca, 0xcb]) },
  { at: at.innerHandler + 16, bytes: Uint8Array.from([0x8c, 0xce, 0x47, 0xcf]) },
];
