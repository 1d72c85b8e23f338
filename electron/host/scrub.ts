/** What nobody needs to know of who runs this. */
export interface Private {
  readonly home: string;
  readonly user: string;
  readonly host: string;
}

/** Words that stand for nobody, and would be taken out of every sentence. */
const NOBODY = new Set(['root', 'user', 'admin', 'shell', 'localhost', 'debian', 'ubuntu']);

/**
 * Text that may be sent to others: no key, no token, home folders as "~", names of the user and of the machine shortened. What looks like a
 * secret goes, also where it is none.
 */
export function scrub(text: string, { home, user, host }: Private): string {
  let clean = text
    .replace(/-----BEGIN [^-]+-----[\s\S]*?(-----END [^-]+-----|$)/g, '(key taken out)')
    // Tokens are 32 or more hex digits (a build id has 40: what is left of it tells builds apart), keys long runs of base64.
    .replace(/\b([0-9a-f]{8})[0-9a-f]{24,}\b/gi, '$1...')
    .replace(/[A-Za-z0-9+/]{100,}={0,2}/g, '(key taken out)')
    .replace(/([#?&]token=)[^\s&"']+/gi, '$1...');
  if (home.length > 1) clean = clean.replaceAll(home, '~');
  clean = clean.replace(/(\/home\/|\/Users\/)[^/\\\s"']+/g, '$1...');
  // Names have blanks there, and JSON writes each backslash twice.
  clean = clean.replace(/([A-Z]:\\{1,2}Users\\{1,2})[^/\\\n"']+/gi, '$1...');
  return withoutName(withoutName(clean, user, 'USER'), host.split('.')[0] ?? '', 'HOST');
}

function withoutName(text: string, name: string, stands: string): string {
  if (name.length < 3 || NOBODY.has(name.toLowerCase())) return text;
  const word = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return text.replace(new RegExp(`(?<![\\w-])${word}(?![\\w-])`, 'gi'), stands);
}
