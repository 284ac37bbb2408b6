import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { directories } from '../support/models/compile.ts';
import { environmentDirectory } from '../support/models/environment.ts';
import type { Model, Shape } from '../support/models/shape.ts';
import type { Verdict } from './verdicts.ts';

/** Kinds of verdict; docs/conformance.md explains them. */
const kinds = ['ours', 'member', 'silent', 'follows', 'free', 'design', 'seen'];

/** What AWS's API reference of a service says: botocore's model is what its pages are made of. */
interface Reference {
  model: Model;
  /** All prose, without markup. */
  text: string;
}

/** Directories of botocore's data by what operations are called in the tables. */
const services: Record<string, string> = {
  ...directories,
  EC2: 'ec2',
  'Elastic Load Balancing v2': 'elbv2',
  'auto-scaling': 'autoscaling',
  'cloudwatch-logs': 'logs',
  cloudwatch: 'cloudwatch',
  'elastic-load-balancing-v2': 'elbv2',
  'route-53': 'route53',
  'secrets-manager': 'secretsmanager',
  pricing: 'pricing',
  'service-quotas': 'service-quotas',
};

const references = new Map<string, Promise<Reference>>();

/** What is wrong with what a verdict rests on; undefined when its quotations and traits are in the API reference. */
export async function wrongEvidence(verdict: Verdict): Promise<string | undefined> {
  const [kind = ''] = verdict.verdict.split(':');
  if (!kinds.includes(kind)) return `is none of ${kinds.join(', ')}`;
  const service = services[verdict.operation.split(/[:.]/)[0] ?? ''] ?? '';
  const known = references.get(service) ?? readReference(service);
  references.set(service, known);
  const reference = await known;
  if (kind === 'member') {
    const unknown = verdict.member.split('; ').find((member) => !hasMember(reference.model, member));
    if (unknown !== undefined) return `the model knows no member ${unknown}`;
  }
  // Guides and the list of EC2's error codes are no part of the models.
  return verdict.page.includes('/API_') ? wrongClaim(kind, verdict.verdict, reference) : undefined;
}

function wrongClaim(kind: string, text: string, { model, text: prose }: Reference): string | undefined {
  if (kind === 'seen') return undefined;
  const quotations = [...text.matchAll(/"([^"]+)"/g)].map(([, quotation = '']) => quotation);
  const traits = [...text.matchAll(/\bmodel (\w+) (\w+)(?: ([\w.-]+))?/g)];
  if (kind === 'ours' && quotations.length + traits.length === 0) return 'quotes nothing';
  const invented = quotations.find((quotation) => !prose.includes(quotation));
  if (invented !== undefined) return `the reference does not say "${invented}"`;
  return traits.find(([, name = '', trait = '', value]) => !hasTrait(model, { name, trait, value }))?.[0];
}

function hasMember({ shapes }: Model, member: string): boolean {
  const name = member.replaceAll('[]', '').split('.').at(-1) ?? '';
  return Object.values(shapes).some(({ members = {} }) => name in members);
}

function hasTrait(
  model: Model,
  { name, trait, value }: { name: string; trait: string; value: string | undefined },
): boolean {
  if (trait === 'error') return (model.operations[name]?.errors ?? []).some(({ shape }) => shape === value);
  const shape = model.shapes[name];
  if (trait === 'enum') return shape?.enum?.includes(value ?? '') ?? false;
  const found = shape?.[trait as keyof Shape];
  const text = typeof found === 'string' ? found : JSON.stringify(found);
  return value === undefined ? found !== undefined : text === value;
}

async function readReference(service: string): Promise<Reference> {
  const data = path.join(environmentDirectory(), 'lib/python3.11/site-packages/botocore/data', service);
  const version = (await readdir(data)).toSorted().at(-1) ?? '';
  const source = gunzipSync(await readFile(path.join(data, version, 'service-2.json.gz'))).toString('utf8');
  const prose: string[] = [];
  const model = JSON.parse(source, (key, value: unknown) => {
    if (key === 'documentation' && typeof value === 'string') prose.push(value);
    return value;
  }) as Model;
  return { model, text: plain(prose.join(' ')) };
}

const entities: Record<string, string> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&nbsp;': ' ',
  '&amp;': '&',
};

const plain = (html: string): string =>
  html
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll(/&\S+?;/g, (entity) => entities[entity] ?? entity)
    .replaceAll(/\s+/g, ' ');
