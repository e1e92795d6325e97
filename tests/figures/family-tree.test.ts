/** What the family tree must show, and that its data and its controls fit each other. */
import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { loadFamily } from '../../src/components/content-data.ts';
import { readSettings, splitSettings } from '../../src/figure/address.ts';
import type { FigureTask, Params, Stage, Values } from '../../src/figure/contract.ts';
import { stageSize } from '../../src/figure/contract.ts';
import { drawStatic } from '../../src/figure/static.ts';
import { textWidth } from '../../src/figures/marks/text.ts';
import { kinds as allKinds, type Kin } from '../../src/models/history/ancestry.ts';
import { ready, readoutsOf, runWith } from './ready.ts';

const stages: readonly Stage[] = ['wide', 'narrow'];
const { systems, edges } = loadFamily();
const tree = await ready('family-tree');
const { figure } = tree;
const params = figure.params as Params;

const kin = (change: Values = {}, frame?: number): Kin => {
  const { frames, index } = runWith(tree, change, frame);
  return frames.at(index) as Kin;
};
const names = (list: readonly { readonly id: string }[]): string => list.map(({ id }) => id).join(' ');
const sentence = (change: Values, frame?: number): string => {
  const { frames, values, index } = runWith(tree, change, frame);
  return figure.describe(frames.at(index), values);
};
const picture = (stage: Stage, change: Values = {}, frame?: number): Element => {
  const { frames, values, index } = runWith(tree, change, frame);
  const markup = drawStatic(figure, frames.at(index), values, stage, 'family-tree');
  return parseHTML(`<html><body><svg>${markup}</svg></body></html>`).document.querySelector(
    '.root',
  ) as unknown as Element;
};

describe('the data and the controls', () => {
  it('name the same systems and the same kinds', () => {
    const { chosen, kinds } = params;
    if (chosen?.kind !== 'choice' || kinds?.kind !== 'set') throw new Error('The controls are others.');
    expect(chosen.options).toEqual(systems.map(({ id, name }) => ({ value: id, label: name })));
    expect(kinds.options.map(({ value }) => value)).toEqual([...allKinds]);
  });
});

describe('as it opens', () => {
  it('has Xen between ten ancestors and twelve descendants, two of the ancestors by code', () => {
    const { ancestors, offspring } = kin();
    expect(names(ancestors)).toBe('cp-40 cp-67 vm-370 nemesis disco xenoservers workstation esx denali qemu');
    expect(names(offspring)).toBe(
      'ec2 xenserver paravirt-ops lguest oracle-vm virtio hyper-v uxen qubes bhyve nitro xcp-ng',
    );
    expect(readoutsOf(tree, runWith(tree)).get('code')?.value).toBe(2);
    expect(names(kin({ kinds: ['code'] }).ancestors)).toBe('nemesis qemu');
  });

  it.each(stages)('lights them, and leaves four others dim (%s)', (stage) => {
    const root = picture(stage);
    const dim = [...root.querySelectorAll('.event.is-loose')].map((group) => group.getAttribute('data-key'));
    expect(dim).toEqual(['virtual-pc', 'z-vm', 'virtualbox', 'kvm']);
    expect([...root.querySelectorAll('.event.is-on')].map((group) => group.textContent)).toEqual(['Xen 2003']);
    const green = [...root.querySelectorAll('.event.a-xen')].map((group) => group.getAttribute('data-key'));
    expect(green).toEqual(['xen', 'ec2', 'xenserver', 'oracle-vm', 'uxen', 'qubes', 'xcp-ng']);
  });

  it.each(stages)('needs no more of its data than travels with the page (%s)', (stage) => {
    const { values, index } = runWith(tree);
    const travels = figure.first?.(tree.data, values) as typeof tree.data;
    const drawn = (data: unknown): string => drawStatic(figure, figure.run(values, data).at(index), values, stage, 'x');
    expect(JSON.stringify(travels).length).toBeLessThan(JSON.stringify(tree.data).length * 0.6);
    expect(drawn(travels)).toBe(drawn(tree.data));
    // For another system the lines are there at once, and their words come later.
    const other = { ...values, chosen: 'uxen' };
    expect(drawStatic(figure, figure.run(other, travels).at(index), other, stage, 'x')).toContain('Xen, code<');
  });
});

describe('choice, filter and moment', () => {
  it('follows Nitro back to CP-40 through nine systems, and by code to KVM and QEMU alone', () => {
    expect(names(kin({ chosen: 'nitro' }).line)).toBe('cp-40 cp-67 vm-370 disco workstation esx xen ec2 nitro');
    expect(names(kin({ chosen: 'nitro', kinds: ['code'] }).ancestors)).toBe('qemu kvm');
  });

  it('says who is kin, over how many years, or that nobody is', () => {
    expect(sentence({ chosen: 'kvm' })).toBe(
      '2018: XCP-ng comes. KVM has 1 ancestor (QEMU), and 1 descendant (AWS Nitro). The longest line through it, over 14 years: QEMU → KVM → AWS Nitro.',
    );
    expect(sentence({ chosen: 'xen', kinds: [] })).toBe(
      '2018: XCP-ng comes. No kind of line is switched on, so Xen has no kin.',
    );
    expect(sentence({}, 3)).toBe('1995: Nemesis comes. Xen is not there yet.');
    expect(figure.describe(figure.run(runWith(tree).values, { systems: [], edges: [] }).at(0), {})).toBe(
      'The family has no systems.',
    );
  });

  it('grows by one system a moment', () => {
    for (const [index, { id }] of systems.entries()) {
      const { systems: there } = kin({}, index);
      expect(there).toHaveLength(index + 1);
      expect(there.at(-1)?.id).toBe(id);
    }
    expect(picture('wide', {}, 4).querySelectorAll('.event')).toHaveLength(5);
  });

  it('chooses by a click on a mark or a name', () => {
    const root = picture('wide');
    for (const { id } of systems) {
      const group = [...root.querySelectorAll('.event')].find((one) => one.getAttribute('data-key') === id);
      const meaning = readSettings(splitSettings(group?.getAttribute('data-set') ?? ''), params);
      expect(meaning).toEqual({ values: { chosen: id }, problems: [] });
    }
  });
});

describe('lines', () => {
  it('join every parent to every child, once a kind, and no more', () => {
    for (const { id } of systems)
      for (const kind of allKinds) {
        const root = picture('wide', { chosen: id, kinds: [kind] });
        const bends = [...root.querySelectorAll('.kin')]
          .filter((path) => path.parentElement?.getAttribute('class') !== 'samples')
          .flatMap((path) => (path.getAttribute('d') ?? '').match(/q/g) ?? []);
        expect(bends, `${id} ${kind}`).toHaveLength(edges.filter((edge) => edge.kind === kind).length);
      }
  });
});

describe('words', () => {
  it.each(stages)('tell what every system got, inside the stage and on no name (%s)', (stage) => {
    const height = figure.about.height[stage];
    for (const { id, note } of systems) {
      const root = picture(stage, { chosen: id });
      const told = [...root.querySelectorAll('.told')];
      const text = told.map((line) => line.textContent).join(' ');
      for (const part of [note, ...edges.filter(({ to }) => to === id).map(({ passed }) => passed)])
        expect(text, id).toContain(part);
      const box = (line: Element): readonly [number, number, number, number] => {
        const [x, y] = [Number(line.getAttribute('x')), Number(line.getAttribute('y'))];
        const bold = line.classList.contains('strong') || line.parentElement?.classList.contains('is-on');
        const width = textWidth(line.textContent ?? '', { size: 13, weight: bold ? 'semibold' : 'regular' });
        return [x, y - 13, x + width, y + 3.5];
      };
      const system = [...root.querySelectorAll('.event text')];
      for (const line of [...told, ...system]) {
        const [, y0, x1, y1] = box(line);
        expect(x1, line.textContent ?? '').toBeLessThanOrEqual(stageSize[stage]);
        expect(y0).toBeGreaterThanOrEqual(0);
        expect(y1).toBeLessThanOrEqual(height);
      }
      for (const line of told)
        for (const name of system) {
          const [a, b] = [box(line), box(name)];
          if (a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3])
            throw new Error(`‘${line.textContent}’ stands on ‘${name.textContent}’`);
        }
    }
  });
});

describe('tasks', () => {
  const says = (name: string, change: Values, frame?: number): string => {
    const { frames, values, index } = runWith(tree, change, frame);
    const task = (figure.tasks as readonly FigureTask<unknown, Values>[]).find((one) => one.name === name)!;
    return task.check({ frames, values, index, frame: frames.at(index) }).says;
  };

  it('tell how far off an answer is', () => {
    expect(says('code-alone', {})).toBe('Leave only code switched on.');
    expect(says('code-alone', { kinds: ['code'] }, 20)).toBe('Go to the last moment first.');
    expect(says('code-alone', { kinds: ['code'] })).toBe('Xen has 6, and another has 10.');
    expect(says('not-kin', {})).toBe('Look below Xen: Xen is not younger.');
    expect(says('not-kin', { chosen: 'bhyve' })).toBe('Xen is among the ancestors of bhyve.');
    expect(says('not-kin', { chosen: 'virtualbox' })).toBe(
      'None of the sources here ties VirtualBox to Xen by a line.',
    );
  });
});
