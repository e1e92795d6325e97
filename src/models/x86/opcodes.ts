/**
 * The opcode map of the subset, in the notation of Intel SDM vol. 2D, appendix A: E is ModRM's register or memory, G its
 * register, M memory alone, R a register alone, S a segment register, C a control register, I an immediate, J a distance, O an
 * offset, A a far pointer, Z the register in the opcode; b, w and v (2 or 4 bytes) are sizes, s a byte that is sign-extended, n a
 * register of v bytes or a word of memory. `*` is eight opcodes, one a register; `%` sixteen, one a condition; `/n` a value of
 * ModRM's middle field; a third byte is one whole ModRM byte.
 */
import { controlInstructions } from './execute-control.ts';
import { dataInstructions } from './execute.ts';
import { systemInstructions } from './execute-system.ts';
import type { Run } from './instruction.ts';

/** A row of the map. */
export interface Row {
  readonly name: string;
  readonly operands: readonly string[];
  /** Whether a ModRM byte follows. */
  readonly modrm: boolean;
  readonly run: Run;
}

/** Conditions by their number. */
export const conditions = ['o', 'no', 'b', 'ae', 'e', 'ne', 'be', 'a', 's', 'ns', 'p', 'np', 'l', 'ge', 'le', 'g'];

const groupOne = ['add', 'or', 'adc', 'sbb', 'and', 'sub', 'xor', 'cmp'];

const arithmetic = groupOne.flatMap((name, i) => [
  ...['Eb,Gb', 'Ev,Gv', 'Gb,Eb', 'Gv,Ev', 'AL,Ib', 'AX,Iv'].map(
    (form, j) => `${(i * 8 + j).toString(16)} ${name} ${form}`,
  ),
  ...['80 Eb,Ib', '81 Ev,Iv', '83 Ev,Is'].map((row) => row.replace(' ', `/${i} ${name} `)),
]);

const shifts = Object.entries({ 4: 'shl', 5: 'shr', 7: 'sar' }).flatMap(([i, name]) =>
  ['c0 Eb,Iu', 'c1 Ev,Iu', 'd0 Eb,1', 'd1 Ev,1', 'd2 Eb,CL', 'd3 Ev,CL'].map((row) =>
    row.replace(' ', `/${i} ${name} `),
  ),
);

const others = `6 push ES|7 pop ES|e push CS|16 push SS|17 pop SS|1e push DS|1f pop DS|fa0 push FS|fa1 pop FS|fa8 push GS|fa9 pop GS
40* inc Zv|48* dec Zv|50* push Zv|58* pop Zv|60 pusha|61 popa|68 push Iv|6a push Is|69 imul Gv,Ev,Iv|6b imul Gv,Ev,Is|faf imul Gv,Ev
70% j Jb|f80% j Jv|f90% set Eb|84 test Eb,Gb|85 test Ev,Gv|a8 test AL,Ib|a9 test AX,Iv|f6/0 test Eb,Ib|f7/0 test Ev,Iv
86 xchg Eb,Gb|87 xchg Ev,Gv|90* xchg AX,Zv|90 nop
88 mov Eb,Gb|89 mov Ev,Gv|8a mov Gb,Eb|8b mov Gv,Ev|8c mov En,Sw|8e mov Sw,Ew|a0 mov AL,Ob|a1 mov AX,Ov|a2 mov Ob,AL|a3 mov Ov,AX
b0* mov Zb,Ib|b8* mov Zv,Iv|c6/0 mov Eb,Ib|c7/0 mov Ev,Iv|8d lea Gv,M|8f/0 pop Ev|98 cwde|99 cdq|c9 leave
fb6 movzx Gv,Eb|fb7 movzx Gv,Ew|fbe movsx Gv,Eb|fbf movsx Gv,Ew
f6/2 not Eb|f7/2 not Ev|f6/3 neg Eb|f7/3 neg Ev|f6/4 mul Eb|f7/4 mul Ev|f6/5 imul Eb|f7/5 imul Ev|f6/6 div Eb|f7/6 div Ev|f6/7 idiv Eb|f7/7 idiv Ev
fe/0 inc Eb|ff/0 inc Ev|fe/1 dec Eb|ff/1 dec Ev|ff/2 call Ev|ff/3 callf M|ff/4 jmp Ev|ff/5 jmpf M|ff/6 push Ev
9a callf Ap|ea jmpf Ap|c2 ret Iw|c3 ret|ca retf Iw|cb retf|cc int3|cd int Iu|ce into|cf iret
e0 loopne Jb|e1 loope Jb|e2 loop Jb|e3 jecxz Jb|e8 call Jv|e9 jmp Jv|eb jmp Jb
9c pushf|9d popf|f4 hlt|f5 cmc|f8 clc|f9 stc|fa cli|fb sti|fc cld|fd std
e4 in AL,Iu|e5 in AX,Iu|e6 out Iu,AL|e7 out Iu,AX|ec in AL,DX|ed in AX,DX|ee out DX,AL|ef out DX,AX
f00/0 sldt En|f00/1 str En|f00/2 lldt Ew|f00/3 ltr Ew|f00/4 verr Ew|f00/5 verw Ew
f01/0 sgdt M|f01/1 sidt M|f01/2 lgdt M|f01/3 lidt M|f01/4 smsw En|f01/6 lmsw Ew|f01/7 invlpg M|f01c1 vmcall
f02 lar Gv,Ew|f03 lsl Gv,Ew|f06 clts|f09 wbinvd|f0b ud2|f20 movcr Rd,Cd|f22 movcr Cd,Rd|f31 rdtsc|fa2 cpuid`;

const executors: Readonly<Record<string, Run>> = {
  ...dataInstructions,
  ...controlInstructions,
  ...systemInstructions,
};

/** The key of a row of a group in `rows`: `n` is ModRM's middle field. */
export const groupKey = (opcode: number, n: number) => 0x100000 + opcode * 8 + n;

/** Rows by opcode (0xf.. is two bytes), by `groupKey`, or by opcode and ModRM byte (0xf01c1). */
export const rows: ReadonlyMap<number, Row> = new Map(
  [...arithmetic, ...shifts, ...others.split(/[|\n]/)].flatMap((line): [number, Row][] => {
    const [key = '', stem = '', list] = line.split(' ');
    const [hex = '', group] = key.split(/[/*%]/);
    const code = parseInt(hex, 16);
    const operands = list?.split(',') ?? [];
    const modrm = code > 0xfff || key.includes('/') || operands.some((one) => /^[EGMRSC][a-z]?$/.test(one));
    const run = executors[stem] as Run;
    const row = (name: string) => ({ name: name === 'movcr' ? 'mov' : name, operands, modrm, run });
    if (key.endsWith('%')) return conditions.map((cc, i) => [code + i, row(stem + cc)]);
    if (key.endsWith('*')) return Array.from({ length: 8 }, (_, i) => [code + i, row(stem)]);
    return [[key.includes('/') ? groupKey(code, Number(group)) : code, row(stem)]];
  }),
);

/** Opcodes that are groups: ModRM's middle field says which instruction it is. */
export const groups: ReadonlySet<number> = new Set(
  [...rows.keys()].filter((key) => key >= 0x100000).map((key) => (key - 0x100000) >> 3),
);
