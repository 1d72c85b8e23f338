import { html, NOTHING, type Markup } from './markup.ts';

/** Reasons told once: a value that is missing carries the number of its reason, which also stands on paper. */
export class Footnotes {
  private readonly reasons: string[] = [];

  /** 'unknown', with the number of the reason. */
  unknown(reason: string): Markup {
    const said = reason === '' ? 'no reason was given' : reason;
    let at = this.reasons.indexOf(said);
    if (at < 0) at = this.reasons.push(said) - 1;
    return html`<span class="absent" title="${said}">unknown<sup>${at + 1}</sup></span>`;
  }

  list(): Markup {
    if (this.reasons.length === 0) return NOTHING;
    return html`<h3>Why values are unknown</h3>
      <ol class="notes">
        ${this.reasons.map((reason) => html`<li>${reason}</li>`)}
      </ol>`;
  }
}
