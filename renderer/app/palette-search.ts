import type { Command } from './commands.svelte.ts';

/** Commands that the words of the query fit, best first; all of them, as they are, where it is empty. */
export function searchCommands(commands: readonly Command[], query: string): readonly Command[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return commands;
  return commands
    .map((command) => ({ command, score: scoreOf(command, words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ command }) => command);
}

/** 0 where one of the words does not fit. */
function scoreOf({ title, group }: Command, words: readonly string[]): number {
  const [name, place] = [title.toLowerCase(), group.toLowerCase()];
  const scores = words.map((word) => Math.max(2 * fit(name, word), fit(place, word)));
  return scores.includes(0) ? 0 : scores.reduce((sum, score) => sum + score, 0);
}

/** 4: begins with it; 3: a word in it does; 2: holds it; 1: holds its letters in this order. */
function fit(text: string, word: string): number {
  if (text.startsWith(word)) return 4;
  if (text.includes(` ${word}`)) return 3;
  if (text.includes(word)) return 2;
  return holdsLetters(text, word) ? 1 : 0;
}

function holdsLetters(text: string, word: string): boolean {
  let at = -1;
  for (const letter of word) {
    at = text.indexOf(letter, at + 1);
    if (at < 0) return false;
  }
  return true;
}
