/** HTML by template: every text that goes in is escaped; only markup made here goes in as it is. */

export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Piece = Markup | string | number | null | readonly Piece[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Control characters have no place in HTML, and direction marks could turn a line around: both become U+FFFD. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const UNFIT = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The text without what is unfit for a page. */
export const fitText = (text: string): string => text.toWellFormed().replace(UNFIT, '\ufffd');

export const escapeHtml = (text: string): string =>
  fitText(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);

const rendered = (piece: Piece): string => {
  if (piece === null) return '';
  if (piece instanceof Markup) return piece.text;
  if (typeof piece === 'object') return piece.map(rendered).join('');
  return escapeHtml(String(piece));
};

/** html`<td>${text}</td>` */
export function html(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  return new Markup(parts.map((part, at) => part + rendered(pieces[at] ?? null)).join(''));
}

/** Markup that something trusted made: a drawing, the style sheet. */
export const trusted = (text: string): Markup => new Markup(text);

export const NOTHING = new Markup('');
