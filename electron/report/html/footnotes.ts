import { html, NOTHING, type Markup, type Piece } from './markup.ts';

/** Reasons told once: what is missing carries the number of its reason, which also stands on paper. */
export class Footnotes {
  private readonly reasons: string[] = [];

  /** 'unknown', with the number of the reason. */
  unknown(reason: string): Markup {
    return html`<span class="absent">${this.noted('unknown', reason)}</span>`;
  }

  /** Any text with the number of a remark. */
  noted(text: Piece, reason: string): Markup {
    const said = reason === '' ? 'no reason was given' : reason;
    let at = this.reasons.indexOf(said);
    if (at < 0) at = this.reasons.push(said) - 1;
    return html`<span title="${said}">${text}<sup>${at + 1}</sup></span>`;
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
