/** A directive of an nginx configuration, with where it stands in the text. */
export interface Directive {
  name: string;
  args: string[];
  file: string;
  /** Offsets of its first character and behind its last one; of a block, of its head. */
  from: number;
  to: number;
  parent: Directive | undefined;
  /** Empty where it is no block. */
  children: Directive[];
}

const token = /\s+|#[^\n]*|"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'|[;{}]|(?:\$\{[^}]*\}|\\[^]|[^\s;{}])+/y;

/** All directives of a file in the order in which they stand, within `root`; undefined when its braces do not match. */
export function readNginx({ file, text }: { file: string; text: string }, root?: Directive): Directive[] | undefined {
  const all: Directive[] = [];
  let parent = root;
  let words: { word: string; from: number }[] = [];
  const end = (to: number): Directive | undefined => {
    const [first, ...rest] = words;
    words = [];
    if (!first) return parent;
    const args = rest.map(({ word }) => word.replace(/^(["'])([^]*)\1$/, '$2'));
    const directive = { name: first.word, args, file, from: first.from, to, parent, children: [] };
    parent?.children.push(directive);
    all.push(directive);
    return directive;
  };
  for (const { word, from } of tokensOf(text)) {
    if (word === ';') end(from + 1);
    else if (word === '{') parent = end(from + 1);
    else if (word !== '}') words.push({ word, from });
    else if (parent === root || words.length > 0) return undefined;
    else parent = parent?.parent;
  }
  return parent !== root || words.length > 0 ? undefined : all;
}

/** Words and marks without white space and comments. */
function tokensOf(text: string): { word: string; from: number }[] {
  const found: { word: string; from: number }[] = [];
  const pattern = new RegExp(token);
  while (pattern.lastIndex < text.length) {
    const from = pattern.lastIndex;
    const [word = ''] = pattern.exec(text) ?? [];
    if (word === '') return [...found, { word: '}', from }];
    if (!/^[\s#]/.test(word)) found.push({ word, from });
  }
  return found;
}

/** Its directives of one name, or those of the nearest block around that has any: nginx inherits lists as a whole. */
export function inherited(block: Directive | undefined, name: string): Directive[] {
  for (let one = block; one; one = one.parent) {
    const own = one.children.filter((child) => child.name === name);
    if (own.length > 0) return own;
  }
  return [];
}

/** `location / {` of a directive's block. */
export const headOf = (block: Directive | undefined): string =>
  block === undefined ? 'the file itself' : [block.name, ...block.args].join(' ');
