import {
  DeleteParameterCommand,
  paginateGetParametersByPath,
  PutParameterCommand,
  type Parameter,
} from '@aws-sdk/client-ssm';
import type { Context } from '../../../core/context.ts';
import { DeployError, isAwsError } from '../../../core/errors.ts';
import { fitsOneParameter, piecesOf, textOfPieces } from '../../../core/retire/packed.ts';

/** What is written instead of a text that is too long for one parameter: the names of its pieces, which lie beside it. */
interface Index {
  pieces: string[];
}

const isIndex = (value: unknown): value is Index =>
  typeof value === 'object' && value !== null && Array.isArray((value as Partial<Index>).pieces);

/** All documents directly below a path, by name. */
export async function readDocuments(ctx: Context, path: string): Promise<Map<string, unknown>> {
  const texts = await readTexts(ctx, path);
  const whole = [...texts].filter(([name]) => !isPiece(name)).map(([name, text]) => [name, JSON.parse(text)] as const);
  return new Map(whole.map(([name, found]) => [name, isIndex(found) ? joined(path, name, found, texts) : found]));
}

/** Names of documents have no dot. */
const isPiece = (name: string): boolean => name.includes('.');

function joined(path: string, name: string, { pieces }: Index, texts: ReadonlyMap<string, string>): unknown {
  const values = pieces.map((piece) => texts.get(piece) ?? '');
  const lost = pieces.filter((piece) => !texts.has(piece));
  if (lost.length === 0) return JSON.parse(textOfPieces(values));
  throw new DeployError('retire', `parts of ${path}/${name} are gone: ${lost.join(', ')}`, {
    hint: `somebody removed them; without ${path}/${name} the step is one that was never taken`,
  });
}

async function readTexts(ctx: Context, path: string): Promise<Map<string, string>> {
  const found: Parameter[] = [];
  for await (const { Parameters = [] } of paginateGetParametersByPath({ client: ctx.aws.ssm }, { Path: path }))
    found.push(...Parameters);
  return new Map(found.map(({ Name = '', Value = '' }) => [Name.slice(path.length + 1), Value]));
}

/**
 * Writes a document. One that is too long for a parameter goes into pieces first, and is there from the moment at which they
 * are named: cut off before that, the one of before still is.
 */
export async function writeDocument(ctx: Context, path: string, name: string, document: unknown): Promise<void> {
  const text = JSON.stringify(document);
  if (fitsOneParameter(text)) return await put(ctx, `${path}/${name}`, text);
  const { names, values } = piecesOf(text, name);
  for (const [at, value] of values.entries()) await put(ctx, `${path}/${names[at]}`, value);
  const index: Index = { pieces: names };
  await put(ctx, `${path}/${name}`, JSON.stringify(index));
  await sweep(ctx, path, name, names);
}

async function put(ctx: Context, Name: string, Value: string): Promise<void> {
  await ctx.aws.ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true }));
}

/** Removes a document, and then its pieces. */
export async function removeDocument(ctx: Context, path: string, name: string): Promise<void> {
  await remove(ctx, `${path}/${name}`);
  await sweep(ctx, path, name, []);
}

/** Pieces that no document names any more. */
async function sweep(ctx: Context, path: string, name: string, used: readonly string[]): Promise<void> {
  for (const one of (await readTexts(ctx, path)).keys())
    if (one.startsWith(`${name}.`) && !used.includes(one)) await remove(ctx, `${path}/${one}`);
}

async function remove(ctx: Context, Name: string): Promise<void> {
  try {
    await ctx.aws.ssm.send(new DeleteParameterCommand({ Name }));
  } catch (error) {
    if (!isAwsError(error, 'ParameterNotFound')) throw error;
  }
}
