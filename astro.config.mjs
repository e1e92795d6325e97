import mdx from '@astrojs/mdx';
import sitemap from '@astrojs/sitemap';
import { defineConfig } from 'astro/config';
import { editions } from './src/editions/index.ts';
import { shiki } from './src/components/code.ts';
import { lightFigures, plainImports } from './src/components/light.ts';

// Links that leave the page's own folder need to know where the site will stand.
const base = process.env.SITE_BASE ?? '/';
const site = process.env.SITE_URL ?? 'https://inside-xen.example';

export default defineConfig({
  site,
  base: base.endsWith('/') ? base : `${base}/`,
  trailingSlash: 'always',
  outDir: process.env.DIST_DIR ?? './dist',
  cacheDir: process.env.ASTRO_CACHE ?? './node_modules/.astro',
  // Spaces between inline elements are text.
  compressHTML: false,
  markdown: { shikiConfig: shiki },
  integrations: [mdx(), sitemap({ filter: (page) => !/\/(embed|404)\b/.test(page) }), editions()],
  build: { assets: 'assets', inlineStylesheets: 'never', format: 'directory' },
  devToolbar: { enabled: false },
  vite: {
    build: { assetsInlineLimit: 0, modulePreload: false },
    plugins: [lightFigures(), plainImports()],
    environments: {
      client: {
        build: {
          rolldownOptions: {
            output: {
              // What every figure needs is one request: small chunks cost more than they spare.
              codeSplitting: {
                groups: [
                  // First, so that the others do not draw it in: it is on every page.
                  {
                    name: 'shell',
                    priority: 3,
                    test: /\/src\/(figure\/hash|client\/(strings|storage|xen-figure|figure-module|on-demand|shell|theme|progress|contents))\.|preload-helper|rolldown-runtime|rolldown\/runtime/,
                  },
                  {
                    name: 'figure',
                    priority: 2,
                    test: /\/src\/(figure\/(contract|player|values|words)\.|figures\/marks\/(?!cost-inputs)|client\/operator\.)|\/node_modules\/d3-selection\//,
                  },
                  { name: 'costs', priority: 1, test: /\/src\/(models\/x86\/costs|figures\/marks\/cost-inputs)\./ },
                  {
                    name: 'hands',
                    priority: 1,
                    test: /\/src\/(figure\/(address|reading|csv)\.|client\/(hands|controls|pointer|transport|sharing)\.)/,
                  },
                ],
              },
            },
          },
        },
      },
    },
    cacheDir: process.env.ASTRO_CACHE ? `${process.env.ASTRO_CACHE}/vite` : './node_modules/.vite',
  },
});
