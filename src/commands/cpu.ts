/**
 * `npm run -s cpu -- FILE.asm|FILE.bin [--technique NAME] [--machine NAME] [--steps N] [--dump ADDRESS,LENGTH] [--json]`: an
 * x86 program in the terminal, on the machine of the CPU lab.
 *
 * `fault` is the exception that could not be delivered and shut the machine down (a triple fault), null where none did: what
 * reaches a handler is counted under `traps`. A program that is stopped after `--steps` is no error: `stop` says so.
 */
import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { parseArgs } from 'node:util';
import { assemble, imageEnd, type Assembly } from '../models/x86/assembler.ts';
import { memoryMap } from '../models/x86/boot.ts';
import { readNumber } from '../models/x86/assembly/cursor.ts';
import {
  costsOn,
  type Counters,
  cycles,
  machines,
  type MachineName,
  type Totals,
  totals,
} from '../models/x86/costs.ts';
import { Reg, Vector } from '../models/x86/state.ts';
import { techniques } from '../models/x86/techniques/index.ts';
import { type Divergence, mostSteps, play, type Run } from '../models/x86/techniques/lab.ts';
import { assemblePort, port } from '../models/x86/techniques/port.ts';
import type { Ended, Vm } from '../models/x86/techniques/technique.ts';
import type { Answer } from './figure.ts';
import { numbersIn } from './numbers.ts';
import { isMain, root } from './project.ts';

/** Answers one call; `root` is the repository's folder, from which published numbers are read. */
export function answer(args: readonly string[], root: string): Answer {
  try {
    return { out: run(args, root), err: '', code: 0 };
  } catch (reason) {
    return { out: '', err: `${reason instanceof Error ? reason.message : String(reason)}\n`, code: 2 };
  }
}

function run(args: readonly string[], root: string): string {
  const { values: options, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      technique: { type: 'string', default: 'native' },
      machine: { type: 'string', default: machines[0] },
      steps: { type: 'string', default: String(mostSteps) },
      dump: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new Error('Name one program: FILE.asm or FILE.bin.');
  const technique = techniques.find(({ name }) => name === options.technique);
  if (!technique)
    throw new Error(
      unknownName(
        'technique',
        options.technique,
        techniques.map(({ name }) => name),
      ),
    );
  const machine = machines.find((name) => name === options.machine);
  if (!machine) throw new Error(unknownName('machine', options.machine, machines));
  const steps = readNumber(options.steps) ?? 0;
  if (steps < 1 || steps > mostSteps) throw new Error(`--steps is a number from 1 to ${mostSteps}.`);
  const dump = options.dump === undefined ? undefined : readDump(options.dump);
  const program = load(file);
  const played = play(technique.ported ? ported(program) : program, technique, { steps });
  const report = reportOf(played, machine, root, dump);
  return options.json ? `${JSON.stringify(report, null, 2)}\n` : describe(report);
}

function unknownName(what: string, name: string, names: readonly string[]): string {
  return `There is no ${what} ${name.slice(0, 40)}. There are: ${names.join(', ')}.`;
}

function readDump(text: string): readonly [number, number] {
  const [address, length, ...more] = text.split(',').map((part) => readNumber(part.trim()));
  if (address === undefined || length === undefined || more.length > 0 || length < 1 || address + length > imageEnd)
    throw new Error(`--dump is ADDRESS,LENGTH inside memory, which ends at 0x${imageEnd.toString(16)}: 0x9000,64.`);
  return [address, length];
}

function load(file: string): Assembly | Uint8Array {
  const kind = extname(file).toLowerCase();
  if (kind !== '.asm' && kind !== '.bin') throw new Error(`${file} is neither .asm nor .bin.`);
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (reason) {
    throw new Error(`${file} cannot be read: ${reason instanceof Error ? reason.message : String(reason)}`, {
      cause: reason,
    });
  }
  if (kind === '.bin') {
    const room = imageEnd - memoryMap.program;
    if (bytes.length > room) throw new Error(`${file} has ${bytes.length} bytes; at most ${room} fit in memory.`);
    return new Uint8Array(bytes);
  }
  const program = assemble(bytes.toString('utf8'));
  if (program.problems.length > 0)
    throw new Error(
      program.problems.map(({ line, column, says }) => `${basename(file)}:${line}:${column}: ${says}`).join('\n'),
    );
  return program;
}

/** A program as a technique takes it that runs ports; raw code cannot be ported and stays. */
function ported(program: Assembly | Uint8Array): Assembly | Uint8Array {
  if (program instanceof Uint8Array) return program;
  const made = assemblePort(port(program.program.text));
  if (made.problems.length === 0) return made;
  throw new Error(made.problems.map(({ line, says }) => `The port, line ${line}: ${says}`).join('\n'));
}

/** What is printed of a run; in JSON as it is. */
interface Report {
  readonly technique: string;
  readonly machine: MachineName;
  readonly steps: number;
  readonly stop: { readonly reason: string; readonly says: string };
  readonly registers: Readonly<Record<string, number>>;
  readonly eflags: number;
  readonly halted: boolean;
  readonly fault: {
    readonly vector: number;
    readonly name: string;
    readonly errorCode: number | null;
    readonly eip: number;
    readonly address?: number;
  } | null;
  /** Where the guest first was not what it would have been on a bare machine. */
  readonly divergence: Divergence | null;
  readonly console: string;
  /** Sums first, with the cycles on the chosen machine; then every event by itself. */
  readonly counters: Totals & { readonly cycles: number; readonly events: Counters };
  readonly memory?: string;
}

const vectorNames = new Map<number, string>(Object.entries(Vector).map(([name, vector]) => [vector, `#${name}`]));
const nameOf = (vector: number): string => vectorNames.get(vector) ?? `vector ${vector}`;
const hex = (value: number, digits = 8): string => `0x${(value >>> 0).toString(16).padStart(digits, '0')}`;

function reportOf(
  played: Run,
  machine: MachineName,
  root: string,
  dump: readonly [number, number] | undefined,
): Report {
  const { technique, length, stop, divergence, counters } = played;
  const vm = played.at(length);
  const { reg, eip, eflags, halted, console } = vm.view();
  const fault = vm.ended?.fault;
  return {
    technique,
    machine,
    steps: length,
    stop,
    registers: {
      ...Object.fromEntries(Object.entries(Reg).map(([name, index]) => [name, (reg[index] ?? 0) >>> 0])),
      eip: eip >>> 0,
    },
    eflags: eflags >>> 0,
    halted,
    fault: fault ? faultOf(fault) : null,
    divergence: divergence ?? null,
    console: String.fromCharCode(...console),
    counters: { ...totals(counters), cycles: cycles(counters, costsOn(machine, numbersIn(root))), events: counters },
    ...(dump && { memory: memoryOf(vm, ...dump) }),
  };
}

function faultOf({ vector, errorCode, eip, address }: NonNullable<Ended['fault']>): Report['fault'] {
  const where = address === undefined ? {} : { address };
  return { vector, name: nameOf(vector), errorCode: errorCode ?? null, eip, ...where };
}

/** Guest-physical memory in hexadecimal. */
function memoryOf(vm: Vm, address: number, length: number): string {
  let text = '';
  for (let at = address; at < address + length; at++)
    text += (vm.machine.memory[vm.toMachine(at >>> 12) * 4096 + (at & 4095)] ?? 0).toString(16).padStart(2, '0');
  return text;
}

function diverged({ part, expected, found, eip, line }: Divergence): string {
  const where = line === undefined ? hex(eip) : `line ${line}, ${hex(eip)}`;
  return `First divergence from a bare machine: ${where}: ${part} is ${hex(found)} instead of ${hex(expected)}.`;
}

function describe({
  technique,
  machine,
  steps,
  stop,
  registers,
  eflags,
  fault,
  divergence,
  console,
  counters: { cycles, events, ...sums },
  memory,
}: Report): string {
  const pairs = (of: object): string[] =>
    Object.entries(of).flatMap(([name, value]) => (value === 0 ? [] : [`  ${name}: ${value}`]));
  return [
    `${technique}: ${steps} steps. ${stop.says}`,
    ...Object.entries(registers).map(([name, value]) => `  ${name} ${hex(value)}`),
    `  eflags ${hex(eflags)}`,
    ...(fault
      ? [
          `Fault: ${fault.name} at ${hex(fault.eip)}, error code ${fault.errorCode === null ? 'none' : hex(fault.errorCode, 1)}.`,
        ]
      : []),
    ...(divergence ? [diverged(divergence)] : []),
    ...(console === ''
      ? []
      : [
          'Console:',
          ...console
            .trimEnd()
            .split('\n')
            .map((line) => `  ${line}`),
        ]),
    'Counters:',
    ...pairs(sums),
    `  cycles on ${machine}: ${cycles}`,
    'Events:',
    ...pairs(events),
    ...(memory === undefined ? [] : ['Memory:', ...(memory.match(/.{1,64}/g) ?? []).map((row) => `  ${row}`)]),
    '',
  ].join('\n');
}

if (isMain(import.meta.url)) {
  const { out, err, code } = answer(process.argv.slice(2), root);
  process.stdout.write(out);
  process.stderr.write(err);
  process.exitCode = code;
}
