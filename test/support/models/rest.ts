import type { Model, Operation, Shape } from './shape.ts';
import { parseXml, type Tree } from './tree.ts';

/** Method and path of a request, with the query string. */
export interface Line {
  method: string;
  path: string;
}

const segments = (path: string): string[] => (path.split('?')[0] ?? '').replace(/\/$/, '').split('/');

const fits = ({ http }: Operation, { method, path }: Line): boolean => {
  const [wanted, given] = [segments(http?.requestUri ?? ''), segments(path)];
  return (
    http?.method === method &&
    wanted.length === given.length &&
    wanted.every((part, index) => part.startsWith('{') || part === given[index])
  );
};

/** The operation of a REST model that a request is for; empty when there is none. */
export const routedName = (model: Model, line: Line): string =>
  Object.entries(model.operations).find(([, operation]) => fits(operation, line))?.[0] ?? '';

/** A REST request as one tree: what stands in path and query beside what stands in the body. */
export function restTree(operation: Operation, { method, path, body }: Line & { body: string }): Tree {
  const tree: Tree = body === '' ? { name: '', children: [], text: '' } : parseXml(body);
  const given = segments(path);
  for (const [index, part] of segments(operation.http?.requestUri ?? '').entries()) {
    const name = /^\{(\w+)\+?\}$/.exec(part)?.[1];
    if (name !== undefined) tree.children.push({ name, children: [], text: decodeURIComponent(given[index] ?? '') });
  }
  const query = method === 'GET' ? new URLSearchParams(path.split('?')[1] ?? '') : [];
  for (const [name, text] of query) tree.children.push({ name, children: [], text });
  return tree;
}

/** What of an answer stands in its body: members in headers are not looked at. */
export function inBody(shape: Shape): Shape {
  const { members = {}, required = [] } = shape;
  return { ...shape, required: required.filter((name) => members[name]?.location !== 'header') };
}
