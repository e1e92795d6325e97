/** The checks of the voice, on sentences planted for them. */
import { describe, expect, test } from 'vitest';
import { codeLines, countWords, looseOrders, looseQuantities, marketingWords } from './prose.ts';

describe('quantities outside of Number, Value, Scrub, Do, Cite and dates', () => {
  test.each([
    ['A trap takes 1.2 µs on that machine.', ['1.2 µs']],
    ['A trap takes 1.2\u00a0µs.', ['1.2\u00a0µs'.replace(/\s/g, ' ')]],
    ['It costs 2,000 cycles and 30 % of the time.', ['2,000 cycles', '30 %']],
    ['Some 7% of it.', ['7%']],
    ['The 10-millisecond slice and the 64 KiB page.', ['10-millisecond', '64 KiB']],
    ['It was 3 times as fast, or 2.5×, or 4x.', ['3 times', '2.5×', '4x']],
    ['It took 12 s, then 40 ms.', ['12 s', '40 ms']],
    ['A link of 100 Mb/s on 733 MHz.', ['100 Mb/s', '733 MHz']],
    ['Xen had 150,000 lines.', ['150,000 lines']],
    ['Of 10,000 instructions one traps, by a factor of 8.', ['10,000 instructions', 'factor of 8']],
    ['It cost $300.', ['$300']],
    ['It is <Actor of="xen">9 ms</Actor> long.', ['9 ms']],
    ['<Side>It took 9 ms.</Side>', ['9 ms']],
    ['From 3 to 5 GHz', ['5 GHz']],
  ])('%s', (text, found) => {
    expect(looseQuantities(text)).toEqual(found);
  });

  test.each([
    'In 2003, on 22 November 2026, and in the 1960s and 70s.',
    'Xen 4.22 instructions aside, Xen 4.22 is the newest.',
    'A kernel in ring 0 runs ring 1 instructions; type 1 and type 2.',
    'Processors with 64-bit registers, x86-64 and the 8086.',
    'Port 0x80 and Linux 2.6.20, step by step.',
    'It takes <Number of="a.b" /> or <Value of="f.total" />, with <Scrub of="f.n" />.',
    '<Do set="f.n=3;f.frame=2" expect="f.total > 60 and f.x < 3">Wait 3 ms</Do>, then go on.',
    'As they say.<Cite of="sosp2003" at="p. 5, 30 % of it" />',
    'A register holds `12 ms` of nothing.\n\n```c\nint a = 3; /* 40 ms */\n```\n',
    '[Section 3 of it](https://example.org/40%20ms)',
    'See Table 3 times and again.',
    'There were 5 of them, and page 7 says so.',
  ])('fine: %s', (text) => {
    expect(looseQuantities(text)).toEqual([]);
  });
});

describe('orders to the reader outside of a Do', () => {
  test.each([
    ['Set the slice to its least value and look.', ['Set the slice to its least value and look']],
    ['Look there. Now drag the handle. It moves.', ['Now drag the handle']],
    ['- Press play\n- Read on', ['Press play']],
    ['A paragraph.\n\nThen switch it off.', ['Then switch it off']],
    ['Move it, or <Do set="a.b=1">have it moved</Do>.', ['Move it, or …']],
    ['1. Click on the box.', ['Click on the box']],
    ['To see it, drag the handle to the right.', ['To see it, drag the handle to the right']],
    [
      'If the guest waits too long, then set its weight higher.',
      ['If the guest waits too long, then set its weight higher'],
    ],
    ['Once it stands, press Play.', ['Once it stands, press Play']],
    ['In the figure, move\nboth handles.', ['In the figure, move both handles']],
    ['Look at the left, and press play.', ['Look at the left, and press play']],
    ['Wait for the timer and then switch the guest off.', ['Wait for the timer and then switch the guest off']],
    ['The guest runs; now drag the slider.', ['now drag the slider']],
    ['It depends on one thing: set the slice to one.', ['set the slice to one']],
  ])('%s', (text, found) => {
    expect(looseOrders(text)).toEqual(found);
  });

  test.each([
    '<Do set="a.b=1">Set the slice to one</Do> and look.',
    'The hypervisor sets the flag, and moves on. Setting it costs nothing.',
    'A guest may set a flag. Settings are kept; presses are not.',
    'If the host is full, <Do set="a.b=1">move a guest</Do>, and look.',
    'To move a guest, Xen copies its pages. When two hosts share a disk, move orders are short.',
    'When pages change, set bits say which. With a set of hosts, press reports differ.',
    'Look at what Xen and dom0 set the flag for. Administrators drain a host, move the guests, and restart it.',
    'In 2003, Xen’s authors set the bar. After that, set theory helps; sets and moves are words.',
    'It has three parts: a set of keys; the press; drag and lift.',
    'Step through both, and compare.',
    '`Set` is a word of code.\n\n```\nSet the slice\n```\n',
  ])('fine: %s', (text) => {
    expect(looseOrders(text)).toEqual([]);
  });
});

test('marketing words are found, in prose and not in code', () => {
  expect(marketingWords('A powerful, robust system that simply works. Just do it, easily.')).toEqual([
    'powerful',
    'robust',
    'simply',
    'Just',
    'easily',
  ]);
  expect(marketingWords('A cutting-edge and seamless thing. In this article we will see.')).toHaveLength(3);
  expect(marketingWords('An adjustment, justly simple; easy. `just`')).toEqual([]);
});

test('words are counted as they are read', () => {
  expect(countWords('One <Actor of="xen">two three</Actor>.<Cite of="a" at="four five" />')).toBe(3);
  expect(countWords('<Do set="a.b=1" expect="a.c > 2 and a.d < 3">one two</Do> – <Value of="a.c" />')).toBe(3);
  expect(countWords('## One two\n\n```c\nint not_counted;\n```\n\n[three](https://example.org/four/five)')).toBe(3);
});

test('an import is found, and one inside of a listing is not', () => {
  expect(codeLines("import A from './a.ts';\n\nText that may import goods.")).toEqual(["import A from './a.ts';"]);
  expect(codeLines('export const a = 1;')).toHaveLength(1);
  expect(codeLines("```ts\nimport A from './a.ts';\n```\n")).toEqual([]);
});
