import { beforeEach, describe, expect, test } from 'vitest';
import { assemble } from './assembler.ts';
import { boot } from './boot.ts';
import { runSteps, step } from './machine.ts';
import { flushTlb, invalidatePage, loadPhysical, probe, readPhysical, translate, writePhysical } from './paging.ts';
import { type Event, type Machine, Reg } from './state.ts';

const directory = 0x10000;
const table = 0x11000;
const pte = (page: number) => table + page * 4;

/** Paging on, the first 4 MiB mapped to themselves, all user and writable. */
function paged(text: string): Machine {
  const m = boot(assemble(text));
  writePhysical(m, directory, 4, table | 7);
  for (let page = 0; page < 256; page++) writePhysical(m, pte(page), 4, (page << 12) | 7);
  m.cr3 = directory;
  m.cr0 = 0x80000011;
  m.controls.exceptions = -1;
  return m;
}

function userMode(m: Machine): void {
  m.cpl = 3;
  Object.assign(m.seg[1], { selector: 0x1b, access: 0xfb });
  for (const i of [0, 2, 3] as const) Object.assign(m.seg[i], { selector: 0x23, access: 0xf3 });
}

describe('walks', () => {
  test('set A in both entries, D where a page is written', () => {
    const m = paged('mov eax, [0x5000]\nmov [0x6000], eax');
    runSteps(m, 2);
    expect([readPhysical(m, directory, 4), readPhysical(m, pte(5), 4), readPhysical(m, pte(6), 4)]).toEqual([
      table | 0x27,
      0x5027,
      0x6067,
    ]);
  });

  test('a page that is in the TLB clean is walked again by a write, to set D', () => {
    const m = paged('mov eax, [0x5000]\nmov [0x5000], eax\nmov [0x5004], eax');
    runSteps(m, 1);
    expect(m.tlbMisses).toBe(2);
    runSteps(m, 1);
    expect([m.tlbMisses, m.walkReads, readPhysical(m, pte(5), 4)]).toEqual([3, 6, 0x5067]);
    runSteps(m, 1);
    expect(m.tlbMisses).toBe(3);
  });

  test('a stale entry lives until it is flushed', () => {
    const m = paged('mov eax, [0x5000]\nmov eax, [0x5000]\ninvlpg [0x5000]\nmov eax, [0x5000]');
    writePhysical(m, 0x5000, 4, 1);
    writePhysical(m, 0x6000, 4, 2);
    runSteps(m, 1);
    writePhysical(m, pte(5), 4, 0x6007);
    expect(probe(m, 0x5000)).toMatchObject({ physical: 0x6000, cached: 0x5000, pte: 0x6007, pteAt: pte(5) });
    step(m);
    expect(m.reg[Reg.eax]).toBe(1);
    runSteps(m, 2);
    expect(m.reg[Reg.eax]).toBe(2);
  });

  test('a write to CR3 spares global pages where CR4.PGE is set', () => {
    const m = paged('mov eax, 0x80\nmov cr4, eax\nmov eax, [0x5000]\nmov eax, [0x6000]\nmov ebx, cr3\nmov cr3, ebx');
    writePhysical(m, pte(5), 4, 0x5107);
    runSteps(m, 6);
    expect([probe(m, 0x5000).cached, probe(m, 0x6000).cached]).toEqual([0x5000, undefined]);
  });

  test('4 MiB pages where CR4.PSE is set', () => {
    const m = paged('mov eax, [0x400010]');
    m.cr4 = 0x10;
    writePhysical(m, directory + 4, 4, 0x87);
    writePhysical(m, 0x10, 4, 77);
    step(m);
    expect([m.reg[Reg.eax], readPhysical(m, directory + 4, 4), probe(m, 0x400010).physical]).toEqual([77, 0xa7, 0x10]);
    translate(m, 0x402000, 0);
    invalidatePage(m, 0x7ff000);
    expect([0x1000, 0x400000, 0x402000].map((a) => probe(m, a).cached)).toEqual([0x1000, undefined, undefined]);
  });
});

describe('rights (SDM vol. 3A, §4.6) and error codes (§4.7)', () => {
  /** User, write, flags of the page, CR0.WP: the error code, or none. */
  test.each<[boolean, boolean, number, boolean, number | undefined]>([
    [false, false, 1, true, undefined],
    [false, true, 1, false, undefined],
    [false, true, 1, true, 3],
    [false, true, 3, true, undefined],
    [false, false, 0, true, 0],
    [false, true, 0, true, 2],
    [true, false, 3, true, 5],
    [true, true, 5, true, 7],
    [true, true, 5, false, 7],
    [true, false, 5, true, undefined],
    [true, true, 7, true, undefined],
    [true, true, 6, true, 6],
  ])('user %s, write %s, entry %i, WP %s: %s', (user, write, entry, wp, code) => {
    const m = paged(write ? 'mov [0x5004], eax' : 'mov eax, [0x5004]');
    if (wp) m.cr0 = 0x80010011;
    if (user) userMode(m);
    writePhysical(m, pte(5), 4, 0x5000 | entry);
    const expected: Partial<Event> | undefined =
      code === undefined ? undefined : { kind: 'exception', vector: 14, errorCode: code, address: 0x5004, eip: 0x1000 };
    const event = step(m);
    if (expected === undefined) expect(event).toBeUndefined();
    else expect(event).toEqual(expected);
  });

  test('the directory entry counts as much as the page', () => {
    const m = paged('mov eax, [0x5004]');
    userMode(m);
    writePhysical(m, directory + 4, 4, table | 3);
    m.reg[Reg.ebx] = 0;
    loadPhysical(m, 0x1000, Uint8Array.of(0xa1, 0, 0x50, 0x40, 0));
    expect(step(m)).toMatchObject({ vector: 14, errorCode: 5, address: 0x405000 });
  });

  test('the CPU reads its own tables as a supervisor', () => {
    const m = paged('mov ax, 0x23\nmov es, ax');
    userMode(m);
    writePhysical(m, pte(0), 4, 3);
    expect(runSteps(m, 2)).toBe(2);
    expect(m.seg[0].selector).toBe(0x23);
  });

  test('a write across pages of which the second refuses changes neither; its fault names the second', () => {
    const m = paged('mov dword [0x5ffe], -1');
    m.cr0 = 0x80010011;
    writePhysical(m, pte(6), 4, 0x6001);
    expect(step(m)).toMatchObject({ vector: 14, errorCode: 3, address: 0x6000 });
    expect(readPhysical(m, 0x5ffe, 2)).toBe(0);
  });

  test('PUSHA and a far CALL that cannot finish store nothing', () => {
    for (const text of ['pusha', 'call 8:0x1000']) {
      const m = paged(text);
      m.cr0 = 0x80010011;
      m.reg[Reg.esp] = 0x6004;
      m.reg[Reg.eax] = -1;
      writePhysical(m, pte(5), 4, 0x5001);
      expect(step(m)).toMatchObject({ vector: 14, errorCode: 3 });
      expect([readPhysical(m, 0x6000, 4), m.reg[Reg.esp]]).toEqual([0, 0x6004]);
    }
  });

  test('CR2 is set by delivery; a page fault while one is delivered is a double fault, and one more the end', () => {
    const m = paged('mov eax, [0x405000]');
    m.controls.exceptions = 0;
    m.idtr = { base: 0x400000, limit: 0x7ff };
    expect(step(m)).toMatchObject({ kind: 'shutdown', first: { vector: 14, errorCode: 0, address: 0x405000 } });
  });
});

describe('self-modifying code', () => {
  test('a write to the next instruction is seen, through whatever address', () => {
    const m = paged('top: mov ebx, 0x401000\nadd byte [ebx + at - 0x1000], 1\ndec ecx\njnz top\nat: mov al, 5\nhlt');
    writePhysical(m, directory + 4, 4, table | 7);
    m.reg[Reg.ecx] = 3;
    // The opcode B0 + n is the register that is loaded: AL, CL, DL, BL.
    runSteps(m, 13);
    expect(m.reg[Reg.ebx] & 0xff).toBe(5);
  });

  test('an instruction that crosses pages follows them', () => {
    const m = paged('nop');
    m.eip = 0x5ffe;
    loadPhysical(m, 0x5ffe, Uint8Array.of(0xb8, 1, 0, 0, 0));
    step(m);
    expect(m.reg[Reg.eax]).toBe(1);
    m.eip = 0x5ffe;
    writePhysical(m, 0x6000, 1, 2);
    step(m);
    expect(m.reg[Reg.eax]).toBe(0x201);
  });
});

describe('nested paging', () => {
  const root = 0x80000;
  let m: Machine;
  /** Guest frames 0 to 0x1f are machine frames 0x40 to 0x5f; the guest's program is moved there. */
  beforeEach(() => {
    m = paged('mov eax, [0x5000]\nmov [0x5000], eax\nhlt');
    m.memory.copyWithin(0x40000, 0, 0x20000);
    m.memory.fill(0, 0, 0x20000);
    writePhysical(m, root, 4, (root + 0x1000) | 3);
    for (let page = 0; page < 32; page++) writePhysical(m, root + 0x1000 + 4 * page, 4, ((page + 0x40) << 12) | 3);
    m.controls.nestedRoot = root;
  });

  test('every access of a walk goes through the nested table: 8 reads where a walk alone has 2', () => {
    writePhysical(m, 0x45000, 4, 9);
    step(m);
    expect(m.reg[Reg.eax]).toBe(9);
    // Two walks, of code and data: the directory's entry and the table's are read and marked accessed, the page is reached.
    expect([m.tlbMisses, readPhysical(m, 0x51014, 4)]).toEqual([2, 0x5027]);
    const reads = m.walkReads;
    flushTlb(m);
    translate(m, 0x5000, 0);
    expect(m.walkReads - reads).toBe(8);
    expect(probe(m, 0x5000)).toMatchObject({ physical: 0x5000, machine: 0x45000 });
  });

  test('a frame that is missing, or may not be written, leaves with its guest-physical address', () => {
    writePhysical(m, root + 0x1000 + 20, 4, 0);
    expect(step(m)).toEqual({ kind: 'nested', gpa: 0x5000, write: false, eip: 0x1000 });
    writePhysical(m, root + 0x1000 + 20, 4, 0x45001);
    expect(step(m)).toBeUndefined();
    expect(step(m)).toEqual({ kind: 'nested', gpa: 0x5000, write: true, eip: 0x1005 });
    writePhysical(m, root + 0x1000 + 20, 4, 0x45003);
    expect(step(m)).toBeUndefined();
  });

  test('a read-only page table leaves where A is to be set', () => {
    writePhysical(m, root + 0x1000 + 4 * 0x11, 4, 0x51001);
    expect(step(m)).toEqual({ kind: 'nested', gpa: 0x11004, write: true, eip: 0x1000 });
  });

  test('without the guest’s paging the nested table maps all the same', () => {
    m.cr0 = 0x11;
    flushTlb(m);
    writePhysical(m, 0x45000, 4, 9);
    step(m);
    expect(m.reg[Reg.eax]).toBe(9);
  });
});
