/** Folders that a test fills, and that are gone after it. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { root } from '../../src/commands/project.ts';

/** A new folder with these files. */
export function scratch(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'inside-xen-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** Gives a folder the project's packages. */
export function withPackages(folder: string): string {
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  return folder;
}

/** Copies a file of the project to the same place below a folder. */
export function withFile(folder: string, path: string): string {
  cpSync(join(root, path), join(folder, path), { recursive: true });
  return folder;
}

/** The environment with this Node found first. */
export function envWithThisNode(): NodeJS.ProcessEnv {
  const separator = process.platform === 'win32' ? ';' : ':';
  return { ...process.env, PATH: `${dirname(process.execPath)}${separator}${process.env.PATH ?? ''}` };
}
