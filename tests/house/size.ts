/** How long a file may be, and what has to have a docstring. */
import ts from 'typescript';
import type { Tree } from './tree.ts';

/** The bound of every source file, in lines. */
export const longest = 300;

/** Files that may be longer, each with its reason: data and decode tables. */
export const longerFiles: Readonly<Record<string, string>> = {};

/** Files over the bound that are not excepted, and exceptions that are not needed, a sentence each. */
export function tooLong(tree: Tree, excepted: Readonly<Record<string, string>> = longerFiles): string[] {
  const lines = (text: string) => text.replace(/\n$/, '').split('\n').length;
  const over = Object.entries(tree)
    .filter(([path, text]) => lines(text) > longest && !Object.hasOwn(excepted, path))
    .map(([path, text]) => `${path} has ${lines(text)} lines, more than ${longest}`);
  const idle = Object.keys(excepted)
    .filter((path) => lines(tree[path] ?? '') <= longest)
    .map((path) => `${path} needs no exception`);
  return [...over, ...idle];
}

/** What every figure module exports; the contract says once what each of them means. */
const contractNames = new Set([
  'about',
  'params',
  'presets',
  'initial',
  'moments',
  'run',
  'first',
  'stop',
  'lineOf',
  'more',
  'heightOf',
  'draw',
  'describe',
  'readouts',
  'columns',
  'rows',
  'tasks',
]);

const isFigure = /^src\/figures\/[^/]+\.ts$/;

function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.map((d) => d.name.getText());
  const { name } = statement as ts.Statement & { readonly name?: ts.Node };
  return [name === undefined ? 'default' : name.getText()];
}

/** Exports without a docstring, a sentence each. */
export function undocumented(tree: Tree): string[] {
  return Object.entries(tree).flatMap(([path, text]) => {
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    return source.statements
      .filter(
        (one) => ts.canHaveModifiers(one) && ts.getModifiers(one)?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword),
      )
      .filter((statement) => !ts.getJSDocCommentsAndTags(statement).some((doc) => doc.getText().length > 10))
      .flatMap(namesOf)
      .filter((name) => !(isFigure.test(path) && contractNames.has(name)))
      .map((name) => `${path} exports ${name} without a docstring`);
  });
}
