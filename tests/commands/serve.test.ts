/** The local server answers as a static host does. */
import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CommandError } from '../../src/commands/project.ts';
import { type Site, serve } from '../../src/commands/serve.ts';
import { scratch } from './scratch.ts';

const long = '<!doctype html><p>' + 'All of it. '.repeat(200);

const files = {
  'index.html': long,
  'learn/a/index.html': '<p>An article',
  'assets/a.abc123.js': 'const a = 1;',
  'figures/a.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'assets/f.woff2': 'font'.repeat(400),
  '404.html': '<p>Not here',
  _headers:
    '# comment\n/*\n  X-Frame-Options: DENY\n  Content-Security-Policy: frame-ancestors *\n\n' +
    '/assets/*\n  Cache-Control: public, max-age=31536000, immutable\n/learn/*\n  X-Learn: 1\n',
};

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
}

/** Sends the path exactly as it stands, which `fetch` would tidy up first. */
function ask(site: Site, path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: site.port, path, headers, method, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    sent.on('error', reject).end();
  });
}

async function start(base = '/'): Promise<Site> {
  const site = await serve(scratch(files), { port: 0, base });
  onTestFinished(() => site.close());
  return site;
}

describe('pages', () => {
  test('a folder is its index, and its name without a slash leads there', async () => {
    const site = await start();
    const page = await ask(site, '/learn/a/');
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.body.toString()).toBe('<p>An article');
    const moved = await ask(site, '/learn/a?x=1');
    expect([moved.status, moved.headers.location]).toEqual([301, '/learn/a/?x=1']);
  });

  test('what is not there is the 404 page, with status 404', async () => {
    const site = await start();
    for (const path of [
      '/nothing/',
      '/learn/',
      '/index.html/',
      '/_headers',
      '/%00',
      '/../package.json',
      '/%2e%2e/%2e%2e/',
    ]) {
      const page = await ask(site, path);
      expect([path, page.status, page.body.toString()]).toEqual([path, 404, '<p>Not here']);
    }
  });

  test('an address that is no address, and other methods, are refused', async () => {
    const site = await start();
    expect((await ask(site, '/%zz')).status).toBe(400);
    const posted = await ask(site, '/', {}, 'POST');
    expect([posted.status, posted.headers.allow]).toEqual([405, 'GET, HEAD']);
  });

  test('a request for the head has no body, and the length of the whole', async () => {
    const site = await start();
    const head = await ask(site, '/', {}, 'HEAD');
    expect([head.status, head.body.length, head.headers['content-length']]).toEqual([200, 0, String(long.length)]);
  });

  test('what has not changed is not sent again', async () => {
    const site = await start();
    const first = await ask(site, '/');
    const again = await ask(site, '/', { 'if-none-match': String(first.headers.etag) });
    expect([again.status, again.body.length]).toEqual([304, 0]);
  });

  test('it can be reached by both names of this machine', async () => {
    const site = await start();
    expect((await fetch(site.url)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${site.port}/`)).status).toBe(200);
  });
});

test('under a base path, everything is below it', async () => {
  const site = await start('/book/');
  expect(site.url).toBe(`http://localhost:${site.port}/book/`);
  expect((await ask(site, '/book/learn/a/')).status).toBe(200);
  expect((await ask(site, '/learn/a/')).status).toBe(404);
  expect((await ask(site, '/book/nothing/')).body.toString()).toBe('<p>Not here');
  expect((await ask(site, '/')).headers.location).toBe('/book/');
  expect((await ask(site, '/book')).headers.location).toBe('/book/');
});

describe('headers', () => {
  test('are those of the headers file', async () => {
    const site = await start();
    const page = await ask(site, '/');
    expect(page.headers['x-frame-options']).toBe('DENY');
    expect(page.headers['cache-control']).toBe('no-cache');
    const asset = await ask(site, '/assets/a.abc123.js');
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(asset.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect((await ask(site, '/learn/a/')).headers['x-learn']).toBe('1');
    expect(page.headers).not.toHaveProperty('x-learn');
    expect((await ask(site, '/nothing/')).headers['x-frame-options']).toBe('DENY');
    expect((await ask(site, '/figures/a.svg')).headers['content-type']).toBe('image/svg+xml; charset=utf-8');
  });

  test('text is compressed as the browser asks, and what is compressed already is not', async () => {
    const site = await start();
    const brotli = await ask(site, '/', { 'accept-encoding': 'gzip, deflate, br' });
    expect(brotli.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(brotli.body).toString()).toBe(long);
    const zipped = await ask(site, '/', { 'accept-encoding': 'gzip, br;q=0' });
    expect(zipped.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(zipped.body).toString()).toBe(long);
    const font = await ask(site, '/assets/f.woff2', { 'accept-encoding': 'br' });
    expect([font.headers['content-encoding'], font.headers['content-type']]).toEqual([undefined, 'font/woff2']);
  });
});

describe('starting and stopping', () => {
  test('a port in use is one sentence', async () => {
    const { port } = await start();
    const second = serve(scratch(files), { port });
    await expect(second).rejects.toThrow(CommandError);
    await expect(second).rejects.toThrow(`Port ${port} is in use: stop what uses it, or choose another with PORT.`);
  });

  test('a closed one gives its port back', async () => {
    const folder = scratch(files);
    const first = await serve(folder, { port: 0 });
    await fetch(first.url);
    await first.close();
    const second = await serve(folder, { port: first.port });
    await second.close();
    await expect(fetch(first.url)).rejects.toThrow();
  });

  test('a folder without a site is one sentence', async () => {
    await expect(serve(scratch(), { port: 0 })).rejects.toThrow('There is no built site in');
  });
});
