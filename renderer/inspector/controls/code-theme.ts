import { HighlightStyle } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** Colours of code in the frame’s tokens, light and dark. */
export const codeColours = HighlightStyle.define([
  { tag: tags.keyword, color: 'oklch(var(--hue-l) var(--hue-c) 295)', fontWeight: '500' },
  { tag: [tags.string, tags.special(tags.string)], color: 'oklch(var(--hue-l) var(--hue-c) 150)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'oklch(var(--hue-l) var(--hue-c) 45)' },
  { tag: [tags.typeName, tags.standard(tags.name)], color: 'oklch(var(--hue-l) var(--hue-c) 245)' },
  { tag: [tags.operator, tags.punctuation], color: 'var(--ink-muted)' },
  { tag: tags.comment, color: 'var(--ink-faint)' },
]);

/** An editor of several lines. @param heights in px */
export const codeTheme = (heights: { readonly least: number; readonly most: number }) =>
  EditorView.theme({
    '&': { fontSize: '12.5px', backgroundColor: 'var(--surface)', borderRadius: '6px', border: '1px solid var(--line-control)' },
    '&.cm-focused': { outline: '1px solid var(--focus)', borderColor: 'var(--focus)' },
    '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '20px', minHeight: `${heights.least}px`, maxHeight: `${heights.most}px` },
    '.cm-content': { padding: '5px 0', caretColor: 'var(--ink)' },
    '.cm-line': { padding: '0 8px' },
    '.cm-placeholder': { color: 'var(--ink-faint)' },
    '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'oklch(0.6 0.17 262 / 0.25) !important' },
    '.cm-cursor': { borderLeftColor: 'var(--ink)' },
    '.cm-tooltip': { border: '0', borderRadius: '6px', backgroundColor: 'var(--raised)', color: 'var(--ink)', boxShadow: 'var(--shadow-float-value)', overflow: 'hidden' },
    '.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--font-mono)', fontSize: '12px', maxHeight: '220px', padding: '4px !important' },
    '.cm-tooltip-autocomplete > ul > li': { padding: '3px 6px !important', borderRadius: '4px' },
    '.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--hover) !important', color: 'var(--ink) !important' },
    '.cm-completionDetail': { color: 'var(--ink-faint)', fontStyle: 'normal', marginLeft: '10px' },
    '.cm-completionMatchedText': { textDecoration: 'none', color: 'var(--accent-ink)', fontWeight: '600' },
    '.cm-diagnostic': { fontFamily: 'var(--font-sans)', fontSize: '12px', padding: '6px 10px', borderLeft: '3px solid var(--bad)' },
    '.cm-matchingBracket': { backgroundColor: 'var(--active) !important' },
  });
