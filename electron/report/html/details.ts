import { html, type Markup, type Piece } from './markup.ts';

/** A part that opens on a click; on paper it is open. `open`: from the beginning. */
export const details = (summary: Piece, content: Piece, open = false): Markup =>
  open
    ? html`<details open>
        <summary>${summary}</summary>
        ${content}
      </details>`
    : html`<details>
        <summary>${summary}</summary>
        ${content}
      </details>`;
