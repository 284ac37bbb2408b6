import { settingsSchema } from '../../pipeline/core/settings/json-schema.ts';

interface Node {
  description?: string;
  type?: string;
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  items?: Node;
  minimum?: number;
  maximum?: number;
  properties?: Record<string, Node>;
  additionalProperties?: Node | boolean;
}

/** The text of docs/settings.md: every key of redeploy.json, from its schema. */
export function settingsReference(): string {
  const { properties = {} } = settingsSchema() as Node;
  const { environments, ...rest } = properties;
  const blocks = Object.entries(rest).filter(([, node]) => node.properties);
  const plain = Object.fromEntries(Object.entries(rest).filter(([, node]) => !node.properties));
  const inEnvironment = environments?.additionalProperties;
  const own = typeof inEnvironment === 'object' ? inEnvironment.properties : {};
  const only = Object.fromEntries(
    Object.entries(own ?? {}).filter(([key]) => ['settings', 'env', 'secrets', 'region'].includes(key)),
  );
  return [
    '# redeploy.json',
    '',
    'Generated from the schema by `npm run schema`; an editor that knows `$schema` shows the same while you type. Unknown keys are errors.',
    '',
    ...table(plain),
    '## environments',
    '',
    `${environments?.description ?? ''}. Every block below may also stand in an environment; what it sets there overrides the same key of the app.`,
    '',
    ...table(only),
    ...blocks.flatMap(([name, node]) => blockOf(name, node)),
  ].join('\n');
}

const blockOf = (name: string, { description = '', properties = {} }: Node): string[] =>
  [`## ${name}`, '', `${description}.`, ''].concat(table(properties));

const table = (properties: Record<string, Node>): string[] => {
  const rows = Object.entries(properties).map(([key, node]) => rowOf(key, node));
  return ['| key | type | default | what it is for |', '| --- | --- | --- | --- |'].concat(rows, '');
};

const rowOf = (key: string, node: Node): string =>
  `| \`${key}\` | ${typeOf(node)} | ${defaultOf(node)} | ${(node.description ?? '').replaceAll('|', '\\|')} |`;

function typeOf(node: Node): string {
  if (node.enum) return `one of ${node.enum.join(', ')}`;
  if (node.type === 'array') return `list of ${typeOf(node.items ?? {})}`;
  const { minimum, maximum } = node;
  const isBounded = node.type === 'integer' && minimum !== undefined && maximum !== undefined && maximum < 2 ** 31;
  return isBounded ? `${minimum} to ${maximum}` : (node.type ?? 'any');
}

const defaultOf = (node: Node): string => (node.default === undefined ? '' : `\`${JSON.stringify(node.default)}\``);
