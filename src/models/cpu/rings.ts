/**
 * Who stands at which privilege level, and what the processor asks before an access goes through.
 *
 * Models: the layouts as machine state (CPL or exception level of each party, segment limits, what each page-table root maps
 * with which U/S and R/W bits, whether a second stage of translation is on), and the checks in the processor's order. A
 * verdict is what the checks leave; none is written down. Meltdown is one change of one rule: a read passes the U/S check.
 * - Intel SDM vol. 3A: privileged instructions (ch. 5, Privilege Level Checking), limit checking and its absence in 64-bit
 *   mode (5.3), descriptor privilege on a segment load (5.6), access rights by U/S, R/W and CR0.WP (4.6). Vol. 1, I/O
 *   privilege: CLI, IN and OUT. Vol. 3C: VM exits by control, EPT violations. Arm ARM, D1 and D8: EL0 to EL2, stage 2.
 * - Xen on 32 bits in the topmost 64 MB behind truncated segments: Barham et al. 2003, §2.1.1 and Table 1; the truncation
 *   itself is in 4.2's arch/x86/x86_32/mm.c, check_descriptor() (there with PAE, and 168 MB).
 * - 4.22: arch/x86/include/asm/config.h (memory layout: slots 256 to 271, and 0xf5800000 for 32-bit guests);
 *   arch/x86/include/asm/regs.h, guest_kernel_mode() (ring 1 on 32 bits, ring 3 and a flag on 64); arch/x86/pv/mm.h,
 *   adjust_guest_l1e() (kernel pages of 64-bit guests get the user bit); head comment of arch/x86/mm.c (WP always set);
 *   arch/x86/pv/emul-priv-op.c, validate(), write_cr(), guest_io_okay(); arch/x86/pv/ro-page-fault.c,
 *   ptwr_do_page_fault(); arch/x86/smpboot.c, setup_cpu_root_pgt() (XPTI); arch/x86/hvm/vmx/vmcs.c, construct_vmcs()
 *   (no CR3 exits with nested paging, I/O bitmap); arch/arm/traps.c, get_default_hcr_flags().
 *
 * Xen's memory is more than Xen's own: in slots 262 to 271 it has all of the machine's, so who reads it reads every guest.
 *
 * Leaves out: the limits that some of AMD's processors check in 64-bit mode (EFER.LMSLE); what Xen shows guests on purpose (a read-only table of machine frames) and what XPTI leaves mapped (entry
 * code, the CPU's own stack and tables); SMEP, SMAP, NX and protection keys; shadow paging; introspection; devices that
 * write memory; encrypted guests, whose hypervisor is refused; flaws other than Meltdown (L1TF passes EPT); cores of Arm that have it; whether
 * Meltdown gets past a segment limit, which nobody published: here the limit is asked first, and holds.
 */

/** The parties: a program, the operating system's kernel, the hypervisor. */
export type Who = 'user' | 'kernel' | 'xen';

/** Where the parties stand. `ring1` and `oneRoot` are nobody's: they show what 64-bit PV would be without its two changes. */
export type LayoutName = 'native' | 'pv32' | 'compat' | 'ring1' | 'oneRoot' | 'pv64' | 'hvm' | 'arm';

/** What is reached for: memory of a party, an entry of the kernel's page tables, CR3, the interrupt flag, a device. */
export type Target = 'user' | 'kernel' | 'table' | 'xen' | 'cr3' | 'cli' | 'device';

/** How a page is mapped by one root. */
export interface Entry {
  readonly user: boolean;
  readonly write: boolean;
}

/** One page that stands for all of its kind. */
export interface Page {
  readonly what: Target;
  /** Linear address. */
  readonly at: number;
  /** Whether the frame is the guest's own; a second stage maps no other. */
  readonly own: boolean;
  /** By name of the root that maps it. */
  readonly maps: Readonly<Record<string, Entry>>;
}

/** One layout as the state of a machine. */
export interface Layout {
  readonly arm: boolean;
  /** Whether the CPU has a guest mode, and user and kernel run in it. */
  readonly guestMode: boolean;
  /** Whether the kernel is ported: Xen checks its page-table entries. */
  readonly paravirtual: boolean;
  /** CPL, or exception level on Arm; a party that is not there is left out. */
  readonly level: Readonly<Partial<Record<Who, number>>>;
  /** The page-table root that is loaded while the party runs. */
  readonly root: Readonly<Partial<Record<Who, string>>>;
  /** Flat segments: who may load them, and their last offset. Empty in 64-bit mode and on Arm. */
  readonly segments: readonly { readonly dpl: number; readonly limit: number }[];
  readonly memory: readonly Page[];
}

/** The checks, in the processor's order. */
export type CheckName = 'instruction' | 'segment' | 'root' | 'bits' | 'second';

/** What stopped an access, or whom it was handed to. */
export type Mechanism =
  'CPL' | 'IOPL' | 'EL' | 'segment limit' | 'address size' | 'page table' | 'U/S' | 'R/W' | 'second stage' | 'VM exit';

/** One check: not asked, passed, passed only because the CPU reads ahead (`leaks`), or stopped by a mechanism. */
export interface Check {
  readonly name: CheckName;
  readonly asked: boolean;
  readonly by: Mechanism | undefined;
  readonly leaks: boolean;
  /** Whether the party maps the page itself, because nobody checks its tables. */
  readonly own: boolean;
}

/** What comes of an access; `done by Xen` is refused by the CPU, and then done by Xen in the guest's place, checked. */
export type Verdict = 'allowed' | 'leaks' | 'refused' | 'done by Xen' | 'nobody there';

/** An access and its way through the checks. */
export interface Access {
  readonly layout: Layout;
  readonly checks: readonly Check[];
  readonly verdict: Verdict;
  readonly by: Mechanism | undefined;
  /** Who is told: the party whose handler the fault enters. */
  readonly handler: Who | undefined;
}

/** What is asked: where, who, for what, on which processor. */
export interface Question {
  readonly layout: LayoutName;
  readonly from: Who;
  readonly to: Target;
  /** Whether reads pass the U/S check (Meltdown); and if so, whether Xen isolates its page tables (XPTI). */
  readonly cpu: 'sound' | 'meltdown' | 'xpti';
}

const top = 0xffffffff;
/** Where Xen's part of a 32-bit address space begins: the topmost 64 MB (Barham et al. 2003, §2.1.1). */
export const xenStart = 0xfc000000;
const userWrite: Entry = { user: true, write: true };
const kernelWrite: Entry = { user: false, write: true };

function page(what: Target, at: number, maps: Readonly<Record<string, Entry>>, own = true): Page {
  return { what, at, own, maps };
}

/** The machine that a layout is; with `isolated`, Xen's pages are not in the tables that a 64-bit PV guest runs on. */
export function layoutOf(name: LayoutName, isolated = false): Layout {
  const arm = name === 'arm';
  const guestMode = arm || name === 'hvm';
  const paravirtual = !guestMode && name !== 'native';
  const wide = !['native', 'pv32', 'compat'].includes(name);
  const twoRoots = name === 'pv64';
  const ring3 = twoRoots || name === 'oneRoot';
  const one = 'one';
  const kernelRoot = twoRoots ? 'kernel' : one;
  // Xen runs on the tables of the guest that it interrupted, where those map it; else on its own.
  const apart = guestMode || (twoRoots && isolated);
  const xenRoot = apart ? 'xen' : kernelRoot;
  const kernelEntry: Entry = { user: ring3, write: true };
  const own = (entry: Entry): Record<string, Entry> => ({
    [kernelRoot]: entry,
    ...(apart && paravirtual ? { xen: entry } : {}),
  });
  const memory = [
    page('user', wide ? 0x400000 : 0x08048000, { ...own(userWrite), ...(twoRoots ? { user: userWrite } : {}) }),
    page('kernel', wide ? 0xffffffff81000000 : 0xc0100000, own(kernelEntry)),
    page('table', wide ? 0xffffffff82000000 : 0xc0400000, own({ ...kernelEntry, write: !paravirtual })),
  ];
  if (name !== 'native')
    memory.push(
      page(
        'xen',
        name === 'pv32' ? xenStart : name === 'arm' ? 0xa0000200000 : 0xffff82d040000000,
        apart ? { xen: kernelWrite } : { [kernelRoot]: kernelWrite, ...(twoRoots ? { user: kernelWrite } : {}) },
        false,
      ),
    );
  // On Arm devices have no ports: they are memory, which stage 2 does not map unless Xen gave the device away.
  if (arm) memory.push(page('device', 0x09000000, {}, false));
  return {
    arm,
    guestMode,
    paravirtual,
    level: arm
      ? { user: 0, kernel: 1, xen: 2 }
      : {
          user: 3,
          kernel: !paravirtual ? 0 : ring3 ? 3 : 1,
          ...(name === 'native' ? {} : { xen: 0 }),
        },
    root: { user: twoRoots ? 'user' : one, kernel: kernelRoot, ...(name === 'native' ? {} : { xen: xenRoot }) },
    segments: wide
      ? []
      : [
          { dpl: 0, limit: top },
          ...(paravirtual
            ? [1, 3].map((dpl) => ({ dpl, limit: name === 'pv32' ? xenStart - 1 : top }))
            : [{ dpl: 3, limit: top }]),
        ],
    memory,
  };
}

/** Whether the party is as privileged as its system has it: CPL 0, or above EL0. */
function isPrivileged({ arm }: Layout, level: number): boolean {
  return arm ? level > 0 : level === 0;
}

/** Whether paging takes the party for a supervisor: CPL 0 to 2, or above EL0. */
export function isSupervisor({ arm }: Layout, level: number): boolean {
  return arm ? level > 0 : level < 3;
}

/** The furthest that a party reaches with segments it may load (DPL not below CPL); no limit where segments have none. */
export function reach({ segments }: Layout, level: number): number {
  if (segments.length === 0) return Infinity;
  return Math.max(...segments.filter(({ dpl }) => dpl >= level).map(({ limit }) => limit));
}

/** Sends an access through the checks, up to the first that stops it. */
export function attempt({ layout: name, from, to, cpu }: Question): Access {
  const layout = layoutOf(name, cpu === 'xpti');
  const level = layout.level[from];
  const target = layout.memory.find(({ what }) => what === to);
  const isInstruction = ['cr3', 'cli', 'device'].includes(to) && !target;
  if (level === undefined || (!isInstruction && !target))
    return { layout, checks: [], verdict: 'nobody there', by: undefined, handler: undefined };
  const inGuest = layout.guestMode && from !== 'xen';
  // A kernel whose tables nobody checks maps what it likes, as far as it has a name for it; so does Xen.
  const mapsItself = from === 'xen' || (from === 'kernel' && !layout.paravirtual);
  const entry = mapsItself ? kernelWrite : target?.maps[layout.root[from] ?? ''];
  const isWrite = to === 'table';
  const canLeak = cpu !== 'sound' && !layout.arm && !isWrite;
  const isAbove = !isSupervisor(layout, level) && !entry?.user;
  const segmented = layout.segments.length > 0 && !(name === 'compat' && from === 'xen');

  const at = target?.at ?? 0;
  const checks = inOrder([
    ['instruction', isInstruction, !isPrivileged(layout, level) && (layout.arm ? 'EL' : to === 'cr3' ? 'CPL' : 'IOPL')],
    ['segment', !isInstruction && segmented, at > top ? 'address size' : at > reach(layout, level) && 'segment limit'],
    ['root', !isInstruction, !entry && 'page table'],
    ['bits', !isInstruction, isAbove && !canLeak ? 'U/S' : isWrite && !entry?.write && 'R/W'],
    ['second', inGuest, target ? !target.own && 'second stage' : to === 'device' && 'VM exit'],
  ]).map((check) => ({
    ...check,
    leaks: check.name === 'bits' && check.asked && !check.by && isAbove,
    own: mapsItself,
  }));
  const by = checks.find((check) => check.by)?.by;
  const handler = by && handlerOf(layout, by);
  const verdict = by
    ? isDone(from, to, by, handler)
      ? 'done by Xen'
      : 'refused'
    : checks.some(({ leaks }) => leaks)
      ? 'leaks'
      : 'allowed';
  return { layout, checks, verdict, by, handler };
}

type Rule = readonly [name: CheckName, wanted: boolean, stop: Mechanism | false];

// What stops an access is the last thing that is asked.
function inOrder(rules: readonly Rule[]): readonly Pick<Check, 'name' | 'asked' | 'by'>[] {
  let stopped = false;
  return rules.map(([name, wanted, stop]) => {
    const asked = wanted && !stopped;
    stopped ||= asked && stop !== false;
    return { name, asked, by: (asked && stop) || undefined };
  });
}

// Vectors of a ported guest are Xen's; a guest mode keeps the guest's own, and what the second stage stops goes to Xen.
function handlerOf({ guestMode, paravirtual }: Layout, by: Mechanism): Who {
  return paravirtual || (guestMode && (by === 'second stage' || by === 'VM exit')) ? 'xen' : 'kernel';
}

// A page-table write and CR3: Xen checks the entry, or the frame's type, and does it. A device: if the domain may have it,
// or Xen or QEMU plays it. CLI it leaves undone: POPF, which does not trap, could not be seen to undo it.
function isDone(from: Who, to: Target, by: Mechanism, handler: Who | undefined): boolean {
  return handler === 'xen' && from === 'kernel' && (by === 'R/W' || to === 'cr3' || to === 'device');
}
