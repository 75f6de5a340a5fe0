// Reads what a source file imports, with Vite's own parser: static and dynamic imports, re-exports, `import('…')` types,
// and files started by URL (workers and child processes). Imports vite only.
import { posix } from 'node:path';
import { parseSync } from 'vite';

export type Import = {
  /** Path from the root of the project for a file, else the package or node: module without a subpath. */
  target: string;
  isFile: boolean;
  /** Erased before the program runs. */
  isTypeOnly: boolean;
};

export type SourceFile = { path: string; imports: Import[]; hasDefaultExport: boolean; lines: number };

type Node = { type: string } & Record<string, unknown>;
const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

/** Stands for an import whose target is computed: it cannot be checked, so no rule allows it. */
export const computedTarget = '(computed)';

const toImport = (fromPath: string, specifier: string, isTypeOnly: boolean): Import => {
  if (specifier.startsWith('.')) {
    return { target: posix.join(posix.dirname(fromPath), specifier), isFile: true, isTypeOnly };
  }
  if (specifier.startsWith('node:')) return { target: specifier, isFile: false, isTypeOnly };
  const parts = specifier.split('/');
  return { target: parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/'), isFile: false, isTypeOnly };
};

const literalOf = (node: unknown): string | null => {
  if (!isNode(node)) return null;
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node.type === 'TSLiteralType') return literalOf(node.literal);
  return null;
};

const nodesOf = (value: unknown): Node[] => (Array.isArray(value) ? value.filter(isNode) : []);

const isErased = (node: Node, kindKey: 'importKind' | 'exportKind'): boolean => {
  if (node[kindKey] === 'type') return true;
  const specifiers = nodesOf(node.specifiers);
  // `import 'x'` has no specifiers and runs x.
  return specifiers.length > 0 && specifiers.every((specifier) => specifier[kindKey] === 'type');
};

/** `new URL('./x.ts', import.meta.url)`: how a thread or a process is started from a file. */
const startedFile = (node: Node): string | null => {
  if (node.type !== 'NewExpression' || !isNode(node.callee) || node.callee.name !== 'URL') return null;
  const [first, second] = nodesOf(node.arguments);
  const specifier = literalOf(first);
  if (specifier === null || !/^\.{1,2}\/.*\.tsx?$/.test(specifier)) return null;
  return second?.type === 'MemberExpression' ? specifier : null;
};

/** Parses one file. Throws when it does not parse. `path` is relative to the project's root, with forward slashes. */
export const readSource = (path: string, text: string): SourceFile => {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const imports: Import[] = [];
  let hasDefaultExport = false;
  const add = (specifier: string | null, isTypeOnly: boolean): void => {
    imports.push(
      specifier === null
        ? { target: computedTarget, isFile: false, isTypeOnly }
        : toImport(path, specifier, isTypeOnly),
    );
  };

  const visit = (node: Node): void => {
    if (node.type === 'ImportDeclaration') add(literalOf(node.source), isErased(node, 'importKind'));
    else if (node.type === 'ExportAllDeclaration') add(literalOf(node.source), node.exportKind === 'type');
    else if (node.type === 'ExportNamedDeclaration') {
      if (isNode(node.source)) add(literalOf(node.source), isErased(node, 'exportKind'));
      const exported = nodesOf(node.specifiers).map((specifier) => specifier.exported);
      if (exported.some((name) => isNode(name) && name.name === 'default')) hasDefaultExport = true;
    } else if (node.type === 'ExportDefaultDeclaration') hasDefaultExport = true;
    else if (node.type === 'ImportExpression') add(literalOf(node.source), false);
    else if (node.type === 'TSImportType') add(literalOf(node.source ?? node.argument), true);
    else if (startedFile(node) !== null) add(startedFile(node), false);
    for (const child of Object.values(node)) {
      if (isNode(child)) visit(child);
      else for (const item of nodesOf(child)) visit(item);
    }
  };
  visit(program as unknown as Node);
  return { path, imports, hasDefaultExport, lines: text.replace(/\n$/, '').split('\n').length };
};
