/** Puts text on the clipboard; false where the browser refuses. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Where it is said how copying went. */
interface Says {
  toast(kind: 'ok' | 'warning', text: string): unknown;
}

export const REFUSED = 'The browser does not let the page write to the clipboard.';

/** Puts cells on the clipboard and says what is there now: a cell may hold more digits than it shows. */
export async function copyCells(says: Says, text: string): Promise<void> {
  if (await copyText(text)) says.toast('ok', `${cellsText(text)} on the clipboard.`);
  else says.toast('warning', REFUSED);
}

const LONGEST = 60;

function cellsText(text: string): string {
  const rows = text.split('\n').filter((line) => line !== '').length - 1; // the first has the heads
  if (text.includes('\t') && rows > 0) return rows === 1 ? 'The row is' : `${rows} rows are`;
  const short = text.trim();
  return short === ''
    ? 'An empty cell is'
    : `${short.length > LONGEST ? `${short.slice(0, LONGEST)}…` : short} is`;
}
