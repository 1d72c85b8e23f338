import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { fitText, trusted, type Markup } from './markup.ts';

/** What a drawing consists of; the types of Plot itself want a browser's. */
export type Mark = object;

export interface DrawingOptions {
  readonly width: number;
  readonly height: number;
  /** What the picture shows, for readers who do not see it. */
  readonly label: string;
  readonly marks: readonly (Mark | null)[];
  readonly [option: string]: unknown;
}

interface Drawn {
  readonly outerHTML: string;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  querySelectorAll(selector: string): Iterable<{ remove(): void }>;
}

const draw = Plot.plot as unknown as (options: object) => Drawn;
const parse = parseHTML as unknown as (text: string) => { readonly document: object };

/** An SVG element by Observable Plot, drawn without a browser. Texts are set as text, so they come out escaped. */
export function drawing({ label, ...options }: DrawingOptions): Markup {
  const { document } = parse('<!doctype html><html><body></body></html>');
  const svg = draw({ document, style: { background: 'none' }, ...options });
  for (const style of svg.querySelectorAll('style')) style.remove();
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  svg.removeAttribute('font-family');
  svg.removeAttribute('font-size');
  return trusted(
    fitText(svg.outerHTML).replace(PLACE, (attribute) => attribute.replace(/(\.\d{2})\d+/g, '$1')),
  );
}

/** Attributes that hold places: a hundredth of a pixel is enough. */
const PLACE = / (?:d|transform|x|y|x1|x2|y1|y2|width|height)="[^"<>]*"/g;

type MarkMaker = (data: readonly unknown[], options: Readonly<Record<string, unknown>>) => Mark;

/** The marks used here, under types of our own. */
export const marks = Plot as unknown as {
  readonly areaY: MarkMaker;
  readonly line: MarkMaker;
  readonly dot: MarkMaker;
  readonly barX: MarkMaker;
  readonly text: MarkMaker;
  readonly tickX: MarkMaker;
  readonly rectX: MarkMaker;
  readonly ruleX: MarkMaker;
  readonly ruleY: MarkMaker;
  readonly axisX: MarkMaker;
  readonly axisY: MarkMaker;
  readonly gridY: MarkMaker;
};
