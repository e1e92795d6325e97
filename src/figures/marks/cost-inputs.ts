/** The primitive costs as controls, each with its source, for every figure that counts cycles; models/x86/costs.ts reads them. */
import type { Params } from '../../figure/contract.ts';

const cycles = { kind: 'number', unit: 'cycles', place: 'assumption', min: 0, max: 5000, step: 1 } as const;

/** Where the reader chooses the CPU; exits, VMREAD and VMWRITE follow. */
export const machineParam = {
  kind: 'choice',
  label: 'CPU',
  help: 'Sets what an exit and entry cost (ATC 2012, Table 1). Most other costs are of NetBurst CPUs of 2003 to 2006 and stay.',
  place: 'view',
  options: [
    { value: 'prescott', label: 'Prescott, 2005' },
    { value: 'merom', label: 'Merom, 2006' },
    { value: 'penryn', label: 'Penryn, 2008' },
    { value: 'nehalem', label: 'Nehalem, 2009' },
    { value: 'westmere', label: 'Westmere, 2010' },
    { value: 'sandy-bridge', label: 'Sandy Bridge, 2011' },
  ],
  default: 'prescott',
} as const satisfies Params[string];

/** Costs that the CPU does not change, with its exits and VMREADs beside them. */
export const costParams = {
  instruction: {
    ...cycles,
    label: 'Plain instruction',
    min: 0.25,
    max: 20,
    step: 0.25,
    default: 1,
    source: 'unpublished',
  },
  privileged: {
    ...cycles,
    label: 'Privileged instruction',
    help: 'Measured on CLI.',
    default: { number: 'adams-agesen2006.cli-native' },
  },
  trap: {
    ...cycles,
    label: 'Trap and return',
    help: 'Native Linux’s null call, its own few instructions included.',
    default: { number: 'sosp2003.trap' },
  },
  monitorTrap: {
    ...cycles,
    label: 'Trap into a monitor',
    help: 'A trapped and emulated RDTSC.',
    default: { number: 'adams-agesen2006.rdtsc-trap' },
  },
  callout: {
    ...cycles,
    label: 'Call-out from translated code',
    help: 'A called-out RDTSC.',
    default: { number: 'adams-agesen2006.rdtsc-callout' },
  },
  inCache: {
    ...cycles,
    label: 'Emulation in translated code',
    help: 'A translated RDTSC.',
    default: { number: 'adams-agesen2006.rdtsc-translated' },
  },
  hypercall: {
    ...cycles,
    label: 'Hypercall',
    help: 'Nobody published it. It is INT, a table and IRET, as a null call is.',
    default: { number: 'sosp2003.trap' },
  },
  bounce: { ...cycles, label: 'Xen hands a fault on', default: { number: 'sosp2003.bounce' } },
  validatedUpdate: {
    ...cycles,
    label: 'Page-table update checked',
    default: 300,
    source: 'unpublished',
  },
  emulation: {
    ...cycles,
    label: 'Emulation after an exit',
    help: 'As a call-out: both monitors share the code.',
    default: { number: 'adams-agesen2006.rdtsc-callout' },
  },
  walkRead: { ...cycles, label: 'Page-table entry read', max: 300, default: { number: 'bhargava2008.walk-read' } },
  prescott: { ...cycles, label: 'Exit, Prescott', default: { number: 'agesen2012.exit-prescott' } },
  merom: { ...cycles, label: 'Exit, Merom', default: { number: 'agesen2012.exit-merom' } },
  penryn: { ...cycles, label: 'Exit, Penryn', default: { number: 'agesen2012.exit-penryn' } },
  nehalem: { ...cycles, label: 'Exit, Nehalem', default: { number: 'agesen2012.exit-nehalem' } },
  westmere: { ...cycles, label: 'Exit, Westmere', default: { number: 'agesen2012.exit-westmere' } },
  sandyBridge: { ...cycles, label: 'Exit, Sandy Bridge', default: { number: 'agesen2012.exit-sandy-bridge' } },
  vmread: { ...cycles, label: 'VMREAD, Pentium 4', default: { number: 'adams-agesen2006.vmcb-read-p4' } },
  vmwrite: { ...cycles, label: 'VMWRITE, Pentium 4', default: { number: 'adams-agesen2006.vmcb-write-p4' } },
  vmreadLater: {
    ...cycles,
    label: 'VMREAD, later',
    help: 'Core 2; later CPUs are not published.',
    default: { number: 'adams-agesen2006.vmcb-read-core' },
  },
  vmwriteLater: {
    ...cycles,
    label: 'VMWRITE, later',
    help: 'Core 2; later CPUs are not published.',
    default: { number: 'adams-agesen2006.vmcb-write-core' },
  },
  vmreads: {
    ...cycles,
    label: 'VMREADs for an exit',
    unit: '',
    max: 50,
    default: { number: 'adams-agesen2006.vmreads-per-exit' },
  },
} as const satisfies Params;

/** Costs that only whole programs meet: translating, filling shadow tables, waiting for a device. */
export const programCostParams = {
  translator: { ...cycles, label: 'Translating an instruction', default: { number: 'adams-agesen2006.translator' } },
  shadowFill: { ...cycles, label: 'Filling a shadow entry', default: 1000, source: 'unpublished' },
  portAccess: {
    ...cycles,
    label: 'Port access on the bare machine',
    help: 'About a microsecond on an ISA bus.',
    default: 3800,
    source: 'unpublished',
  },
} as const satisfies Params;
