/** Counts passed and failed tests in the JSON reports of vitest and Playwright. */
import { readFileSync } from 'node:fs';

/** Tests that passed and tests that did not: whatever was left out or never ran did not pass. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

interface VitestReport {
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

interface PlaywrightReport {
  readonly stats: Readonly<Record<'expected' | 'unexpected' | 'flaky' | 'skipped', number>>;
  readonly errors: readonly unknown[];
}

function read(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined; // the tool ended before it wrote its report
  }
}

/** What a tool's exit code says besides its report: a failure that no test shows, or no test at all, counts as one. */
function withExitCode({ passed, failed }: Counts, code: number): Counts {
  return { passed, failed: failed === 0 && (code !== 0 || passed === 0) ? 1 : failed };
}

/** Counts a report of vitest's JSON reporter; a file that could not be loaded counts as one failed. */
export function countVitest(path: string, code: number): Counts {
  const report = read(path) as VitestReport | undefined;
  const files = report?.testResults ?? [];
  const states = files.flatMap((file) => file.assertionResults.map(({ status }) => status));
  const unloaded = files.filter(({ status, assertionResults: [first] }) => status === 'failed' && !first).length;
  const passed = states.filter((status) => status === 'passed').length;
  return withExitCode({ passed, failed: states.length - passed + unloaded }, code);
}

/** Counts a report of Playwright's JSON reporter; a file that could not be loaded counts as one failed. */
export function countPlaywright(path: string, code: number): Counts {
  const report = read(path) as PlaywrightReport | undefined;
  const { expected = 0, unexpected = 0, flaky = 0, skipped = 0 } = report?.stats ?? {};
  return withExitCode({ passed: expected, failed: unexpected + flaky + skipped + (report?.errors.length ?? 0) }, code);
}
