/**
 * `npm start`: builds the site if something has changed, serves it, and says where in one line.
 * It can be reached from this machine only; `npm start -- --host 0.0.0.0` opens it to the network.
 */
import { parseArgs } from 'node:util';
import { build } from './build.ts';
import { CommandError, distDir, isMain, runMain, siteBase } from './project.ts';
import { serve } from './serve.ts';

/** The port that $PORT asks for, 4321 where it is not set; throws a CommandError if it is not a port. */
export function portFrom(env: NodeJS.ProcessEnv): number {
  const text = env.PORT ?? '';
  if (text === '') return 4321;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new CommandError(`PORT is '${text}', but has to be a number from 0 to 65535 (0 takes a free one).`);
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { host: { type: 'string' } } });
  const port = portFrom(process.env);
  await build();
  const site = await serve(distDir(), { port, base: siteBase(), host: values.host });
  console.log(`Inside Xen is at ${site.url} (Ctrl+C stops it).`);
  await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
  await site.close();
  return 0;
}

if (isMain(import.meta.url)) await runMain(main);
