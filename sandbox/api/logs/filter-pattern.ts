import { invalid } from './find.ts';

/**
 * A filter of unstructured terms (user guide, "Filter pattern syntax"): every plain term, at least one `?term`, no `-term`;
 * quotes make a phrase, upper and lower case differ. JSON and column patterns are refused.
 */
export function compileFilter(pattern: string | undefined): (message: string) => boolean {
  const text = (pattern ?? '').trim();
  if (/^[[{]/.test(text)) throw invalid(`The sandbox does not know this kind of filter pattern: ${text}`);
  const terms = text.match(/[-?]?(?:"[^"]*"|[^\s"]+)/g) ?? [];
  const by = (sign: string) => terms.filter((term) => term.startsWith(sign)).map((term) => unquote(term.slice(1)));
  const plain = terms.filter((term) => !/^[-?]/.test(term)).map(unquote);
  const some = by('?');
  const none = by('-');
  return (message) =>
    plain.every((term) => message.includes(term)) &&
    (some.length === 0 || some.some((term) => message.includes(term))) &&
    !none.some((term) => message.includes(term));
}

const unquote = (term: string) => term.replaceAll('"', '');
