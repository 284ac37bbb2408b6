import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

const pipeline = path.resolve(import.meta.dirname, '../../pipeline');

/** Every AWS operation that the pipeline's code calls, as `ec2:DescribeImages`, read from its imports of the SDK. */
export async function operationsOfPipeline(): Promise<string[]> {
  const found = new Set<string>();
  for (const { names, client } of await importsOfPipeline())
    for (const operation of operationsIn(names)) found.add(`${client}:${operation}`);
  return [...found].toSorted();
}

/** What the pipeline's files import of which client. */
async function importsOfPipeline(): Promise<{ names: string; client: string }[]> {
  const files = (await readdir(pipeline, { recursive: true })).filter((name) => name.endsWith('.ts'));
  const found: { names: string; client: string }[] = [];
  for (const name of files) {
    const text = await readFile(path.join(pipeline, name), 'utf8');
    for (const [, names = '', client = ''] of text.matchAll(
      /import (?:type )?\{([^}]*)\} from '@aws-sdk\/client-([\w-]+)'/g,
    ))
      found.push({ names, client });
  }
  return found;
}

/** Those that it reads page by page. */
export async function pagedOperationsOfPipeline(): Promise<string[]> {
  const found = new Set<string>();
  for (const { names, client } of await importsOfPipeline())
    for (const [, operation] of names.matchAll(/paginate([A-Z]\w+)/g)) found.add(`${client}:${operation}`);
  return [...found].toSorted();
}

const operationsIn = (names: string): string[] =>
  names
    .split(',')
    .map((name) => /^(?:([A-Z]\w+)Command|paginate([A-Z]\w+))$/.exec(name.trim()))
    .flatMap((match) => (match ? [match[1] ?? match[2] ?? ''] : []));
