/** The address of a state: it reopens exactly, and what strangers put into it breaks nothing. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAddress, writeAddress } from '../../src/figure/address.ts';
import { isStateHash, namedFigures } from '../../src/figure/hash.ts';
import type { Params } from '../../src/figure/contract.ts';
import { formatValue, readValue } from '../../src/figure/reading.ts';
import { defaultValues } from '../../src/figure/values.ts';
import { anyValues } from '../figures/ready.ts';

const params: Params = {
  weight: { kind: 'number', label: 'Weight', unit: '', min: 1, max: 512, step: 1, default: 256, place: 'view' },
  cost: { kind: 'number', label: 'Cost', unit: 'µs', min: 0, max: 10, step: 0.1, default: 1.5, place: 'view' },
  loud: { kind: 'switch', label: 'Loud', default: false, place: 'view' },
  who: {
    kind: 'choice',
    label: 'Who',
    options: [
      { value: 'xen', label: 'Xen' },
      { value: 'kvm', label: 'KVM' },
    ],
    default: 'xen',
    place: 'view',
  },
  kinds: {
    kind: 'set',
    label: 'Kinds',
    options: [
      { value: 'a', label: 'A' },
      { value: 'b', label: 'B' },
    ],
    default: ['a', 'b'],
    place: 'view',
  },
  program: {
    kind: 'text',
    label: 'Program',
    default: 'hlt',
    longest: 8000,
    rows: 12,
    named: { 'two-lines': 'mov eax, 1 ; 100 %\n\thlt', empty: '' },
    mark: () => ({ tokens: [], problems: [] }),
    place: 'view',
  },
  stops: { kind: 'lines', of: 'program', label: 'Breakpoints', default: [], place: 'view' },
};
const opening = defaultValues(params);

describe('an address', () => {
  test('reopens exactly the state that it was written for', () => {
    fc.assert(
      fc.property(anyValues(params), fc.nat(1999), (values, frame) => {
        const asked = readAddress(writeAddress('fig', values, frame, opening, params), 'fig', params);
        expect(asked?.problems).toEqual([]);
        expect({ ...opening, ...asked?.values }).toEqual(values);
        expect(asked?.frame).toBe(frame);
      }),
    );
  });

  test('leaves a figure alone that it does not name, and plain anchors leave all alone', () => {
    expect(readAddress('#other.weight=3', 'fig', params)).toBeUndefined();
    expect(isStateHash('#a-heading')).toBe(false);
    expect(isStateHash('#xen-4.22')).toBe(false);
    expect(isStateHash('#fig.weight=3')).toBe(true);
    expect(namedFigures('#fig.weight=3&fig.frame=1&other.x=2')).toEqual(['fig', 'other']);
  });

  test.each([
    ['#fig.weight=99999', { weight: 512 }, /weight goes from 1 to 512; 512 is used/],
    ['#fig.weight=-4', { weight: 1 }, /weight goes from 1 to 512/],
    ['#fig.cost=2.96', { cost: 3 }, /cost goes in steps of 0\.1 µs; 3 is used instead of .2\.96./],
    ['#fig.weight=abc', {}, /weight is a number/],
    ['#fig.weight=', {}, /weight is a number/],
    ['#fig.weight=1e999', {}, /weight is a number/],
    ['#fig.weight=NaN', {}, /weight is a number/],
    ['#fig.loud=maybe', {}, /loud is on or off/],
    ['#fig.who=vmware', {}, /who has no option .vmware.: it is one of xen, kvm/],
    ['#fig.kinds=a,z', { kinds: ['a'] }, /kinds has no option .z./],
    ['#fig.stops=7,x,3,3', { stops: ['3', '7'] }, /stops are line numbers, not .x./],
    [`#fig.program=${'a'.repeat(8001)}`, {}, /program has 8001 characters; at most 8000 are read/],
    ['#fig.nothing=1', {}, /no parameter nothing/],
    ['#fig.__proto__=1', {}, /no parameter __proto__/],
    ['#fig.constructor=1', {}, /no parameter constructor/],
    ['#fig.frame=-1', {}, /frame is a whole number/],
    ['#fig.frame=1.5', {}, /frame is a whole number/],
    ['#fig.weight=%E0%A4%A', {}, /weight is a number/],
    ['#fig.who=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E', {}, /who has no option/],
  ])('says what is wrong with %s', (hash, values, says) => {
    const asked = readAddress(hash, 'fig', params);
    expect(asked?.values).toEqual(values);
    expect(asked?.problems.join()).toMatch(says);
  });

  test('ten kilobytes of junk are one sentence', () => {
    for (const hash of [
      `#fig.who=${'x'.repeat(10_000)}`,
      `#fig.weight=${'9'.repeat(10_000)}`,
      `#fig.program=${'x'.repeat(1_000_000)}`,
      `#${'fig.a=1&'.repeat(2000)}`,
    ]) {
      const asked = readAddress(hash, 'fig', params);
      expect(asked?.values).toEqual({});
      expect(asked?.problems).toHaveLength(1);
      expect(asked?.problems[0]?.length).toBeLessThan(120);
    }
  });

  test('holds a program of 200 lines, and a text with a name by its name', () => {
    const program = Array.from({ length: 200 }, (_, at) => `  mov eax, ${at} ; 50 % <é>`).join('\n');
    const address = writeAddress('fig', { ...opening, program, stops: ['2', '199'] }, 0, opening, params);
    expect(readAddress(address, 'fig', params)).toEqual({
      values: { program, stops: ['2', '199'] },
      frame: 0,
      problems: [],
    });
    const named = { ...opening, program: 'mov eax, 1 ; 100 %\n\thlt' };
    expect(writeAddress('fig', named, 0, opening, params)).toBe('#fig.program=two-lines&fig.frame=0');
    expect(readAddress('#fig.program=two-lines', 'fig', params)?.values).toEqual({ program: named['program'] });
    expect(readAddress('#fig.program=a%0D%0Ab%00%1b%7F%09c', 'fig', params)?.values).toEqual({ program: 'a\nb\tc' });
  });

  test('never throws, and never gives a value that a control could not hold', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.constantFrom(...Object.keys(params)),
        (text, name) => {
          for (const hash of [
            `#fig.${name}=${text}`,
            `#fig.${name}=${encodeURIComponent(text.toWellFormed())}`,
            `#fig.${text}=1`,
          ]) {
            const asked = readAddress(hash, 'fig', params);
            for (const [key, value] of Object.entries(asked?.values ?? {})) {
              const param = params[key];
              expect(param).toBeDefined();
              if (param) expect(readValue(key, param, formatValue(value, param))).toEqual({ value });
            }
          }
        },
      ),
    );
  });
});
