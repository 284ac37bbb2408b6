/** What a body looks like before any model is held against it: XML elements and form keys alike. */
export interface Tree {
  name: string;
  children: Tree[];
  text: string;
}

const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

const unescape = (text: string): string => (text.includes('&') ? unescaped(text) : text);
const unescaped = (text: string): string =>
  text.replaceAll(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    return entities[name ?? ''] ?? whole;
  });

/** Parses an XML answer. Throws on anything that is not well-formed. */
export function parseXml(xml: string): Tree {
  const root: Tree = { name: '', children: [], text: '' };
  const open = [root];
  let at = 0;
  while (at < xml.length) {
    const current = open.at(-1) ?? root;
    const next = xml.indexOf('<', at);
    const end = next < 0 ? xml.length : next;
    if (end > at) current.text += unescape(xml.slice(at, end));
    if (next < 0) break;
    at = readTag(xml, next, open);
  }
  const [document] = root.children;
  if (!document || open.length !== 1) throw new Error(`not a whole document: <${open.at(-1)?.name}> is open`);
  return document;
}

const tag = /<(?:\?[^>]*\?|!--[\s\S]*?--|(\/?)([\w.:-]+)((?:\s+[\w.:-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?))>/y;

/** Takes the tag at `from` into account; returns where it ends. */
function readTag(xml: string, from: number, open: Tree[]): number {
  tag.lastIndex = from;
  const found = tag.exec(xml);
  if (!found) throw new Error(`not well-formed at ${xml.slice(from, from + 40)}`);
  const [, close, name, , isEmpty] = found;
  if (name === undefined) return tag.lastIndex;
  if (close === '/') {
    const current = open.pop();
    if (current?.name !== name) throw new Error(`</${name}> closes <${current?.name}>`);
  } else {
    const element: Tree = { name, children: [], text: '' };
    open.at(-1)?.children.push(element);
    if (isEmpty !== '/') open.push(element);
  }
  return tag.lastIndex;
}

/** Parses a form body: `A.1.B=x` is B in 1 in A. */
export function parseForm(body: string): Tree {
  const root: Tree = { name: '', children: [], text: '' };
  for (const [key, value] of new URLSearchParams(body)) {
    let at = root;
    for (const part of key.split('.')) {
      let next = at.children.find((child) => child.name === part);
      if (!next) at.children.push((next = { name: part, children: [], text: '' }));
      at = next;
    }
    at.text = value;
  }
  return root;
}
