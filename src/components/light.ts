/** What of figures travels to the browser: not the words that the page already holds, not what no drawing may use. */
import type { Plugin } from 'vite';

/** A node of a module's syntax tree (ESTree). */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

// By export: the properties that only the build reads. They stand in the page's HTML.
const ofParams = ['label', 'help', 'place', 'source'];
const buildOnly: Readonly<Record<string, readonly string[]>> = {
  about: ['title', 'question', 'caption', 'picture', 'models', 'leavesOut', 'sources', 'height'],
  params: ofParams,
  // Parameters that several figures have.
  costParams: ofParams,
  programCostParams: ofParams,
  machineParam: ofParams,
  presets: ['label', 'says'],
  tasks: ['title', 'text'],
};

/** Methods of d3's selections that a drawing must not use: it only sets attributes, classes and text, by keyed joins. */
export const unusedMethods: readonly string[] = [
  'classed',
  'clone',
  'dispatch',
  'html',
  'insert',
  'lower',
  'on',
  'property',
  'raise',
  'selectChild',
  'selectChildren',
  'style',
];

// Arrays and maps have methods of these names, so that no search of the source tells them apart; drawings filter and sort
// their data, and a selection's own would fail in the first browser test.
const unusedToo = ['datum', 'empty', 'filter', 'nodes', 'size', 'sort'];

/** A Vite plugin that takes both out of what the browser gets of src/figures/<name>.ts and of d3-selection. */
export function lightFigures(): Plugin {
  return {
    name: 'light-figures',
    apply: 'build',
    enforce: 'post',
    applyToEnvironment: (environment) => environment.name === 'client',
    transform(code, id) {
      const cuts = /\/src\/figures\/(marks\/cost-inputs|[\w-]+)\.ts$/.test(id)
        ? buildOnlyWords
        : /\/d3-selection\/dist\/d3-selection\.mjs$/.test(id)
          ? forbiddenMethods
          : undefined;
      return cuts ? { code: without(code, cuts(this.parse(code) as unknown as Node)), map: null } : null;
    },
  };
}

/**
 * A Vite plugin that leaves an import to the browser. Vite's own helper asks for what a module needs before the module has
 * come; here what that would be has come already, and the helper weighs as much as half a figure's marks.
 */
export function plainImports(): Plugin {
  return {
    name: 'plain-imports',
    apply: 'build',
    enforce: 'pre',
    applyToEnvironment: (environment) => environment.name === 'client',
    load: (id) => (id.endsWith('vite/preload-helper.js') ? 'export const __vitePreload = (load) => load();' : null),
    // After Vite's own, which writes down what it would ask for.
    generateBundle: { order: 'post', handler: (_, bundle) => plainChunks(bundle) },
  };
}

/** The little of a bundle that is needed. */
type Bundle = Record<string, { readonly type: string; readonly fileName: string; code?: string }>;

/**
 * Leaves out the lists of what Vite's helper would ask for, and puts the bundler's helper of a hundred bytes, which comes as a file
 * and a request of its own, into the few files that call it.
 */
export function plainChunks(bundle: Bundle): void {
  const helper = Object.values(bundle).find(({ fileName }) => /rolldown-runtime\.[\w-]+\.js$/.test(fileName));
  const [, body = '', name = ''] = /^([\s\S]*)export\s*\{\s*(\w+)(?: as t)?\s*\};?\s*$/.exec(helper?.code ?? '') ?? [];
  const inline = `(()=>{${body}return ${name}})()`;
  for (const chunk of Object.values(bundle)) {
    if (chunk.type !== 'chunk' || chunk.code === undefined) continue;
    chunk.code = chunk.code.replace(/^const __vite__mapDeps=.*\n/, '').replace(/,__vite__mapDeps\(\[[^\]]*\]\)/g, '');
    if (name !== '')
      chunk.code = chunk.code.replace(
        /import\{t as (\w+)\}from"\.\/rolldown-runtime\.[\w-]+\.js";/,
        (_, local: string) => `const ${local}=${inline};`,
      );
  }
  const isNeeded = Object.values(bundle).some((chunk) => chunk !== helper && chunk.code?.includes('rolldown-runtime.'));
  if (helper && name !== '' && !isNeeded) delete bundle[helper.fileName];
}

/** The properties of a figure's exports that only the build reads, in the module's syntax tree. */
export function buildOnlyWords(program: Node): readonly Node[] {
  const cuts: Node[] = [];
  for (const statement of program['body'] as readonly Node[]) {
    const declaration = (statement['declaration'] ?? statement) as Node;
    if (declaration.type !== 'VariableDeclaration') continue;
    for (const { id, init } of declaration['declarations'] as readonly { id: Node; init: Node | null }[]) {
      const names = buildOnly[String(id['name'])];
      if (!names || !init) continue;
      // `about` and one parameter are the object itself; the others hold one object for each parameter, preset or task.
      const objects = ['about', 'machineParam'].includes(String(id['name'])) ? [init] : inner(init);
      for (const object of objects)
        for (const property of propertiesOf(object)) if (names.includes(nameOf(property))) cuts.push(property);
    }
  }
  return cuts;
}

/** The entries of `Selection.prototype = … = { … }` that no drawing uses; bundlers drop what they named. */
export function forbiddenMethods(program: Node): readonly Node[] {
  const cuts: Node[] = [];
  for (const statement of program['body'] as readonly Node[]) {
    let right = (statement['expression'] as Node | undefined) ?? statement;
    const left = right['left'] as Node | undefined;
    if (left?.type !== 'MemberExpression' || (left['object'] as Node)['name'] !== 'Selection') continue;
    while (right.type === 'AssignmentExpression') right = right['right'] as Node;
    for (const property of propertiesOf(right))
      if ([...unusedMethods, ...unusedToo].includes(nameOf(property))) cuts.push(property);
  }
  return cuts;
}

/** A module's text without some of the properties in it. */
export function without(code: string, cuts: readonly Node[]): string {
  return [...cuts]
    .sort((a, b) => b.start - a.start)
    .reduce((text, { start, end }) => text.slice(0, start) + text.slice(end).replace(/^\s*,/, ''), code);
}

function inner(node: Node): readonly Node[] {
  if (node.type === 'ArrayExpression') return node['elements'] as readonly Node[];
  return propertiesOf(node).map((property) => property['value'] as Node);
}

function propertiesOf(node: Node | undefined): readonly Node[] {
  if (node?.type !== 'ObjectExpression') return [];
  return (node['properties'] as readonly Node[]).filter((property) => property.type === 'Property');
}

function nameOf(property: Node): string {
  const key = property['key'] as Node;
  return String(key['name'] ?? key['value']);
}
