/** The words of the levels and of the checks. */
import {
  isSupervisor,
  reach,
  type Access,
  type Check,
  type CheckName,
  type Layout,
  type Question,
  type Target,
  type Who,
} from '../models/cpu/rings.ts';

/** The parties, as controls and boxes name them. */
export const parties: readonly { readonly value: Who; readonly label: string }[] = [
  { value: 'user', label: 'program' },
  { value: 'kernel', label: 'kernel' },
  { value: 'xen', label: 'Xen' },
];

/** What can be reached for. */
export const targets: readonly { readonly value: Target; readonly label: string }[] = [
  { value: 'user', label: 'program’s data' },
  { value: 'kernel', label: 'kernel’s data' },
  { value: 'table', label: 'page-table entry' },
  { value: 'xen', label: 'Xen’s memory' },
  { value: 'cr3', label: 'load CR3' },
  { value: 'cli', label: 'mask interrupts' },
  { value: 'device', label: 'drive a device' },
];

/** Where a party stands, in words: 'ring 1', 'EL2'. */
export function levelName({ arm, level, guestMode }: Layout, who: Who): string {
  const at = level[who];
  if (at === undefined) return 'not there';
  if (arm) return `EL${at}`;
  return `${guestMode ? (who === 'xen' ? 'root ' : 'guest ') : ''}ring ${at}`;
}

/** What the checks are called. */
export const checkNames: Readonly<Record<CheckName, string>> = {
  instruction: 'Privilege of the instruction',
  segment: 'Segment',
  root: 'Page table in force',
  bits: 'U/S and R/W bits',
  second: 'Guest mode',
};

/** What a check finds, in words. */
export function says({ name, asked, by, leaks, own }: Check, { layout }: Access, { from, to }: Question): string {
  const level = layout.level[from] ?? 0;
  if (!asked)
    return name === 'segment' && !layout.segments.length
      ? layout.arm
        ? 'Arm has none'
        : '64-bit mode checks no limit'
      : name === 'second' && !layout.guestMode
        ? 'the CPU is in none'
        : '';
  const ring = layout.arm ? `EL${level}` : `ring ${level}`;
  if (name === 'instruction')
    return layout.arm
      ? by
        ? 'EL0 may not'
        : `${ring} may`
      : to === 'cr3'
        ? `CPL is ${level}, 0 is needed`
        : `CPL is ${level}, IOPL is 0`;
  if (name === 'segment')
    return by === 'address size'
      ? '32-bit offsets end below Xen'
      : by
        ? `beyond the limit, 0x${reach(layout, level).toString(16)}`
        : 'within the limit';
  if (name === 'root')
    return by ? `not in the table of ${party(from)}` : own ? 'may map it itself' : 'mapped in this table';
  if (name === 'bits')
    return leaks
      ? 'supervisor; the CPU reads ahead'
      : by === 'U/S'
        ? `supervisor page, and ${ring} is user`
        : by
          ? 'read-only, and WP binds all rings'
          : own
            ? 'its own mapping'
            : isSupervisor(layout, level)
              ? `${ring} is supervisor`
              : 'user page';
  const stage = layout.arm ? 'stage 2' : 'EPT or NPT';
  return by === 'VM exit'
    ? 'I/O bitmap: leaves to Xen'
    : by
      ? `no such frame in ${stage}`
      : to === 'cr3' || to === 'cli'
        ? 'the guest’s own register'
        : `mapped by ${stage}`;
}

const party = (one: Who | undefined): string => (one === 'xen' ? 'Xen' : `the ${one === 'user' ? 'program' : one}`);

/** What comes of an access: in a word or two, and what follows. */
export function verdictWords({ verdict, by, handler }: Access): readonly [string, string] {
  if (verdict === 'nobody there') return ['Nobody there', 'natively there is no hypervisor'];
  if (verdict === 'allowed') return ['Allowed', 'nothing stops it'];
  if (verdict === 'leaks') return ['It leaks', 'the fault comes too late'];
  if (verdict === 'refused') return [`Refused by ${by}`, `the fault goes to ${party(handler)}`];
  return [
    'Done by Xen',
    by === 'VM exit' || by === 'second stage' ? 'it or QEMU plays the device' : 'refused, then checked and done',
  ];
}

/** The label of an option. */
export function labelOf(options: readonly { readonly value: string; readonly label: string }[], value: string): string {
  return options.find((one) => one.value === value)?.label ?? value;
}
