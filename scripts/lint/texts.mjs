/**
 * Texts that people read come from the catalogue (`renderer/text`), so that every language has them. This finds those that are written
 * in place: between tags, in attributes that are shown or read out, and in fields of notices, menus and choices.
 */

/** Attributes of elements and components whose text is shown or read out. */
const shownAttributes = new Set(['aria-label', 'aria-description', 'aria-roledescription', 'alt', 'title', 'placeholder', 'label', 'text', 'hint', 'heading', 'description', 'detail', 'message', 'remedy', 'part']);
/** Fields of objects whose text is shown: notices, menu items, choices, steps of undo, axes of charts. */
const shownFields = new Set(['label', 'title', 'message', 'remedy', 'detail', 'description', 'placeholder', 'hint', 'heading', 'note', 'reason', 'why', 'ariaLabel', 'word']);
/** Names, units and code are the same in every language. */
const untranslated = /^(English|Deutsch|Penstock|Apache License 2\.0|onnx|log|shop|localhost|Danfo|NumPy|pandas|Python|JavaScript|HTTP|Latin-1|UTF-\d+|NA, n\/a, -|[kMGT]?B|SVG|PNG|CSV|JSON|SQL|PDF|HTML|ms|Tab|Esc|Escape|Space|Enter)$/;
/** Column names and SQL in examples of what to type. */
const isCode = (text) => /^(select|income|[a-z_]+ [<>=])/.test(text);

/** Whether a text has words of a language in it. */
export function hasWords(text) {
  const plain = text.replace(/\s+/g, ' ').trim();
  return /\p{L}{2}/u.test(plain) && !untranslated.test(plain) && !isCode(plain);
}

/** The text that an expression writes in place, or null: literals, templates, and what a condition chooses between. */
function writtenIn(node) {
  if (node === null || node === undefined) return null;
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string' && hasWords(node.value) ? node : null;
    case 'TemplateLiteral':
      return node.quasis.some((part) => hasWords(part.value.cooked ?? '')) ? node : null;
    case 'ConditionalExpression':
      return writtenIn(node.consequent) ?? writtenIn(node.alternate);
    case 'LogicalExpression':
      return writtenIn(node.right) ?? (node.operator === '&&' ? null : writtenIn(node.left));
    case 'JSXExpressionContainer':
      return writtenIn(node.expression);
    default:
      return null;
  }
}

/** Whether a field of an object is text to be shown rather than an identifier (`kind`, `axis`): it starts like a sentence or has several words. */
const looksShown = (node) => {
  const text = node.type === 'Literal' ? node.value : node.quasis.map((part) => part.value.cooked ?? '').join('…');
  return /^\p{Lu}\p{Ll}/u.test(text.trim()) || / /.test(text.trim());
};

const sentence = 'Texts that people read come from the catalogue: add this one to renderer/text/en/ and renderer/text/de/ and write texts.… here (docs/guide/translating.md).';

/** Which nodes of a syntax tree are texts written in place; `report` gets each of them. */
export function textVisitor(report) {
  return {
    JSXText(node) {
      if (hasWords(node.value)) report(node);
    },
    JSXExpressionContainer(node, parent) {
      if (parent?.type === 'JSXElement' || parent?.type === 'JSXFragment') {
        const written = writtenIn(node.expression);
        if (written) report(written);
      }
    },
    JSXAttribute(node) {
      const name = node.name.type === 'JSXNamespacedName' ? '' : node.name.name;
      if (!shownAttributes.has(name)) return;
      const written = writtenIn(node.value);
      if (written) report(written);
    },
    Property(node) {
      const name = node.key.type === 'Identifier' ? node.key.name : node.key.value;
      if (node.computed || !shownFields.has(name)) return;
      const written = writtenIn(node.value);
      if (written && looksShown(written)) report(written);
    },
  };
}

/** Files that the rule is about. */
export const isTexted = (file) => /^renderer\/.*\.tsx?$/.test(file) && !/^renderer\/text\//.test(file) && !/\.test\.tsx?$|\/testing(\/|\.tsx?$)/.test(file);

/** The rule as oxlint loads it. @param fileOf repository path of a context */
export function textsRule(fileOf) {
  return {
    create(context) {
      if (!isTexted(fileOf(context))) return {};
      const visit = textVisitor((node) => context.report({ node, message: sentence }));
      return {
        JSXText: visit.JSXText,
        JSXExpressionContainer: (node) => visit.JSXExpressionContainer(node, node.parent),
        JSXAttribute: visit.JSXAttribute,
        Property: visit.Property,
      };
    },
  };
}
