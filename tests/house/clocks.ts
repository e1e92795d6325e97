/** Finds what would let two runs of a model differ: chance, clocks and timers. */
import ts from 'typescript';
import type { Tree } from './tree.ts';

const forbidden = new Set([
  'Date',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'requestAnimationFrame',
  'requestIdleCallback',
  'crypto',
  'process',
]);

/** The name that a node reads from the surroundings, if it is one of the forbidden. */
function namedBy(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node) && node.getText() === 'Math.random') return 'Math.random';
  if (ts.isElementAccessExpression(node) && /^Math\b/.test(node.expression.getText())) return node.getText();
  if (ts.isVariableDeclaration(node) && node.initializer?.getText() === 'Math') return node.getText();
  if (!ts.isIdentifier(node)) return undefined;
  if (node.text === 'globalThis') return 'globalThis';
  const { parent } = node;
  const isMember = ts.isPropertyAccessExpression(parent) && parent.name === node;
  const isKey = (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent)) && parent.name === node;
  return !isMember && !isKey && forbidden.has(node.text) ? node.text : undefined;
}

/** Uses of chance and clocks in TypeScript files, a sentence each. */
export function clocksIn(tree: Tree): string[] {
  return Object.entries(tree).flatMap(([path, text]) => {
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      const name = namedBy(node);
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      if (name !== undefined) found.push(`${path}:${line + 1} uses ${name}`);
      ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
  });
}
