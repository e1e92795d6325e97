/**
 * The support code that a ported guest is linked with: the routines that stand in a paravirtual kernel where the bare one had an
 * instruction. It is guest code, IA-32 like the rest: what it costs is counted instruction by instruction.
 *
 * Written after what XenLinux does (linux-2.6-xen-sparse of xen.git in 2006: mach-xen/asm/system.h, entry-xen.S, pgtable-xen.c,
 * hypervisor.c; and arch/x86/xen of Linux for what converts an IDT): the mask and the check after unmasking, safe and last HLT,
 * the trap table, page tables that are plain memory until they are used and then go through Xen, made read-only and pinned at
 * their first use. Routines keep all registers and flags, because they stand for instructions that do.
 *
 * Left out: the critical region of XenLinux's IRET, whose fixup only saves stack; the failsafe callback; freeing page tables; tables
 * that are mapped anywhere but at their own address. A hypercall that fails ends the guest, as BUG_ON and panic do. User code has
 * its interrupts on, as a kernel's processes have: a system call by the direct gate pushes the real IF.
 */
import { assemble, type Assembly } from '../assembler.ts';
import { pagingSupport } from './support-paging.ts';

/** Linear addresses of a ported kernel's own mappings, in the last 4 MiB below Xen. */
export const Kernel = {
  /** All frames of the domain, in the order of their numbers. */
  map: 0xfbc00000,
  queue: 0xfbfe8000,
  code: 0xfbff8000,
  p2m: 0xfbffa000,
  traps: 0xfbffb000,
  data: 0xfbffc000,
  shared: 0xfbfff000,
  m2p: 0xfc000000,
} as const;

/** Slot of the page directory that maps it. */
export const kernelSlot = Kernel.map >>> 22;

/** Offsets into the kernel's data page; the domain builder fills in `idtr`, `gdtr`, `entry`, `kernel_pde` and `roots`. */
export const Data = {
  irq: 0,
  count: 4,
  idtr: 8,
  gdtr: 16,
  entry: 24,
  kernel_pde: 28,
  roots: 32,
  arg: 0x200,
  tables: 0x300,
  pinned: 0x800,
  trapping: 0x804,
} as const;

/** Marks in the kernel's p2m: a page table in use, of level 2. */
export const P2m = { table: 0x80000000, level2: 0x40000000 } as const;

/** Most requests that the queue holds. */
export const longestBatch = 2048;

/** What the support code depends on. */
export interface SupportOptions {
  /** The kernel runs in ring 3, with a second root for user code (64-bit layout). */
  readonly ring3: boolean;
  /** Guest frames; the user's copy of page table n is frame n + frames. */
  readonly frames: number;
  /** First frame of the tables that the domain builder made. */
  readonly boot: number;
  /** All frames of the domain. */
  readonly total: number;
  /** Requests in an mmu_update; 0 leaves writes to L1 tables to be trapped. */
  readonly batch: number;
  /** System calls take a trap gate, which Xen can put into the real IDT. */
  readonly fast: boolean;
}

/** Entry points, 8 bytes apart from the start of the code. */
const entries =
  'start sti virtual_if load_if hlt iret lidt sidt lgdt sgdt set_pte flush_ptes load_cr3 to_physical cr0 invlpg esp0 ss'.split(
    ' ',
  );

/** Linear address of an entry point. */
export function entryPoint(name: string): number {
  return Kernel.code + entries.indexOf(name) * 8;
}

const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;

/**
 * The routines that are not about page tables. Statements are separated by bars; a line that starts with @ and a word is for that
 * variant: 32 or 64 for the layout, fast, or trap where stores to page tables are to be trapped.
 */
const support = `
x_start: pushf | pusha | mov eax, 21 ; vm_assist: enable writable page tables
xor ebx, ebx | mov ecx, 2 | int 0x82 | mov dword [arg], 1 | mov eax, 33 ; physdev_op: set_iopl
mov ebx, 6 | mov ecx, arg | int 0x82 | popa | popf | jmp dword [entry]
x_sti: pushf | mov byte [mask], 0 | cmp byte [pending], 0 | je .none | call upcall | .none: popf | ret
upcall: push eax ; xen_version: any entry into Xen will do
push ebx | push ecx | mov eax, 17 | xor ebx, ebx | xor ecx, ecx | int 0x82 | pop ecx | pop ebx | pop eax
ret
x_virtual_if: pushf | cmp byte [mask], 0 | je .on | and dword [esp + 8], -0x201 | .on: popf | ret
x_load_if: test byte [esp + 5], 2 | jz .off | mov byte [mask], 0 | cmp byte [pending], 0 | jne upcall
ret | .off: mov byte [mask], 1 | ret
x_hlt: pushf | pusha | call flush | mov eax, 29 ; sched_op
mov ebx, 1 ; block
cmp byte [mask], 0 | je .go | inc ebx ; shutdown
mov ecx, arg | mov dword [ecx], 0 | .go: int 0x82 | popa | popf | ret
x_iret:
@32 test byte [esp + 9], 2 | jz .off | or byte [esp + 4], level | mov byte [mask], 0 | cmp byte [pending], 0
@32 jne .xen | iret | .off: or byte [esp + 4], level | mov byte [mask], 1 | iret | .xen:
push eax | mov eax, 23 | int 0x82
event: mov byte [pending], 0 | mov dword [pending + 4], 0 | mov dword [pending + 0x800], 0
cmp dword [irq], 0 | je bug | jmp dword [irq]
x_lidt: pushf | pusha | mov esi, [esp + 40] | movzx ecx, word [esi] | mov [idtr], ecx
mov esi, [esi + 2] | mov [idtr + 2], esi | inc ecx | shr ecx, 3 | cmp ecx, 256 | jbe .fits | mov ecx, 256
.fits: mov edi, traps | xor ebx, ebx | .gate: cmp ebx, ecx | jae .done | mov eax, [esi + ebx*8]
mov edx, [esi + ebx*8 + 4] | test dh, 0x80 | jz .next | mov ebp, edx | mov dx, ax | mov al, bl | push ecx
mov ecx, ebp | shr ecx, 13 | and cl, 3
@fast cmp cl, 3 | je .trap
test ebp, 0x100 | jnz .trap | or cl, 4 | .trap: mov ah, cl | pop ecx | mov [edi], eax
mov [edi + 4], edx | add edi, 8 | cmp ebx, 32 | jne .next | mov [irq], edx | .next: inc ebx | jmp .gate
.done: xor eax, eax ; set_trap_table
mov [edi], eax | mov [edi + 4], eax | mov ebx, traps | int 0x82 | mov eax, 4 ; set_callbacks
mov ebx, 8 + level | mov ecx, code + event | xor edx, edx | xor esi, esi | int 0x82 | jmp done
x_sidt: push eax | mov eax, idtr | jmp store_table
x_sgdt: push eax | mov eax, gdtr
store_table: push ecx | push edx | mov ecx, [esp + 16] | mov edx, [eax] | mov [ecx], edx
mov dx, [eax + 4] | mov [ecx + 4], dx | pop edx | pop ecx | pop eax | ret 4
x_lgdt: pushf | pusha | mov esi, [esp + 40] | movzx ebp, word [esi] | mov [gdtr], ebp
mov esi, [esi + 2] | mov [gdtr + 2], esi | inc ebp | shr ebp, 3 | cmp ebp, 512 | ja bug | mov edi, 1
.entry: cmp edi, ebp | jae .set | push esi | mov edx, [esi + edi*8] | mov esi, [esi + edi*8 + 4]
test esi, 0x1000 | jz .system | mov eax, 10 ; update_descriptor
mov ebx, [p2m + boot*4 + 12] | shl ebx, 12 | lea ebx, [ebx + edi*8] | xor ecx, ecx | int 0x82
test eax, eax | js bug | .system: pop esi | inc edi | jmp .entry | .set: mov eax, [p2m + boot*4 + 12]
mov [arg], eax | mov eax, 2 ; set_gdt
mov ebx, arg | mov ecx, ebp | int 0x82 | jmp checked
x_cr0: pushf | pusha | mov ebx, [esp + 40] | shr ebx, 3 | and ebx, 1 | mov eax, 5 ; fpu_taskswitch
int 0x82 | jmp done
x_esp0: pushf | pusha | mov ecx, [esp + 40] | mov ebx, 16 + level | mov eax, 3 ; stack_switch
int 0x82
checked: test eax, eax | js bug
done: popa | popf | ret 4
bug: mov eax, 29 ; sched_op: shutdown, crash
mov ebx, 2 | mov ecx, arg | mov dword [ecx], 3 | int 0x82
x_ss: push eax | pushf | mov eax, [esp + 12] | and eax, -4 | or eax, level | mov ss, ax | popf | pop eax
ret 4`;

/** The source, as the assembler reads it. */
export function supportSource(o: SupportOptions): string {
  const constants = {
    pending: Kernel.shared,
    mask: Kernel.shared + 1,
    code: Kernel.code,
    p2m: Kernel.p2m,
    m2p: Kernel.m2p,
    map: Kernel.map,
    slot: kernelSlot,
    queue: Kernel.queue,
    traps: Kernel.traps,
    ...Object.fromEntries(Object.entries(Data).map(([name, at]) => [name, Kernel.data + at])),
    used: P2m.table,
    level2: P2m.level2,
    level: o.ring3 ? 3 : 1,
    frames: o.frames,
    boot: o.boot,
    total: o.total,
    batch: Math.min(Math.max(o.batch, 1), longestBatch),
  };
  const variants = [o.ring3 ? '64' : '32', ...(o.fast ? ['fast'] : []), ...(o.batch > 0 ? [] : ['trap'])];
  const lines = [
    ...Object.entries(constants).map(([name, value]) => `${name} equ ${hex(value)}`),
    'org 0',
    ...entries.flatMap((name) => [`jmp near x_${name}`, 'align 8']),
  ];
  for (const line of `${support}\n${pagingSupport}`.split('\n')) {
    const [, variant, text = ''] = /^(?:@(\w+) )?(.*)$/.exec(line)!;
    if (variant === undefined || variants.includes(variant)) lines.push(...text.split(' | '));
  }
  return lines.join('\n');
}

const assembled = new Map<string, Assembly>();

/** The same options give the same code, which nobody writes to. */
function assembly(options: SupportOptions): Assembly {
  const key = JSON.stringify(options);
  const made = assembled.get(key) ?? assemble(supportSource(options), { maxLines: 2000 });
  const [problem] = made.problems;
  if (problem) throw new Error(`support code, line ${problem.line}: ${problem.says}`);
  assembled.set(key, made);
  return made;
}

/** The support code as bytes for `Kernel.code`. */
export function supportCode(options: SupportOptions): Uint8Array {
  return assembly(options).bytes;
}

/** The routine of the support code that an address lies in; undefined outside of it. */
export function routineAt(options: SupportOptions, address: number): string | undefined {
  const offset = address - Kernel.code;
  const { bytes, lines, program } = assembly(options);
  if (offset < 0 || offset >= bytes.length) return undefined;
  if (offset < entries.length * 8) return entries[offset >> 3];
  const line = lines.findLast((one) => one.address <= offset)!;
  const label = program.statements
    .slice(0, line.statement)
    .findLast((s) => s.kind === 'label' && !s.name.includes('.'));
  return label?.kind === 'label' ? label.name.replace('x_', '') : undefined;
}
