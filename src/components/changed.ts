/** When a file was last changed. */
import { execFileSync } from 'node:child_process';

/**
 * Day of the last commit that touched a file, as YYYY-MM-DD; `written` (the front matter's date) where git cannot know:
 * a shallow clone dates every file to its newest commit.
 */
export function lastChanged(path: string, written: Date): string {
  const day = written.toISOString().slice(0, 10);
  try {
    const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8', stdio: 'pipe' }).trim();
    if (git('rev-parse', '--is-shallow-repository') === 'true') return day;
    return git('log', '-1', '--format=%cs', '--', path) || day;
  } catch {
    return day;
  }
}
