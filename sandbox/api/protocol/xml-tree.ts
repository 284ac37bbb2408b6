/** An XML element: its children, and its text where it has none. */
export interface XmlNode {
  name: string;
  children: XmlNode[];
  text: string;
}

const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

const plain = (text: string): string =>
  text.replaceAll(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    return entities[name ?? ''] ?? whole;
  });

const token =
  /<\?[^>]*\?>|<!--[\s\S]*?-->|<(\/?)([\w.:-]+)((?:\s+[\w.:-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)|([\s\S])/g;

/** Parses the body of a request, as far as SDKs write XML: no DTD, no CDATA. Undefined for what is not well-formed. */
export function parseXml(xml: string): XmlNode | undefined {
  const root: XmlNode = { name: '', children: [], text: '' };
  const open = [root];
  for (const [, close, name, , isEmpty, text, bad] of xml.matchAll(token)) {
    if (bad !== undefined) return undefined;
    if (text !== undefined) (open.at(-1) ?? root).text += plain(text);
    if (name === undefined) continue;
    if (close !== '/') begin(open, name, isEmpty === '/');
    else if (open.pop()?.name !== name) return undefined;
  }
  return open.length === 1 ? root.children[0] : undefined;
}

function begin(open: XmlNode[], name: string, isEmpty: boolean): void {
  const node: XmlNode = { name, children: [], text: '' };
  open.at(-1)?.children.push(node);
  if (!isEmpty) open.push(node);
}
