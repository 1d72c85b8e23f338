import { html, NOTHING, type Markup, type Piece } from './markup.ts';

/** Reasons told once: what is missing carries the letter of its reason, which also stands on paper. */
export class Footnotes {
  private readonly reasons: string[] = [];

  /** 'unknown', with the letter of the reason. */
  unknown(reason: string): Markup {
    return html`<span class="absent">${this.noted('unknown', reason)}</span>`;
  }

  /** Any text with the letter of a remark. */
  noted(text: Piece, reason: string): Markup {
    const said = reason === '' ? 'no reason was given' : reason;
    let at = this.reasons.indexOf(said);
    if (at < 0) at = this.reasons.push(said) - 1;
    return html`<span title="${said}">${text}<sup>${letters(at)}</sup></span>`;
  }

  /** The remarks, under a heading if one is given. */
  list(heading = ''): Markup {
    if (this.reasons.length === 0) return NOTHING;
    const title = heading === '' ? NOTHING : html`<h3>${heading}</h3>`;
    return html`${title}
      <ol class="notes">
        ${this.reasons.map((reason) => html`<li>${reason}</li>`)}
      </ol>`;
  }
}

/** a to z, then aa, ab: a figure behind a unit would be read as its power. */
function letters(at: number): string {
  const last = String.fromCharCode(97 + (at % 26));
  return at < 26 ? last : letters(Math.floor(at / 26) - 1) + last;
}
