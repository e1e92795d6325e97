/**
 * The instructions that the assembler knows, each as its forms: operands, then the opcode (SDM vol. 2, the opcode column of
 * each instruction's page; vol. 2D, appendix A). The first form that fits is used, so that shorter ones stand first.
 *
 * An operand is a letter and a width (b 8, w 16, d 32, v 16 or 32 by operand size; none: no width): r register, e register or memory,
 * x the same with its size written, m memory, o memory by its address alone, i immediate, is a sign-extended byte, iu an unsigned byte, a AL/AX/EAX,
 * s segment register, c control register, j a jump's distance, p far pointer, f far pointer in memory; 1, cl, dx, es … are themselves.
 * After the opcode: `/r` ModRM with a register, `/0` … `/7` ModRM with this digit, `+` register in the opcode's low bits.
 */

/** One way to encode an instruction. */
export interface Form {
  readonly operands: readonly string[];
  readonly opcode: readonly number[];
  /** `r`, a digit of ModRM, `+`, or none. */
  readonly modrm: 'r' | '+' | '' | number;
}

const table = `
mov al,ob A0|av,ov A1|ob,al A2|ov,av A3|eb,rb 88/r|ev,rv 89/r|rb,eb 8A/r|rv,ev 8B/r|rb,ib B0+|rv,iv B8+|eb,ib C6/0|ev,iv C7/0|rv,s 8C/r|mw,s 8C/r|s,ew 8E/r|s,rd 8E/r|rd,c 0F20/r|c,rd 0F22/r
movzx rv,xb 0FB6/r|rd,xw 0FB7/r
movsx rv,xb 0FBE/r|rd,xw 0FBF/r
lea rv,m 8D/r
xchg av,rv 90+|rv,av 90+|eb,rb 86/r|ev,rv 87/r|rb,eb 86/r|rv,ev 87/r
push rv 50+|is 6A|iv 68|es 06|cs 0E|ss 16|ds 1E|fs 0FA0|gs 0FA8|ev FF/6
pop rv 58+|es 07|ss 17|ds 1F|fs 0FA1|gs 0FA9|ev 8F/0
pusha,pushad 60
pushaw 6660
popa,popad 61
popaw 6661
pushf,pushfd 9C
pushfw 669C
popf,popfd 9D
popfw 669D
test al,ib A8|av,iv A9|eb,rb 84/r|ev,rv 85/r|rb,eb 84/r|rv,ev 85/r|eb,ib F6/0|ev,iv F7/0
inc rv 40+|eb FE/0|ev FF/0
dec rv 48+|eb FE/1|ev FF/1
not eb F6/2|ev F7/2
neg eb F6/3|ev F7/3
mul eb F6/4|ev F7/4
imul eb F6/5|ev F7/5|rv,ev 0FAF/r|rv,ev,is 6B/r|rv,ev,iv 69/r
div eb F6/6|ev F7/6
idiv eb F6/7|ev F7/7
cdq 99
cwd 6699
cbw 6698
cwde 98
jmp js EB|jv E9|p EA|f FF/5|ed FF/4
call jv E8|p 9A|f FF/3|ed FF/2
loopne,loopnz js E0
loope,loopz js E1
loop js E2
jecxz js E3
ret C3|iw C2
retf CB|iw CA
leave C9
nop 90
int3 CC
int iu CD
into CE
iret,iretd CF
iretw 66CF
hlt F4
cli FA
sti FB
clc F8
stc F9
cmc F5
cld FC
std FD
in al,iu E4|av,iu E5|al,dx EC|av,dx ED
out iu,al E6|iu,av E7|dx,al EE|dx,av EF
sldt rv 0F00/0|mw 0F00/0
str rv 0F00/1|mw 0F00/1
lldt ew 0F00/2
ltr ew 0F00/3
verr ew 0F00/4
verw ew 0F00/5
sgdt m 0F01/0
sidt m 0F01/1
lgdt m 0F01/2
lidt m 0F01/3
smsw rv 0F01/4|mw 0F01/4
lmsw ew 0F01/6
invlpg m 0F01/7
vmcall 0F01C1
lar rv,ew 0F02/r|rv,rv 0F02/r
lsl rv,ew 0F03/r|rv,rv 0F03/r
clts 0F06
wbinvd 0F09
ud2 0F0B
rdtsc 0F31
cpuid 0FA2
set_pte m,rd 89/r|md,iv C7/0
flush_ptes -`;

const hex = (value: number): string => value.toString(16).padStart(2, '0');

function rows(): string[] {
  const lines = table.trim().split('\n');
  'add or adc sbb and sub xor cmp'.split(' ').forEach((name, n) => {
    const at = (low: number): string => hex(n * 8 + low);
    lines.push(
      `${name} al,ib ${at(4)}|ev,is 83/${n}|av,iv ${at(5)}|eb,rb ${at(0)}/r|ev,rv ${at(1)}/r|rb,eb ${at(2)}/r|rv,ev ${at(3)}/r|eb,ib 80/${n}|ev,iv 81/${n}`,
    );
  });
  Object.entries({ 4: 'shl,sal', 5: 'shr', 7: 'sar' }).forEach(([n, name]) => {
    lines.push(`${name} eb,1 D0/${n}|ev,1 D1/${n}|eb,cl D2/${n}|ev,cl D3/${n}|eb,iu C0/${n}|ev,iu C1/${n}`);
  });
  'o no b,c,nae nb,nc,ae z,e nz,ne be,na nbe,a s ns p,pe np,po l,nge nl,ge le,ng nle,g'
    .split(' ')
    .forEach((names, n) => {
      const spell = (verb: string): string =>
        names
          .split(',')
          .map((name) => verb + name)
          .join();
      lines.push(`${spell('j')} js ${hex(0x70 + n)}|jv 0F${hex(0x80 + n)}`, `${spell('set')} eb 0F${hex(0x90 + n)}/0`);
    });
  return lines;
}

function readForm(text: string): Form {
  const [, operands = '', digits = '', modrm = ''] = /^(?:(\S+) )?([\dA-Fa-f]+|-)(\+|\/.)?$/.exec(text) ?? [];
  return {
    operands: operands === '' ? [] : operands.split(','),
    opcode: (digits.match(/[\dA-Fa-f]{2}/g) ?? []).map((byte) => Number.parseInt(byte, 16)),
    modrm: modrm === '+' || modrm === '' ? modrm : modrm === '/r' ? 'r' : Number(modrm[1]),
  };
}

const forms = new Map<string, readonly Form[]>(
  rows().flatMap((row) => {
    const space = row.indexOf(' ');
    const read = row
      .slice(space + 1)
      .split('|')
      .map(readForm);
    return row
      .slice(0, space)
      .split(',')
      .map((name): [string, Form[]] => [name, read]);
  }),
);

/** All mnemonics, in the order of the table. */
export const mnemonics: readonly string[] = [...forms.keys()];

/** Whether a word in lower case is an instruction. */
export function isMnemonic(word: string): boolean {
  return forms.has(word);
}

/** The forms of an instruction, shorter ones first. */
export function formsOf(mnemonic: string): readonly Form[] {
  return forms.get(mnemonic) ?? [];
}

/** The mnemonic that a word was meant to be: at most two slips away, one in a short word. */
export function nearestMnemonic(word: string): string | undefined {
  if (word.length > 12) return undefined;
  let best: string | undefined;
  let least = Math.min(3, Math.ceil(word.length / 2));
  for (const name of mnemonics) {
    const slips = distance(word, name);
    if (slips < least) [best, least] = [name, slips];
  }
  return best;
}

/** Letters to add, drop, change or swap with their neighbour (optimal string alignment). */
function distance(from: string, to: string): number {
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      let cost = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      next.push(cost);
    }
    [before, row] = [row, next];
  }
  return row[to.length] ?? 0;
}
