// A page that shows all pictures beside each other.
import { LOOKS, type Scene } from './stage.ts';

const STYLE = `body { margin: 16px; background: #777; color: #fff; font: 14px system-ui, sans-serif }
section { margin-bottom: 32px } h2 { font-size: 16px }
div { display: grid; grid-template-columns: repeat(4, 1fr); gap: 8px; align-items: start } img { width: 100% }`;

const sectionOf = ({ name, what }: Scene): string =>
  `<section id="${name}"><h2>${what}</h2><div>${LOOKS.map(
    (look) =>
      `<a href="${look.name}/${name}.png"><img loading="lazy" src="${look.name}/${name}.png" alt="${what}, ${look.name}"></a>`,
  ).join('')}</div></section>`;

export const indexPage = (scenes: readonly Scene[]): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>QDA Lab: pictures</title><style>${STYLE}</style>
<h1>QDA Lab</h1>
${scenes.map(sectionOf).join('\n')}</html>\n`;
