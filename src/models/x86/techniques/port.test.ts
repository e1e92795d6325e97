/** The porter: what it makes of statements, and what it leaves alone. */
import { describe, expect, it, test } from 'vitest';
import { samples } from '../samples/index.ts';
import { assemblePort, port } from './port.ts';

/** The lines that stand for a program's, without the names on top. */
const body = (text: string) =>
  port(text)
    .lines.filter((line) => line.from !== undefined)
    .map((line) => line.text.trim());

describe('port', () => {
  it('keeps labels, comments and what needs no change', () => {
    expect(body('top:  cli ; off\n      mov eax, 1')).toEqual([
      'top:  mov byte [xen_shared + 1], 1 ; off',
      'mov eax, 1',
    ]);
  });

  test.each([
    ['sti', ['call xen_sti']],
    ['pushf', ['pushf', 'call xen_virtual_if']],
    ['popf', ['call xen_load_if', 'popf']],
    ['iret', ['jmp xen_iret']],
    ['mov cr3, ecx', ['push ecx', 'call xen_load_cr3']],
    ['mov ebx, cr2', ['mov ebx, [xen_shared + 8]']],
    ['mov ebx, cr3', ['mov ebx, cr3', 'push ebx', 'call xen_to_physical', 'pop ebx']],
    ['mov ebx, cr0', ['mov ebx, cr0']],
    ['mov dword [0x904], 0x8000', ['push dword 0x8000', 'call xen_esp0']],
    ['mov [0x904], esp', ['push esp', 'call xen_esp0']],
    ['mov dword [0x908], 0x8000', ['mov dword [0x908], 0x8000']],
    [
      'set_pte [esp + 8], ecx',
      ['push eax', 'push ecx', 'lea eax, [esp + 8 + 8]', 'push eax', 'call xen_set_pte', 'pop eax'],
    ],
    ['sgdt [esp]', ['push eax', 'lea eax, [esp + 4]', 'push eax', 'call xen_sgdt', 'pop eax']],
    ['smsw cx', ['push ecx', 'mov ecx, cr0', 'mov [esp], cx', 'pop ecx']],
    ['str dx', ['mov dx, 0x28']],
    ['mov ss, dx', ['push edx', 'call xen_ss']],
    ['cpuid', ['ud2', "db 'xen'", 'cpuid']],
  ])('%s', (statement, expected) => {
    expect(body(statement)).toEqual(expected);
    expect(assemblePort(port(statement)).problems).toEqual([]);
  });

  it('finds the kernel stack by its name, too', () => {
    expect(body('esp0 equ 0x900 + 4\nmov [esp0], eax')[1]).toBe('push eax');
  });

  it('counts lines, and says why', () => {
    const { counts, lines } = port('; a comment\n\nstart: cli\n pushf\n nop');
    expect(counts).toEqual({ original: 3, changed: 2, added: 3 });
    expect(lines.filter((line) => line.why === undefined).map((line) => line.text)).toEqual([
      '; a comment',
      '',
      ' nop',
    ]);
  });

  it('says what stays and is not what it was', () => {
    expect(port(' mov eax, cs\n lsl eax, ecx\n nop').left.map((item) => item.line)).toEqual([1, 2]);
  });

  it('gives a program with problems back', () => {
    const made = port(' movv eax, 1\n cli');
    expect(made.problems).toHaveLength(1);
    expect(made.text).toBe(' movv eax, 1\n cli');
  });

  test.each(samples)('$name: ports to something that assembles', ({ text }) => {
    const made = port(text);
    expect(assemblePort(made).problems).toEqual([]);
    expect(made.counts.changed).toBeLessThan(made.counts.original / 3);
  });
});
