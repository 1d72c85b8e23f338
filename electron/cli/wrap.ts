/**
 * Text broken at its blanks so that no line is longer than `columns`, except where a single word is. Lines keep the indent
 * that they have; what goes on in a further line is indented by `hanging`.
 */
export function wrap(text: string, columns: number, hanging = 0): string {
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line, columns, hanging))
    .join('\n');
}

function wrapLine(text: string, columns: number, hanging: number): string[] {
  if ([...text].length <= columns) return [text];
  const indent = /^ */.exec(text)?.[0] ?? '';
  const lines: string[] = [];
  let line = indent;
  let begun = false;
  for (const word of text.slice(indent.length).split(' ')) {
    if (begun && [...line].length + 1 + [...word].length > columns) {
      lines.push(line.trimEnd());
      line = ' '.repeat(hanging) + word;
    } else line += begun ? ` ${word}` : word;
    begun = true;
  }
  return [...lines, line.trimEnd()];
}
