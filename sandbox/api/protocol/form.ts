/** A form body `A.B.1=x` as a tree: each node has the value that was written at its path and its children by name. */
export interface FormNode {
  path: string;
  value?: string;
  children: Map<string, FormNode>;
}

const newNode = (path: string): FormNode => ({ path, children: new Map() });

/** Parses an `application/x-www-form-urlencoded` body (or query string) of the query protocols. */
export function parseForm(body: string): FormNode {
  const root = newNode('');
  for (const [key, value] of new URLSearchParams(body)) {
    let node = root;
    for (const part of key.split('.')) {
      const child = node.children.get(part) ?? newNode(node.path === '' ? part : `${node.path}.${part}`);
      node.children.set(part, child);
      node = child;
    }
    node.value = value;
  }
  return root;
}

/** The children `1`, `2`, … of a list in order; undefined when there are other children among them. */
export function numberedChildren(node: FormNode): FormNode[] | undefined {
  const numbered = [...node.children].map(([name, child]) => ({ index: Number(name), child }));
  if (numbered.some(({ index }) => !Number.isInteger(index) || index < 0)) return undefined;
  return numbered.sort((a, b) => a.index - b.index).map(({ child }) => child);
}
