/** A small server for the built site, which answers like a static host: headers file, base path, 404 page, compression. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { extname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { type HeaderRule, headersFor, parseHeaders } from './headers.ts';
import { CommandError } from './project.ts';

/** Media types of what the site is made of; anything else is sent as bytes. */
const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.woff2': 'font/woff2',
  '.xml': 'application/xml; charset=utf-8',
};

/** A running server. */
export interface Site {
  /** Where the site starts, with its base path and a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Stops it; open connections are cut. */
  close(): Promise<void>;
  /** Lets the process end although the server runs. */
  unref(): void;
}

interface Options {
  /** 0 takes a free one. */
  readonly port: number;
  /** With a slash at both ends. */
  readonly base?: string;
  /** An address to listen on; both loopback addresses where left out. */
  readonly host?: string | undefined;
}

type Encoding = 'br' | 'gzip' | undefined;

const compressors = {
  br: (bytes: Buffer) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes, { level: 9 }),
} as const;

/** Compressed bodies by file, time of change and encoding, so that every file is compressed once. */
const compressed = new Map<string, Promise<Buffer>>();

async function bodyOf(file: string, mtimeMs: number, encoding: Encoding): Promise<Buffer> {
  if (encoding === undefined) return readFile(file);
  const key = `${encoding} ${mtimeMs} ${file}`;
  const found = compressed.get(key) ?? readFile(file).then(compressors[encoding]);
  compressed.set(key, found);
  return found;
}

function encodingFor(request: IncomingMessage, type: string, size: number): Encoding {
  if (size < 512 || !/^text\/|json|javascript|xml|wasm/.test(type)) return undefined;
  const accepted = String(request.headers['accept-encoding'] ?? '');
  const takes = (name: string) => new RegExp(`\\b${name}\\b(?!\\s*;\\s*q=0(?:\\.0*)?(?:,|$))`).test(accepted);
  return takes('br') ? 'br' : takes('gzip') ? 'gzip' : undefined;
}

const needsSlash = Symbol('the address of a folder, without its slash');

/** The file for a path below the base: itself, its index, or undefined; never one outside of the folder. */
function fileFor(dist: string, inner: string): string | typeof needsSlash | undefined {
  const path = join(dist, inner);
  if (!path.startsWith(dist.endsWith(sep) ? dist : dist + sep) && path !== dist) return undefined;
  if (inner === '_headers' || inner === '_redirects') return undefined;
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile()) return inner.endsWith('/') ? undefined : path;
  if (!stats?.isDirectory() || !existsSync(join(path, 'index.html'))) return undefined;
  return inner === '' || inner.endsWith('/') ? join(path, 'index.html') : needsSlash;
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  { file, status, path, rules }: { file: string; status: number; path: string; rules: readonly HeaderRule[] },
): Promise<void> {
  const { size, mtimeMs } = statSync(file);
  const type = types[extname(file).toLowerCase()] ?? 'application/octet-stream';
  const encoding = encodingFor(request, type, size);
  const tag = `W/"${size.toString(36)}-${Math.round(mtimeMs).toString(36)}${encoding ? `-${encoding}` : ''}"`;
  const headers = new Map([
    ['content-type', type],
    ['cache-control', 'no-cache'],
    ['etag', tag],
    ['vary', 'Accept-Encoding'],
    ...(encoding ? [['content-encoding', encoding] as const] : []),
    ...headersFor(rules, path),
  ]);
  if (status === 200 && request.headers['if-none-match'] === tag) {
    response.writeHead(304, Object.fromEntries(headers)).end();
    return;
  }
  const body = await bodyOf(file, mtimeMs, encoding);
  headers.set('content-length', String(body.length));
  response.writeHead(status, Object.fromEntries(headers));
  response.end(request.method === 'HEAD' ? undefined : body);
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { dist, base, rules }: { dist: string; base: string; rules: readonly HeaderRule[] },
): Promise<void> {
  const plain = (status: number, text: string, headers: Record<string, string> = {}) =>
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }).end(`${text}\n`);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    plain(405, 'Only GET and HEAD.', { allow: 'GET, HEAD' });
    return;
  }
  const [, rawPath = '/', suffix = ''] = /^([^?]*)(\?.*)?$/s.exec(request.url ?? '/') ?? [];
  let path: string;
  try {
    path = decodeURIComponent(rawPath);
  } catch {
    plain(400, 'This address is not well formed.');
    return;
  }
  if (!path.startsWith(base)) {
    if (path === '/' || `${path}/` === base) plain(302, base, { location: base + suffix });
    else plain(404, `Nothing is here: the site starts at ${base}`);
    return;
  }
  const found = path.includes('\0') ? undefined : fileFor(dist, path.slice(base.length));
  // Two slashes at the start would name another host.
  if (found === needsSlash) plain(301, '', { location: `${rawPath.replace(/^\/+/, '/')}/${suffix}` });
  else if (found !== undefined) await send(request, response, { file: found, status: 200, path, rules });
  else if (!existsSync(join(dist, '404.html'))) plain(404, 'There is no such page.');
  else await send(request, response, { file: join(dist, '404.html'), status: 404, path, rules });
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

function sentenceFor(error: NodeJS.ErrnoException, port: number, host: string): string {
  if (error.code === 'EADDRINUSE') return `Port ${port} is in use: stop what uses it, or choose another with PORT.`;
  if (error.code === 'EACCES') return `Port ${port} may not be opened: choose one above 1023 with PORT.`;
  return `Cannot listen on ${host}, port ${port}: ${error.message}.`;
}

/** Serves a built site. Throws a CommandError with one sentence if the port cannot be had or nothing is built there. */
export async function serve(dist: string, { port, base = '/', host }: Options): Promise<Site> {
  if (!existsSync(join(dist, 'index.html'))) throw new CommandError(`There is no built site in ${dist}.`);
  const headersFile = join(dist, '_headers');
  const rules = existsSync(headersFile) ? parseHeaders(readFileSync(headersFile, 'utf8')) : [];
  const handler = (request: IncomingMessage, response: ServerResponse) => {
    answer(request, response, { dist, base, rules }).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' });
      response.end(`${String(error)}\n`);
    });
  };
  // 'localhost' is one of two addresses, which depends on the machine: listen on both, and on nothing else.
  const hosts = host === undefined ? ['127.0.0.1', '::1'] : [host];
  const servers: Server[] = [];
  let actual = port;
  for (const address of hosts) {
    const server = createServer(handler);
    try {
      actual = await listen(server, actual, address);
      servers.push(server);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const hasNoIpv6 = address === '::1' && (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT' || code === 'EINVAL');
      if (hasNoIpv6) continue;
      for (const open of servers) open.close();
      throw new CommandError(sentenceFor(error as NodeJS.ErrnoException, actual, address));
    }
  }
  return {
    url: `http://${host === undefined || host === '0.0.0.0' || host === '::' ? 'localhost' : host}:${actual}${base}`,
    port: actual,
    close: async () => {
      const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
      for (const server of servers) server.closeAllConnections();
      await Promise.all(closed);
    },
    unref: () => {
      for (const server of servers) server.unref();
    },
  };
}
