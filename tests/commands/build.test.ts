/** When the site is built again, and that it is built by the real Astro. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Project, build, inputsDigest, isBuilt, outputDigest, writeBuildStamp } from '../../src/commands/build.ts';
import { CommandError } from '../../src/commands/project.ts';
import { scratch, withPackages } from './scratch.ts';

const files = {
  'package.json': '{ "type": "module" }',
  'package-lock.json': '{}',
  'astro.config.mjs': "export default { cacheDir: './cache/astro', vite: { cacheDir: './cache/vite' } };\n",
  'content/a.yaml': 'a: 1\n',
  'public/robots.txt': 'all\n',
  'src/pages/index.astro': '<!doctype html><title>One</title><p>Hello</p>\n',
  'src/models/a.test.ts': 'test\n',
};

/** A project with a built site that is complete. */
function built(): Required<Project> {
  const root = scratch({ ...files, 'dist/index.html': 'page', 'dist/a/b.js': 'script' });
  const project = { root, cache: join(root, 'cache'), env: {} };
  writeBuildStamp(inputsDigest(project), project);
  return project;
}

describe('the stamp', () => {
  test('holds as long as nothing changes', () => {
    const project = built();
    expect(isBuilt(project)).toBe(true);
    writeFileSync(join(project.root, 'src/models/a.test.ts'), 'another test\n');
    expect(isBuilt(project)).toBe(true);
  });

  test.each([
    'content/a.yaml',
    'public/robots.txt',
    'src/pages/index.astro',
    'src/new.ts',
    'astro.config.mjs',
    'package-lock.json',
    'tsconfig.json',
  ])('is void when %s changes', (path) => {
    const project = built();
    writeFileSync(join(project.root, path), 'changed\n');
    expect(isBuilt(project)).toBe(false);
  });

  test('is void when a file gets another name or goes', () => {
    const before = inputsDigest(built());
    const project = built();
    writeFileSync(join(project.root, 'content/b.yaml'), 'a: 1\n');
    rmSync(join(project.root, 'content/a.yaml'));
    expect(inputsDigest(project)).not.toBe(before);
  });

  test.each(['SITE_BASE', 'SITE_URL', 'REPO_URL'])('is void with another %s', (name) => {
    const project = built();
    expect(isBuilt({ ...project, env: { [name]: '/other/' } })).toBe(false);
    expect(isBuilt({ ...project, env: { UNRELATED: '1' } })).toBe(true);
  });

  test('is void when something of the built site is missing', () => {
    const project = built();
    rmSync(join(project.root, 'dist/a/b.js'));
    expect(isBuilt(project)).toBe(false);
  });

  test('each folder for the result has its own', () => {
    const project = built();
    const env = { DIST_DIR: 'elsewhere' };
    expect(isBuilt({ ...project, env })).toBe(false);
    mkdirSync(join(project.root, 'elsewhere'));
    writeBuildStamp(inputsDigest(project), { ...project, env });
    expect(isBuilt({ ...project, env })).toBe(true);
    expect(isBuilt(project)).toBe(true);
  });
});

describe('the build', { timeout: 60_000 }, () => {
  test('is done once, again after a change, and not taken for done when it fails', async () => {
    const root = withPackages(scratch(files));
    const project = { root, cache: join(root, 'cache'), env: process.env.PATH ? { PATH: process.env.PATH } : {} };
    expect(await build(project)).toBe(true);
    expect(existsSync(join(root, 'dist/index.html'))).toBe(true);
    const first = outputDigest(join(root, 'dist'));
    expect(await build(project)).toBe(false);
    const both = [build({ ...project, force: true }), build({ ...project, force: true })];
    expect(await Promise.all(both)).toEqual([true, true]);
    expect(outputDigest(join(root, 'dist'))).toBe(first);
    rmSync(join(root, 'dist/index.html'));
    expect((await Promise.all([build(project), build(project)])).sort()).toEqual([false, true]);
    writeFileSync(join(root, 'src/pages/index.astro'), '---\nthrow new Error("no such figure");\n---\n<p></p>\n');
    const failing = build(project);
    await expect(failing).rejects.toThrow(CommandError);
    await expect(failing).rejects.toThrow('no such figure');
    expect(isBuilt(project)).toBe(false);
  });
});
