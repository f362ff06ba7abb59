import { Fragment, useMemo } from 'react';
import type { ReactNode } from 'react';
import { Lexer, lexer } from 'marked';
import type { Token, Tokens } from 'marked';
import { problemLink } from '#app/reports/references.ts';
import { cx } from '../../ui/index.ts';

/**
 * Markdown as React elements, made from marked's tokens: no HTML string ever exists, so raw HTML in a text shows as the
 * text it is. Links open outside and only to web and mail addresses; images are shown as their description.
 */
export function Markdown({ text, className, breaks = false }: { readonly text: string; readonly className?: string; /** A line end in the text is one on the page. */ readonly breaks?: boolean }) {
  const tokens = useMemo(() => lexer(text, { gfm: true, breaks }), [text, breaks]);
  return <div className={cx('selectable flex max-w-[72ch] flex-col gap-2 text-sm text-ink', className)}>{blocks(tokens)}</div>;
}

/** One line: code, emphasis and links only. */
export function InlineMarkdown({ text }: { readonly text: string }) {
  const tokens = useMemo(() => Lexer.lexInline(text), [text]);
  return <>{inline(tokens)}</>;
}

const headings = ['text-lg font-semibold', 'text-base font-semibold', 'text-sm font-semibold', 'text-sm font-semibold', 'text-sm font-semibold', 'text-sm font-semibold'] as const;

function blocks(tokens: readonly Token[]): ReactNode {
  return tokens.map((token, index) => <Fragment key={index}>{block(token)}</Fragment>);
}

function block(token: Token): ReactNode {
  switch (token.type) {
    case 'heading': {
      const { depth, tokens } = token as Tokens.Heading;
      const Level = (['h3', 'h4', 'h5', 'h6', 'h6', 'h6'] as const)[depth - 1] ?? 'h6';
      return <Level className={cx('mt-1', headings[depth - 1])}>{inline(tokens)}</Level>;
    }
    case 'paragraph':
      return <p>{inline((token as Tokens.Paragraph).tokens)}</p>;
    case 'text': {
      const { tokens, text } = token as Tokens.Text;
      return tokens ? inline(tokens) : text;
    }
    case 'list': {
      const { ordered, items } = token as Tokens.List;
      const List = ordered ? 'ol' : 'ul';
      return (
        <List className={cx('flex flex-col gap-1 pl-5', ordered ? 'list-decimal' : 'list-disc marker:text-faint')}>
          {items.map((item, index) => (
            <li key={index}>{blocks(item.tokens)}</li>
          ))}
        </List>
      );
    }
    case 'code':
      return <pre className="overflow-x-auto rounded-md bg-sunken p-3 font-mono text-xs">{(token as Tokens.Code).text}</pre>;
    case 'blockquote':
      return <blockquote className="border-l-2 border-line-strong pl-3 text-muted">{blocks((token as Tokens.Blockquote).tokens)}</blockquote>;
    case 'hr':
      return <hr className="border-line" />;
    case 'table': {
      const { header, rows } = token as Tokens.Table;
      return (
        <div className="overflow-x-auto">
          <table className="border-collapse text-sm">
            <thead>
              <tr>{header.map((cell, index) => <th key={index} className="border-b border-line-strong px-2 py-1 text-left font-semibold">{inline(cell.tokens)}</th>)}</tr>
            </thead>
            <tbody>
              {rows.map((row, index) => (
                <tr key={index}>{row.map((cell, column) => <td key={column} className="border-b border-line px-2 py-1 align-top">{inline(cell.tokens)}</td>)}</tr>
              ))}
            </tbody>
          </table>
        </div>
      );
    }
    case 'space':
    case 'def':
      return null;
    default:
      return <p>{token.raw}</p>;
  }
}

function inline(tokens: readonly Token[]): ReactNode {
  return tokens.map((token, index) => <Fragment key={index}>{span(token)}</Fragment>);
}

function span(token: Token): ReactNode {
  switch (token.type) {
    case 'strong':
      return <strong className="font-semibold">{inline((token as Tokens.Strong).tokens)}</strong>;
    case 'em':
      return <em>{inline((token as Tokens.Em).tokens)}</em>;
    case 'del':
      return <del>{inline((token as Tokens.Del).tokens)}</del>;
    case 'codespan':
      return <code className="rounded-sm bg-active px-1 font-mono text-xs">{(token as Tokens.Codespan).text}</code>;
    case 'br':
      return <br />;
    case 'link': {
      const { href, tokens } = token as Tokens.Link;
      if (href === problemLink) return <span className="rounded-sm bg-bad-soft px-1 text-bad-ink">{inline(tokens)}</span>;
      return isSafeLink(href) ? (
        <a href={href} target="_blank" rel="noreferrer noopener" className="text-accent-ink underline underline-offset-2">
          {inline(tokens)}
        </a>
      ) : (
        inline(tokens)
      );
    }
    case 'image':
      return (token as Tokens.Image).text;
    case 'text': {
      const { tokens, text } = token as Tokens.Text;
      return tokens ? inline(tokens) : text;
    }
    case 'escape':
      return (token as Tokens.Escape).text;
    default:
      return token.raw;
  }
}

export function isSafeLink(href: string): boolean {
  return /^(https?|mailto):/i.test(href);
}
