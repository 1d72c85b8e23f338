import { CATALOGUE, type Benchmark } from '../bench/catalogue.ts';
import { shortSeries } from './print-results.ts';
import { wrap } from './wrap.ts';

const GROUPS: Readonly<Record<string, string>> = {
  A: 'Memory ioctls and the CPU',
  B: 'A process on the DSP, and a handle that every DSP has',
  C: 'Our own code on the DSP',
};

/** Every benchmark there is: its public id, what it is, what is inside the timed region, its series. */
export function catalogueText(columns: number): string {
  const width = Math.max(...CATALOGUE.map(({ id }) => id.length));
  return Object.entries(GROUPS)
    .map(([letter, title]) => {
      const own = CATALOGUE.filter(({ place }) => place.startsWith(letter));
      return [title, ...own.map((row) => wrap(rowText(row, width), columns, width + 4))].join('\n');
    })
    .join('\n\n');
}

function rowText({ id, title, timed, series, exhaustive }: Benchmark, width: number): string {
  const names = series.map(({ name }) => seriesWord(name)).join(', ');
  const asked = exhaustive ? ' Runs only with --exhaustive or when named.' : '';
  return `  ${id.padEnd(width)}  ${title}: ${timed}. Series: ${names}.${asked}`;
}

/** As the results print it, beside the name that files carry. */
const seriesWord = (name: string): string =>
  shortSeries(name) === name ? name : `${shortSeries(name)} (${name})`;
