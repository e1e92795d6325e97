/** Runs Lighthouse over a page in a browser of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, watch } from 'node:fs';
import { join } from 'node:path';
import lighthouse from 'lighthouse';
import { type Browser, temporaryFolder } from './browser.ts';

/** Scores from 0 to 100 by category, and the audits below their full score, a line each. */
export interface Audit {
  readonly scores: Readonly<Record<string, number>>;
  readonly shortOf: readonly string[];
}

/** Starts a browser with an empty profile; gives the port of its debugger once that is open. */
async function startBrowser(browser: Browser, profile: string): Promise<{ child: ChildProcess; port: number }> {
  const flags = ['--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`, ...browser.args];
  const child = spawn(browser.path, [...flags, 'about:blank'], { env: browser.env, stdio: 'ignore' });
  const note = join(profile, 'DevToolsActivePort');
  const port = await new Promise<number>((resolve, reject) => {
    const watcher = watch(profile, () => {
      const [first = ''] = existsSync(note) ? readFileSync(note, 'utf8').split('\n') : [];
      if (first === '') return;
      watcher.close();
      resolve(Number(first));
    });
    child.once('exit', (code) => {
      watcher.close();
      reject(new Error(`${browser.path} ended at its start with ${String(code)}`));
    });
  });
  return { child, port };
}

/** Audits one address, as on a phone with a slow line (Lighthouse's own setting). */
export async function audit(browser: Browser, url: string, categories: readonly string[]): Promise<Audit> {
  const profile = temporaryFolder('lighthouse');
  const { child, port } = await startBrowser(browser, profile);
  try {
    const result = await lighthouse(url, { port, onlyCategories: [...categories], logLevel: 'error', output: 'json' });
    if (!result) throw new Error('Lighthouse gave no result');
    const { lhr } = result;
    if (lhr.runtimeError) throw new Error(lhr.runtimeError.message);
    const found = Object.values(lhr.categories);
    const short = found
      .flatMap((category) => category.auditRefs)
      .filter(({ weight }) => weight > 0)
      .map(({ id }) => lhr.audits[id])
      .filter((one) => one !== undefined && one.score !== null && one.score < 1);
    return {
      scores: Object.fromEntries(found.map(({ id, score }) => [id, Math.round((score ?? 0) * 100)])),
      shortOf: short.map((one) => `${one?.id}: ${one?.title} ${one?.displayValue ?? ''}`.trim()),
    };
  } finally {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill();
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
