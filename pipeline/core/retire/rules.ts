import type { Blocks } from '../settings.ts';

type Retire = Blocks['retire'];

/** What is wrong in `retire` across its keys: which machine it is, and what is not known of it. */
export function retireMistakes(retire: Retire): string[] {
  if (retire.kind === undefined) return [];
  return [...(mistakesByKind[retire.kind](retire) ?? []), ...namesAndTraffic(retire)];
}

const mistakesByKind: Record<NonNullable<Retire['kind']>, (retire: Retire) => string[] | undefined> = {
  ec2: ({ instance, tag }) =>
    (instance === undefined) === (tag === undefined)
      ? ['retire: kind ec2 needs either retire.instance or retire.tag']
      : undefined,
  digitalocean: ({ droplet }) =>
    droplet === undefined ? ['retire: kind digitalocean needs retire.droplet'] : undefined,
  elsewhere: ({ address }) => (address === undefined ? ['retire: kind elsewhere needs retire.address'] : undefined),
};

function namesAndTraffic({ kind, hostnames, traffic }: Retire): string[] {
  const mistakes: string[] = [];
  if (hostnames.length === 0)
    mistakes.push('retire.hostnames is empty: name what is to be moved, such as shop.example.com');
  if (traffic?.via === 'cloudwatch' && kind !== 'ec2')
    mistakes.push(`retire.traffic via cloudwatch: CloudWatch does not know machines of kind ${kind}`);
  return mistakes;
}
