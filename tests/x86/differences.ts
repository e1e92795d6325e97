/**
 * Where v86 (0.5.462) differs from Intel's manual, with programs that show it. The manual wins: `log` is what our machine has to
 * write down. Random programs keep out of these places (where they do it says so in `pieces.ts`, `chunks.ts` and `world.ts`).
 */
import { image, inGdt, inIdt, piece, setDs, type Difference } from './cases.ts';
import { bytesOf } from './forms.ts';
import { load, push } from './pieces.ts';
import { descriptor, firmware } from './state.ts';
import { at, gate, idtPointer, selectors, vectors } from './world.ts';

/** Where the handler of #UD stands that looks at its frame. */
const ownHandler = 0x6800;

/** All of them. */
export const differences: readonly Difference[] = [
  {
    says: 'It checks neither the limit nor the type of a segment when memory is accessed.',
    cases: [
      {
        section: 'vol. 3A, 5.3',
        says: 'a byte behind the limit, a doubleword over it, code behind it',
        image: image(3, [
          [...setDs(selectors.small), 0xa0, ...bytesOf(0x1235, 4)],
          [...setDs(selectors.small), 0xa1, ...bytesOf(0x1232, 4)],
          [...setDs(0xd3), 0xa1, ...bytesOf(0x100, 4)],
        ]),
        log: [
          [13, 0],
          [13, 0],
          [13, 0],
        ],
      },
      {
        section: 'vol. 3A, 5.4.1',
        says: 'writing through read-only data and through code, reading through code that is for execution alone',
        image: image(3, [
          [...setDs(selectors.readOnly), 0xa3, ...bytesOf(at.data, 4)],
          [0x2e, 0xa3, ...bytesOf(at.data, 4)],
          [0xea, ...bytesOf(at.chunks + 2 * 64 + 7, 4), selectors.executeOnly, 0, 0x2e, 0xa1, ...bytesOf(at.data, 4)],
        ]),
        log: [
          [13, 0],
          [13, 0],
          [13, 0],
        ],
      },
    ],
  },
  {
    says: 'It leaves out checks and marks: an LDT that is not there, fifteen bytes, LOCK, reserved bits, the accessed bit of code.',
    cases: [
      {
        section: 'vol. 3A, 3.5.1',
        says: 'a selector of the LDT while LDTR is null',
        image: image(0, [setDs(4)], [piece(0, descriptor(0, 0xfffff, 0x93, 0xc))]),
        log: [[13, 4]],
      },
      {
        section: 'vol. 2A, 2.3.11',
        says: 'an instruction of sixteen bytes',
        image: image(0, [[...Array.from({ length: 15 }, () => 0x3e), 0x90]]),
        log: [[13, 0]],
      },
      {
        section: 'vol. 2A, LOCK',
        says: 'LOCK before an instruction that writes no memory',
        image: image(0, [
          [0xf0, 0x90],
          [0xf0, 0x01, 0xc0],
          [0xf0, 0x8b, 0x05, ...bytesOf(at.data, 4)],
        ]),
        log: [
          [6, 0],
          [6, 0],
          [6, 0],
        ],
      },
      {
        section: 'vol. 3A, 4.3, table 4-4; 4.7',
        says: 'bit 21 of an entry that maps 4 MiB',
        image: image(
          0,
          [[0xa1, ...bytesOf(0xc0010000, 4)]],
          [piece(at.pageDirectory + 0xc00, bytesOf(0x200087, 4))],
          0x10,
        ),
        log: [[14, 9]],
      },
      {
        section: 'vol. 3A, 3.4.5.1',
        says: 'a code segment that has not been accessed yet',
        image: image(
          0,
          [[0xea, ...bytesOf(at.chunks + 7, 4), 0xb0, 0]],
          [inGdt(0xb0, descriptor(0, 0xfffff, 0x9a, 0xc))],
        ),
        log: [],
        memory: { [firmware.gdt + 0xb5]: 0x9b },
      },
    ],
  },
  {
    says: 'It does not set RF in the EFLAGS that a fault pushes.',
    cases: [
      {
        section: 'vol. 3B, 17.3.1.1',
        says: 'EFLAGS of #UD, popped by its handler into EDX',
        // pop ebx; pop ecx; pop edx; hlt
        image: image(
          0,
          [[0x0f, 0x0b]],
          [inIdt(6, gate(0x08, ownHandler, 0x8e)), piece(ownHandler, [0x5b, 0x59, 0x5a, 0xf4])],
        ),
        log: [],
        registers: { 2: 0x10002 },
      },
    ],
  },
  {
    says: 'It has no double faults, and no end of them.',
    cases: [
      {
        section: 'vol. 3A, 6.15, Interrupt 8, table 6-5',
        says: 'the gate of #GP is not present: two contributory exceptions',
        image: image(0, [setDs(0xfff8)], [inIdt(13, gate(0x08, 0, 0x0e))]),
        log: [[8, 0]],
      },
    ],
  },
  {
    says: 'The error codes of what goes wrong in the delivery of an exception lack EXT.',
    cases: [
      {
        section: 'vol. 3A, 6.13',
        says: 'the gate of #UD is not present',
        image: image(0, [[0x0f, 0x0b]], [inIdt(6, gate(0x08, 0, 0x0e))]),
        log: [[11, 0x33]],
      },
    ],
  },
  {
    says: 'It gives up at transfers that the manual refuses: #TS, an IDT that is too short, gates of no use, IRET inward.',
    cases: [
      {
        section: 'vol. 3A, 6.15, Interrupt 10',
        says: 'the TSS names a stack for ring 1 of the wrong privilege, and none',
        image: image(3, [[0xcd, vectors.inner]], [piece(firmware.tss + 16, bytesOf(0x3a, 4))]),
        log: [[10, 0x38]],
      },
      {
        section: 'vol. 3A, 6.13; vol. 2A, INT n',
        says: 'a vector behind the limit of the IDT',
        image: image(0, [
          [
            0x66,
            0xc7,
            0x05,
            ...bytesOf(idtPointer, 4),
            0xff,
            1,
            0x0f,
            0x01,
            0x1d,
            ...bytesOf(idtPointer, 4),
            0xcd,
            0x40,
          ],
        ]),
        log: [[13, 0x202]],
      },
      {
        section: 'vol. 3A, 6.12.1',
        says: 'a gate to an outer ring, a gate to data',
        image: image(
          0,
          [
            [0xcd, vectors.inner],
            [0xcd, 0x90],
          ],
          [inIdt(0x90, gate(0x10, 0, 0x8e))],
        ),
        log: [
          [13, 0x30],
          [13, 0x10],
        ],
      },
      {
        section: 'vol. 2A, IRET',
        says: 'IRET to ring 0 from ring 3, and to a null selector',
        image: image(3, [
          [...push(2), ...push(8), ...push(at.chunks), 0xcf],
          [...push(2), ...push(0), ...push(0), 0xcf],
        ]),
        log: [
          [13, 8],
          [13, 0],
        ],
      },
    ],
  },
  {
    says: 'It does not single-step.',
    cases: [
      {
        section: 'vol. 3B, 17.3.1.4 (17.3.2 in newer editions)',
        says: 'POPF sets TF: #DB after the next instruction',
        image: image(0, [[...push(0x102), 0x9d, 0x43, 0x90]]),
        log: [[1, 0]],
      },
    ],
  },
  {
    says: 'It finds out that an opcode is undefined after it has looked at privilege and at addresses.',
    cases: [
      {
        section: 'vol. 3A, 6.9, table 6-2; vol. 2B, MOV to control registers',
        says: 'MOV from CR5 in ring 3',
        image: image(3, [[0x0f, 0x20, 0xe8]]),
        log: [[6, 0]],
      },
      {
        section: 'vol. 3A, 6.9, table 6-2; vol. 2B, MOV',
        says: 'MOV from a seventh segment register to memory behind a null one',
        image: image(0, [[...load(0, 0), 0x8e, 0xe0, 0x64, 0x8c, 0x35, ...bytesOf(at.data, 4)]]),
        log: [[6, 0]],
      },
    ],
  },
  {
    says: 'Some of its faults come after the state has changed.',
    cases: [
      {
        section: 'vol. 3A, 6.5; vol. 2B, RET',
        says: 'RETF outward to a null stack segment',
        image: image(0, [[...push(0), ...push(at.userStack), ...push(0x1b), ...push(at.chunks), 0xcb]]),
        log: [[13, 0]],
      },
      {
        section: 'vol. 3A, 6.5; vol. 2B, POP',
        says: 'POP to memory behind a null segment: ESP',
        image: image(3, [[...load(0, 0), 0x8e, 0xe0, 0x64, 0x8f, 0x05, ...bytesOf(at.data, 4)]]),
        log: [[13, 0]],
      },
    ],
  },
];
