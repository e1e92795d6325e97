/** Lint rules: what the types cannot hold. Form is Prettier's, who may import whom is imports.test.ts's. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'eslint/config';
import astro from 'eslint-plugin-astro';
import tseslint from 'typescript-eslint';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * Chance and clocks, by which a run could differ from the one before.
 * @type {import('eslint').Linter.RulesRecord}
 */
const noClock = {
  'no-restricted-globals': [
    'error',
    ...['Date', 'performance', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'crypto'].map((name) => ({
      name,
      message: 'A model and a figure take time and chance as arguments.',
    })),
  ],
  'no-restricted-properties': [
    'error',
    { object: 'Math', property: 'random', message: 'Use a seeded generator of the model itself.' },
  ],
};

export default defineConfig(
  { ignores: ['dist/', '.astro/', 'shots/', 'test-results/', 'node_modules/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  ...tseslint.configs.recommended,
  ...astro.configs['flat/recommended'],
  {
    files: ['**/*.ts', '**/*.mjs', '**/*.js'],
    ignores: ['public/**', '**/*.astro/*'],
    extends: [tseslint.configs.recommendedTypeCheckedOnly],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    rules: {
      // The register hands out figures whose frames differ, as `any`: these five would complain wherever one is used.
      ...Object.fromEntries(
        ['argument', 'assignment', 'call', 'member-access', 'return'].map((what) => [
          `@typescript-eslint/no-unsafe-${what}`,
          'off',
        ]),
      ),
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // The types of what a parser gives are checked where it is read; a template prints numbers and booleans as they are.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
    },
  },
  {
    rules: {
      eqeqeq: 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-console': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
    },
  },
  { files: ['src/models/**/*.ts', 'src/figures/**/*.ts'], ignores: ['**/*.test.ts'], rules: noClock },
  {
    // What a reader or an address says never becomes markup.
    files: ['src/client/**/*.ts', 'src/figure/**/*.ts', 'src/figures/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'AssignmentExpression > MemberExpression.left[property.name=/^(innerHTML|outerHTML|srcdoc)$/]',
          message: 'Set text or make elements: markup from a string may hold what an address says.',
        },
        {
          selector: 'CallExpression > MemberExpression.callee[property.name=/^(insertAdjacentHTML|write|html)$/]',
          message: 'Set text or make elements: markup from a string may hold what an address says.',
        },
      ],
    },
  },
  // A command talks to a terminal.
  { files: ['src/commands/**', 'src/editions/**', 'lab/**', 'tests/**'], rules: { 'no-console': 'off' } },
);
