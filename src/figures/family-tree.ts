/** Systems and what went over from one to the other: choose one, and its ancestry and offspring light up. */
import type {
  About,
  Column,
  FigureTask,
  Frames,
  Initial,
  Params,
  Preset,
  Readout,
  Root,
  Stage,
  ValuesOf,
} from '../figure/contract.ts';
import {
  closure,
  kinds,
  kinOf,
  mostOffspring,
  type Edge,
  type Family,
  type System,
} from '../models/history/ancestry.ts';
import { codeOf, drawTree, height, type Tree } from './family-tree-drawing.ts';

interface Moment extends Tree {
  /** The newest system that is there. */
  readonly newest: System | undefined;
  readonly asked: string;
  /** Ancestors that are reached by code alone. */
  readonly byCode: number;
  readonly family: Family;
}

export const about: About = {
  name: 'family-tree',
  title: 'Xen got ideas from many, and code from two',
  question: 'Where does Xen come from, and what came of it?',
  caption:
    'Follow the strong lines into Xen from above, and out of it downwards. Ideas, people and interfaces went over more often than code did. Solid is code, dashed an idea, dotted people, dots with dashes an interface; a green mark has code of Xen in it.',
  picture: 'A family tree of virtual machine systems, one row each from 1967 down to 2018, with lines from ancestors',
  models: [
    'A line goes down from the system that gave and across to the one that got. It is drawn solid for code, dashed for an idea, dotted for people, and with dots and dashes for an interface.',
    'Ancestry is all that is reached by lines upwards, offspring all that is reached downwards, both by the kinds that are switched on.',
    'Systems stand in the order of their years, a step each; the steps are not to scale.',
    'A line is there only if a source that was read for this book says so. The list on this figure’s page has each with its source.',
  ],
  leavesOut: [
    'How much went over, and influence that nobody wrote down.',
    'When it went over: QEMU came to Xen with release 3.0, and counts from the beginning.',
    'Whether it is still there, or went on: Xen dropped the scheduler of Nemesis before 3.0, and Amazon speaks of KVM’s core, which is not the part that came from QEMU.',
    'Most systems: those are here that the article tells of, or that a source ties to them.',
  ],
  sources: [
    { cite: 'sosp2003', at: '§1, §2, §3.3.4' },
    { cite: 'waldspurger2002', at: '§8' },
    { cite: 'bugnion1997', at: '§7.2' },
  ],
  height,
  frameMs: 600,
  data: 'family-tree.yaml',
};

const names =
  'cp-40|CP-40,cp-67|CP-67,vm-370|VM/370,nemesis|Nemesis,virtual-pc|Virtual PC,disco|Disco,xenoservers|XenoServers,workstation|VMware Workstation,z-vm|z/VM,esx|VMware ESX,denali|Denali,qemu|QEMU,xen|Xen,ec2|EC2 on Xen,xenserver|XenServer,virtualbox|VirtualBox,kvm|KVM,paravirt-ops|paravirt_ops,lguest|lguest,oracle-vm|Oracle VM Server,virtio|virtio,hyper-v|Hyper-V,uxen|uXen,qubes|Qubes OS,bhyve|bhyve,nitro|AWS Nitro,xcp-ng|XCP-ng';

export const params = {
  chosen: {
    kind: 'choice',
    label: 'System',
    options: names.split(',').map((pair) => {
      const [value = '', label = ''] = pair.split('|');
      return { value, label };
    }),
    default: 'xen',
    place: 'view',
  },
  kinds: {
    kind: 'set',
    label: 'What went over',
    options: [
      { value: 'code', label: 'Code' },
      { value: 'idea', label: 'Ideas' },
      { value: 'people', label: 'People' },
      { value: 'interface', label: 'Interfaces' },
    ],
    default: [...kinds],
    place: 'view',
  },
} as const satisfies Params;

type Values = ValuesOf<typeof params>;

export const presets: readonly Preset[] = [
  { name: 'all', label: 'Xen, all lines', says: 'Every kind of line.', values: {}, frame: 'last' },
  {
    name: 'code',
    label: 'Xen, code alone',
    says: 'Whose source text came in, and where its own went.',
    values: { kinds: ['code'] },
    frame: 'last',
  },
  {
    name: 'cloud',
    label: 'To the cloud',
    says: 'All that AWS Nitro descends from, back to CP-40.',
    values: { chosen: 'nitro' },
    frame: 'last',
  },
];

export const initial: Initial = { frame: 'last' };

export function moments(frames: Frames<Moment>): readonly number[] {
  return [Math.min(12, frames.length - 1), frames.length - 1];
}

/** One moment for each system that is added, oldest first. */
export function run(values: Values, family: Family): Frames<Moment> {
  const withXen = codeOf(family.edges);
  const code = family.edges.filter(({ kind }) => kind === 'code');
  const asked = params.chosen.options.find(({ value }) => value === values.chosen)?.label ?? values.chosen;
  return {
    length: Math.max(1, family.systems.length),
    at(index) {
      const kin = kinOf(family, values.kinds, values.chosen, index + 1);
      const alone = closure(code, values.chosen, 'from');
      return {
        ...kin,
        withXen,
        family,
        asked,
        newest: kin.systems.at(-1),
        byCode: kin.chosen ? alone.size : 0,
      };
    },
  };
}

/** Names, years and lines, and in words only what is told of the chosen system. */
export function first({ systems, edges }: Family, { chosen }: Values): Family {
  return {
    systems: systems.map(({ id, name, year, note }) => (id === chosen ? { id, name, year, note } : { id, name, year })),
    edges: edges.map(({ from, to, kind, passed }) => (to === chosen ? { from, to, kind, passed } : { from, to, kind })),
  };
}

export function draw(root: Root, frame: Moment, _: Values, stage: Stage): void {
  drawTree(root, frame, stage);
}

function count(systems: readonly System[], one: string, many: string): string {
  if (systems.length === 0) return `no ${many}`;
  const names = systems.map(({ name }) => name).join(', ');
  return `${systems.length} ${systems.length === 1 ? one : many} (${names})`;
}

export function describe({ chosen, ancestors, offspring, line, asked, newest }: Moment, values: Values): string {
  if (!newest) return 'The family has no systems.';
  const until = `${newest.year}: ${newest.name} comes.`;
  if (!chosen) return `${until} ${asked} is not there yet.`;
  if (values.kinds.length === 0) return `${until} No kind of line is switched on, so ${asked} has no kin.`;
  const up = count(ancestors, 'ancestor', 'ancestors');
  const down = count(offspring, 'descendant', 'descendants');
  const years = (line.at(-1)?.year ?? 0) - (line[0]?.year ?? 0);
  const longest =
    line.length < 2
      ? ''
      : ` The longest line through it, over ${years} years: ${line.map(({ name }) => name).join(' → ')}.`;
  return `${until} ${asked} has ${up}, and ${down}.${longest}`;
}

export function readouts({ ancestors, offspring, line, byCode }: Moment): readonly Readout[] {
  return [
    { id: 'ancestors', label: 'Ancestors', value: ancestors.length },
    { id: 'code', label: 'Ancestors by code alone', value: byCode },
    { id: 'offspring', label: 'Offspring', value: offspring.length },
    { id: 'line', label: 'Longest line', value: line.length, unit: line.length === 1 ? 'system' : 'systems' },
    { id: 'since', label: 'It begins in', value: line[0] ? String(line[0].year) : 'no year' },
  ];
}

export const columns: readonly Column<Edge>[] = [
  { name: 'from', value: ({ from }) => from },
  { name: 'to', value: ({ to }) => to },
  { name: 'kind', value: ({ kind }) => kind },
  { name: 'what went over', value: ({ passed = '' }) => passed },
  { name: 'source', value: ({ cited = '' }) => cited },
];

export function rows(frames: Frames<Moment>): readonly Edge[] {
  return frames.at(frames.length - 1)?.edges ?? [];
}

export const tasks: readonly FigureTask<Moment, Values>[] = [
  {
    name: 'code-alone',
    title: 'Whose code went furthest',
    text: 'By code alone, and with all systems there: which system has the most offspring? Switch the other kinds off, and choose it.',
    check({ frame: { family, offspring, systems, asked }, values }) {
      if (values.kinds.join() !== 'code') return { done: false, says: 'Leave only code switched on.' };
      if (systems.length < family.systems.length) return { done: false, says: 'Go to the last moment first.' };
      const most = mostOffspring(family, ['code']).count;
      return offspring.length === most
        ? {
            done: true,
            says: `Lines of code lead from ${asked} to ${most} others. It is an emulator, and no hypervisor by itself.`,
          }
        : { done: false, says: `${asked} has ${offspring.length}, and another has ${most}.` };
    },
    answer: { values: { chosen: 'qemu', kinds: ['code'] }, frame: 'last' },
  },
  {
    name: 'not-kin',
    title: 'Late, and still no child of Xen',
    text: 'Find a system that is younger than Xen and does not descend from it by any kind of line.',
    check({ frame: { chosen, ancestors, asked, systems, family }, values }) {
      if (values.kinds.length < kinds.length || systems.length < family.systems.length)
        return { done: false, says: 'Switch all four kinds on, at the last moment.' };
      if (!chosen || chosen.year <= 2003) return { done: false, says: `Look below Xen: ${asked} is not younger.` };
      return ancestors.some(({ id }) => id === 'xen')
        ? { done: false, says: `Xen is among the ancestors of ${asked}.` }
        : { done: true, says: `None of the sources here ties ${asked} to Xen by a line.` };
    },
    answer: { values: { chosen: 'kvm' }, frame: 'last' },
  },
];
