/** The costs of the x86 models stand in content/numbers.yaml, and the derived ones are their arithmetic. */
import { expect, test } from 'vitest';
import { publishedNumber } from '../../src/components/numbers.ts';
import { costParams, programCostParams } from '../../src/figures/marks/cost-inputs.ts';
import {
  costsFrom,
  costsOn,
  machines,
  primitives,
  vmreadsPerExit,
  type CostSettings,
} from '../../src/models/x86/costs.ts';

test.each(machines)('every cost of a %s has its number', (machine) => {
  expect(Object.values(costsOn(machine, publishedNumber)).every((cost) => cost > 0)).toBe(true);
});

test('a trap is 0.45 µs, and a bounce 1.40 − 1.06 µs, at 2.4 GHz', () => {
  const clock = publishedNumber('sosp2003.clock') * 1000;
  expect(publishedNumber('sosp2003.trap')).toBeCloseTo(publishedNumber('sosp2003.null-call-linux') * clock, 6);
  const more = publishedNumber('sosp2003.prot-fault-xen') - publishedNumber('sosp2003.prot-fault-linux');
  expect(publishedNumber('sosp2003.bounce')).toBeCloseTo(more * clock, 6);
  expect(publishedNumber('adams-agesen2006.vmreads-per-exit')).toBe(vmreadsPerExit);
});

test('the controls of figures name the same numbers as the model', () => {
  const controls: Readonly<Record<string, { readonly default: unknown }>> = { ...costParams, ...programCostParams };
  for (const [cost, source] of Object.entries(primitives)) {
    if (cost === 'exit') continue;
    expect(controls[cost]?.default, cost).toEqual(typeof source === 'string' ? { number: source } : source);
  }
});

test.each(machines)('controls left alone come to the costs of a %s', (machine) => {
  const controls = Object.entries({ ...costParams, ...programCostParams }).map(([name, param]) => [
    name,
    typeof param.default === 'number' ? param.default : publishedNumber(param.default.number),
  ]);
  const settings = { ...Object.fromEntries(controls), machine } as CostSettings;
  expect(costsFrom(settings)).toMatchObject(costsOn(machine, publishedNumber));
});
