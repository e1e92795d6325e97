/** Browser tests over the built site, as it is served in production: headers, base path, compression. */
import { defineConfig } from '@playwright/test';
import { findBrowser, launchOptions } from '../../src/commands/browser.ts';
import { distDir, siteBase } from '../../src/commands/project.ts';
import { serve } from '../../src/commands/serve.ts';

// Run by itself it serves dist/ as it is; workers read this file too, and find the address in their environment.
if (!process.env.E2E_URL) {
  const site = await serve(distDir(), { port: 0, base: siteBase() });
  site.unref();
  process.env.E2E_URL = site.url;
}

export default defineConfig({
  testDir: '.',
  outputDir: '../../test-results',
  fullyParallel: true,
  forbidOnly: true,
  workers: 2,
  retries: 0,
  timeout: 60_000,
  use: {
    baseURL: process.env.E2E_URL,
    launchOptions: launchOptions(await findBrowser()),
    // A trace of every test costs a fifth of the time that all of them may take.
    screenshot: 'only-on-failure',
  },
});
