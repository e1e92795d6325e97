/** Times builds of the whole site with 20, 100 and 500 articles, all but the real ones copies of one. */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './browser.ts';
import { filesBelow } from './build.ts';
import { binOf, root } from './project.ts';

/** What a build is made from; packages are linked. */
const parts = ['content', 'public', 'src', 'astro.config.mjs', 'package.json', 'package-lock.json', 'tsconfig.json'];

/** As many articles a part as a part of the series has. */
const articlesPerPart = 10;

/** The article that is copied: the one on which everything else is measured. */
const slug = 'type-1-and-type-2';

/** An article's text under another title; it defines no words, because a word is defined once. */
export function copyOfArticle(text: string, index: number): string {
  return text
    .replace(/^teaches:\s*\n(?:[ \t]+-.*\n)+/m, 'teaches: []\n')
    .replace(/^teaches: \[.*\]$/m, 'teaches: []')
    .replace(/^title: .*$/m, `title: Where the hypervisor stands, copy ${index}`);
}

/** A quiz's text with ids and tracking numbers of its own. */
export function copyOfQuiz(text: string, index: number): string {
  return text
    .replace(/^(\s*- id: \S+)$/gm, `$1-copy-${index}`)
    .replace(
      /^(\s*tracking: )(\d+)$/gm,
      (_, key: string, number: string) => `${key}${index * 100_000 + Number(number)}`,
    );
}

/** Fills the content of a copied project up to so many articles. */
function fill(folder: string, articles: number): void {
  const content = join(folder, 'content');
  const all = filesBelow(join(content, 'articles')).filter((path) => path.endsWith('.mdx'));
  const source = all.find((path) => path.endsWith(`-${slug}.mdx`));
  if (source === undefined) throw new Error(`There is no article ${slug} to copy.`);
  const article = readFileSync(source, 'utf8');
  const quiz = readFileSync(join(content, 'quizzes', `${slug}.yaml`), 'utf8');
  for (let index = 1; index <= articles - all.length; index += 1) {
    const number = String(90 + Math.floor((index - 1) / articlesPerPart)).padStart(3, '0');
    const part = join(content, 'articles', `${number}-copies`);
    mkdirSync(part, { recursive: true });
    writeFileSync(join(part, 'part.yaml'), `title: Copies ${number}\nsummary: Copies of an article.\n`);
    const name = `copy-${String(index).padStart(3, '0')}`;
    writeFileSync(join(part, `${String(index).padStart(3, '0')}-${name}.mdx`), copyOfArticle(article, index));
    writeFileSync(join(content, 'quizzes', `${name}.yaml`), copyOfQuiz(quiz, index));
  }
}

/** Times of one build, in seconds: by the clock, and on the processor, to which a busy machine adds little. */
export interface BuildTimes {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** What the build's process does at its end: it writes down how long it was on the processor. */
const noteCpu =
  "data:text/javascript,import { writeFileSync } from 'node:fs';" +
  "process.on('exit', () => writeFileSync(process.env.BENCH_CPU, JSON.stringify(process.cpuUsage())));";

/** Builds a copy of the project with so many articles from nothing. */
export async function timeBuild(articles: number): Promise<BuildTimes> {
  const folder = temporaryFolder('build');
  try {
    for (const part of parts.filter((name) => readdirSync(root).includes(name))) {
      cpSync(join(root, part), join(folder, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
    fill(folder, articles);
    const [dist, note] = [join(folder, 'dist'), join(folder, 'cpu.json')];
    const own = { DIST_DIR: dist, ASTRO_CACHE: join(folder, 'cache'), BENCH_CPU: note, ASTRO_TELEMETRY_DISABLED: '1' };
    const start = performance.now();
    const child = spawn(process.execPath, ['--import', noteCpu, binOf('astro'), 'build'], {
      cwd: folder,
      env: { ...process.env, ...own },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += String(chunk)));
    const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
    const seconds = (performance.now() - start) / 1000;
    const pages = filesBelow(join(dist, 'learn')).filter((path) =>
      /learn[/\\][^/\\]+[/\\]index\.html$/.test(path),
    ).length;
    if (code !== 0 || pages !== articles) {
      throw new Error(`${output.slice(-2000)}\nThe build with ${articles} articles made ${pages} pages.`);
    }
    const { user, system } = JSON.parse(readFileSync(note, 'utf8')) as NodeJS.CpuUsage;
    return { seconds, cpuSeconds: (user + system) / 1e6 };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Times of builds with 20, 100 and 500 articles, and what a page more costs on the processor, in ms. */
export async function timeBuilds(): Promise<{
  readonly builds: Readonly<Record<20 | 100 | 500, BuildTimes>>;
  readonly fewMs: number;
  readonly manyMs: number;
}> {
  await timeBuild(20); // warms the disk's cache
  const builds = { 20: await timeBuild(20), 100: await timeBuild(100), 500: await timeBuild(500) };
  return {
    builds,
    fewMs: ((builds[100].cpuSeconds - builds[20].cpuSeconds) / 80) * 1000,
    manyMs: ((builds[500].cpuSeconds - builds[100].cpuSeconds) / 400) * 1000,
  };
}
