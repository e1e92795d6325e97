/** What is made from the built site, each in a file of its own. */
import { fileURLToPath } from 'node:url';
import type { AstroIntegration } from 'astro';
import { figureChunks, nameModules } from './figure-modules.ts';
import { dropIndentation } from './indentation.ts';
import { bundledPackages, checkLicences } from './licences.ts';
import { writeMarkdown } from './markdown.ts';
import { builtPages } from './pages.ts';
import { writeSearchIndex } from './search-index.ts';

/** Runs after every build, in order. */
export function editions(): AstroIntegration {
  const bundled = bundledPackages();
  const figures = figureChunks();
  return {
    name: 'editions',
    hooks: {
      'astro:config:setup': ({ updateConfig }) =>
        void updateConfig({ vite: { plugins: [bundled.plugin, figures.plugin] } }),
      'astro:build:done': ({ dir, logger }) => {
        const dist = fileURLToPath(dir);
        checkLicences(dist, bundled.names());
        nameModules(dist, figures.fileOf);
        dropIndentation(dist);
        const articles = writeMarkdown(dist, builtPages(dist));
        // Each edition takes pages of its own: it may cut them down to what it needs.
        const entries = writeSearchIndex(dist, builtPages(dist));
        logger.info(`${articles} articles as Markdown, ${entries} entries in the search index`);
      },
    },
  };
}
