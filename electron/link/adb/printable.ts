/** Control characters, those that are not seen or turn the direction of writing, and separators of lines: a terminal or a page would obey or hide them. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A name of a stranger as it can be shown, the same length: serials, products, models. */
export const printable = (text: string): string => text.replace(UNSEEN, '\u{fffd}');

/** Words of a stranger for a sentence: what is not seen are blanks. */
export const plainly = (text: string): string => text.replace(UNSEEN, ' ');
