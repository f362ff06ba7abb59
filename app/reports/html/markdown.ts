import { lexer, type Token, type Tokens } from 'marked';
import { escapeMarkup } from '../chart/svg.ts';
import { problemLink } from '../references.ts';

/** Markdown as HTML made from marked's tokens one by one: HTML in the text stays text, and links lead to web and mail addresses only. */
export const markdownHtml = (text: string): string => blocks(lexer(text, { gfm: true, breaks: false }));

const blocks = (tokens: readonly Token[]): string => tokens.map(block).join('');

function block(token: Token): string {
  switch (token.type) {
    case 'heading': {
      const { depth, tokens } = token as Tokens.Heading;
      const level = Math.min(6, depth + 2);
      return `<h${level}>${spans(tokens)}</h${level}>`;
    }
    case 'paragraph':
      return `<p>${spans((token as Tokens.Paragraph).tokens)}</p>`;
    case 'text': {
      const { tokens, text } = token as Tokens.Text;
      return tokens ? spans(tokens) : escapeMarkup(text);
    }
    case 'list': {
      const { ordered, items } = token as Tokens.List;
      const tag = ordered ? 'ol' : 'ul';
      return `<${tag}>${items.map((item) => `<li>${blocks(item.tokens)}</li>`).join('')}</${tag}>`;
    }
    case 'code':
      return `<pre>${escapeMarkup((token as Tokens.Code).text)}</pre>`;
    case 'blockquote':
      return `<blockquote>${blocks((token as Tokens.Blockquote).tokens)}</blockquote>`;
    case 'hr':
      return '<hr>';
    case 'table': {
      const { header, rows } = token as Tokens.Table;
      const cells = (row: readonly Tokens.TableCell[], tag: 'td' | 'th'): string => `<tr>${row.map((cell) => `<${tag}>${spans(cell.tokens)}</${tag}>`).join('')}</tr>`;
      return `<table><thead>${cells(header, 'th')}</thead><tbody>${rows.map((row) => cells(row, 'td')).join('')}</tbody></table>`;
    }
    case 'space':
    case 'def':
      return '';
    default:
      return `<p>${escapeMarkup(token.raw)}</p>`;
  }
}

const spans = (tokens: readonly Token[]): string => tokens.map(span).join('');

function span(token: Token): string {
  switch (token.type) {
    case 'strong':
      return `<strong>${spans((token as Tokens.Strong).tokens)}</strong>`;
    case 'em':
      return `<em>${spans((token as Tokens.Em).tokens)}</em>`;
    case 'del':
      return `<del>${spans((token as Tokens.Del).tokens)}</del>`;
    case 'codespan':
      return `<code>${escapeMarkup((token as Tokens.Codespan).text)}</code>`;
    case 'br':
      return '<br>';
    case 'link': {
      const { href, tokens } = token as Tokens.Link;
      if (href === problemLink) return `<span class="problem">${spans(tokens)}</span>`;
      return /^(https?|mailto):/i.test(href) ? `<a href="${escapeMarkup(href)}" rel="noreferrer noopener">${spans(tokens)}</a>` : spans(tokens);
    }
    case 'image':
      return escapeMarkup((token as Tokens.Image).text);
    case 'text': {
      const { tokens, text } = token as Tokens.Text;
      return tokens ? spans(tokens) : escapeMarkup(text);
    }
    case 'escape':
      return escapeMarkup((token as Tokens.Escape).text);
    default:
      return escapeMarkup(token.raw);
  }
}
