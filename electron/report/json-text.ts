import type { Json } from './codec.ts';

const WIDTH = 120;

/**
 * JSON for people and diffs: two spaces a level, lists of numbers on one line, short objects on one line. A number that JSON
 * cannot carry is a bug of the caller and throws.
 */
export function jsonText(value: Json): string {
  return `${render(value, '')}\n`;
}

function render(value: Json, pad: string): string {
  if (value instanceof Float64Array) return `[${Array.from(value, scalar).join(',')}]`;
  if (typeof value !== 'object' || value === null) return scalar(value);
  if (Array.isArray(value)) return renderList(value as readonly Json[], pad);
  return renderObject(value as { readonly [key: string]: Json }, pad);
}

function scalar(value: null | boolean | number | string): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError(`JSON has no ${value}`);
  return JSON.stringify(value);
}

const isScalar = (value: Json): value is null | boolean | number | string =>
  typeof value !== 'object' || value === null;

function renderList(values: readonly Json[], pad: string): string {
  if (values.length === 0) return '[]';
  if (values.every((value) => typeof value === 'number')) return `[${values.map(scalar).join(',')}]`;
  if (values.every(isScalar)) {
    const line = `[${values.map(scalar).join(', ')}]`;
    if (pad.length + line.length <= WIDTH) return line;
  }
  const inner = `${pad}  `;
  return `[\n${values.map((value) => inner + render(value, inner)).join(',\n')}\n${pad}]`;
}

function renderObject(value: { readonly [key: string]: Json }, pad: string): string {
  const inner = `${pad}  `;
  const fields = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${render(one, inner)}`);
  if (fields.length === 0) return '{}';
  const line = `{ ${fields.join(', ')} }`;
  if (pad.length + line.length <= WIDTH && !line.includes('\n') && pad !== '') return line;
  return `{\n${fields.map((field) => inner + field).join(',\n')}\n${pad}}`;
}
