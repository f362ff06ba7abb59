import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { judgeImport } from './layers.mjs';
import { textsRule } from './texts.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Repository path that a specifier in `file` means, or null for a package or built-in. */
export function resolveSpecifier(file, specifier) {
  const bare = specifier.split('?')[0];
  if (bare.startsWith('#')) return bare.slice(1);
  if (bare.startsWith('.')) return path.posix.normalize(path.posix.join(path.posix.dirname(file), bare));
  return null;
}

const fileOf = (context) => path.relative(root, context.filename ?? context.getFilename()).replaceAll(path.sep, '/');

const layers = {
  create(context) {
    const file = fileOf(context);
    const check = (node, source) => {
      if (typeof source?.value !== 'string') return;
      const message = judgeImport(file, source.value, resolveSpecifier(file, source.value));
      if (message !== null) context.report({ node: source, message });
    };
    return {
      ImportDeclaration: (node) => check(node, node.source),
      ExportNamedDeclaration: (node) => check(node, node.source),
      ExportAllDeclaration: (node) => check(node, node.source),
      ImportExpression: (node) => check(node, node.source),
    };
  },
};

export default { meta: { name: 'penstock' }, rules: { layers, texts: textsRule(fileOf) } };
