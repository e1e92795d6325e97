import { expect, test } from 'vitest';
import { assemble } from './assembler.ts';
import { boot } from './boot.ts';
import { diskWord, diskWords } from './devices.ts';
import { runSteps } from './machine.ts';
import { Reg } from './state.ts';

const run = (text: string) => {
  const m = boot(assemble(`${text}\nhlt`));
  runSteps(m, 1000);
  return m;
};

test('the console takes bytes and says that it is there', () => {
  const m = run("mov al, 'H'\nout 0xe9, al\nmov al, 'i'\nmov edx, 0xe9\nout dx, al\nin al, 0xe9");
  expect([String.fromCharCode(...m.devices.console), m.reg[Reg.eax] & 0xff]).toEqual(['Hi', 0xe9]);
});

test('the disk reads words one after another, beyond its end ones', () => {
  const read = 'mov edx, 0x1f3\nout dx, eax\nmov edx, 0x1f0\nin eax, dx\nmov ebx, eax\nin eax, dx';
  const m = run(`mov eax, 5\n${read}`);
  expect([m.reg[Reg.ebx], m.reg[Reg.eax]]).toEqual([diskWord(5), diskWord(6)]);
  expect(diskWord(0) >>> 0).toBe(0x9e3779b1);
  expect(run(`mov eax, ${diskWords - 1}\n${read}`).reg[Reg.eax]).toBe(-1);
  expect(new Set(Array.from({ length: diskWords }, (_, n) => diskWord(n))).size).toBe(diskWords);
});

test('other ports read as ones, and so does the open bus', () => {
  const m = run('in al, 0x60\nmov bl, al\nin ax, 0x60\nmov cx, ax\nmov edi, [0x7fffff00]\nmov [0x7fffff00], ecx');
  expect([m.reg[Reg.ebx], m.reg[Reg.ecx], m.reg[Reg.edi]]).toEqual([0xff, 0xffff, -1]);
});

test('the timer comes every so many instructions, and is one pending interrupt however late', () => {
  const m = run('mov eax, 10\nout 0x40, eax\nmov ecx, 50\ntop: loop top');
  expect([m.devices.timerPending, m.devices.timerCount]).toEqual([true, 3]);
  // The OUT that sets it is the first that it counts: 53 = 5 × 10 + 3.
  expect(m.retired).toBe(54);
});
