/** The costs of the x86 models stand in content/numbers.yaml, and the derived ones are their arithmetic. */
import { expect, test } from 'vitest';
import { publishedNumber } from '../../src/components/numbers.ts';
import { costsOn, machines, vmreadsPerExit } from '../../src/models/x86/costs.ts';

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
