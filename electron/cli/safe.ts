/** Everything but line breaks and tabs that a terminal obeys, and what turns the direction of writing: names of processes and files are the board's. */
const OBEYED = /(?![\n\t])\p{Cc}|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Text as it may go to a terminal. */
export const safeText = (text: string): string => text.replace(OBEYED, '\u{fffd}');
