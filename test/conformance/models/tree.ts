/** What a body looks like before any model is held against it: XML elements and form keys alike. */
export interface Tree {
  name: string;
  children: Tree[];
  text: string;
}

const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

const unescape = (text: string): string =>
  text.replaceAll(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    return entities[name ?? ''] ?? whole;
  });

/** Parses an XML answer. Throws on anything that is not well-formed. */
export function parseXml(xml: string): Tree {
  const root: Tree = { name: '', children: [], text: '' };
  const open = [root];
  const token =
    /<\?[^>]*\?>|<!--[\s\S]*?-->|<(\/?)([\w.:-]+)((?:\s+[\w.:-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)|([\s\S])/g;
  for (const [whole, close, name, , isEmpty, text, bad] of xml.matchAll(token)) {
    const current = open.at(-1) ?? root;
    if (bad !== undefined) throw new Error(`not well-formed at ${whole}: ${xml.slice(0, 200)}`);
    if (text !== undefined) current.text += unescape(text);
    else if (close === '/') {
      if (current.name !== name) throw new Error(`</${name}> closes <${current.name}>: ${xml.slice(0, 200)}`);
      open.pop();
    } else if (name !== undefined) {
      const element: Tree = { name, children: [], text: '' };
      current.children.push(element);
      if (isEmpty !== '/') open.push(element);
    }
  }
  const [document] = root.children;
  if (!document || open.length !== 1) throw new Error(`not a whole document: ${xml.slice(0, 200)}`);
  return document;
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
