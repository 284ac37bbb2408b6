import type { Change } from '@aws-sdk/client-route-53';
import { aliasOf, bareName, fullName, leadsTo, type Balancer, type RecordSet } from '../dns.ts';

/** What our two weighted records are called. */
const ours = { old: 'redeploy-old', new: 'redeploy-new' } as const;

/** While the name moves, nobody keeps an answer longer; an alias to a load balancer has the same 60 s of its own. */
const movingTtlSeconds = 60;

/** How far a name has moved, in percent; `undefined` when somebody else's routing decides. */
export function percentMoved(records: readonly RecordSet[], balancer: Balancer): number | undefined {
  const share = records.find(({ SetIdentifier }) => SetIdentifier === ours.new);
  if (share) return share.Weight ?? 0;
  if (records.some(({ SetIdentifier }) => SetIdentifier !== undefined)) return undefined;
  return isFinal(records, balancer) ? 100 : 0;
}

/** The name is one plain alias to the new balancer. */
export const isFinal = ([record, ...others]: readonly RecordSet[], balancer: Balancer): boolean =>
  record !== undefined && others.length === 0 && record.SetIdentifier === undefined && leadsTo(record, balancer);

/**
 * The records that send `percent` of the visitors to the new balancer. Addresses of IPv6 are left out: the new balancer has
 * none, and who uses the old one's would never be moved.
 */
export function weightedRecords(originals: readonly RecordSet[], balancer: Balancer, percent: number): RecordSet[] {
  return originals
    .filter(({ Type }) => Type !== 'AAAA')
    .flatMap((original) => {
      const { Name, Type } = original;
      const old: RecordSet = {
        ...original,
        SetIdentifier: ours.old,
        Weight: 100 - percent,
        ...(original.TTL !== undefined && { TTL: Math.min(original.TTL, movingTtlSeconds) }),
      };
      const fresh: RecordSet = { Name, Type, SetIdentifier: ours.new, Weight: percent };
      if (Type !== 'CNAME') return [old, { ...fresh, AliasTarget: aliasOf(balancer) }];
      return [old, { ...fresh, TTL: movingTtlSeconds, ResourceRecords: [{ Value: balancer.dnsName }] }];
    });
}

/** What is left in the end: an alias, which costs nothing and follows the balancer's addresses. */
export const finalRecords = (host: string, balancer: Balancer): RecordSet[] => [
  { Name: fullName(host), Type: 'A', AliasTarget: aliasOf(balancer) },
];

/** The changes, all in one batch and so all or none, that turn what is there into what is wanted. */
export function changesBetween(current: readonly RecordSet[], wanted: readonly RecordSet[]): Change[] {
  const gone = current.filter((one) => !wanted.some((other) => identity(other) === identity(one)));
  const changed = wanted.filter((one) => {
    const there = current.find((other) => identity(other) === identity(one));
    return !there || content(there) !== content(one);
  });
  return [
    ...gone.map((one): Change => ({ Action: 'DELETE', ResourceRecordSet: one })),
    ...changed.map((one): Change => ({ Action: 'UPSERT', ResourceRecordSet: one })),
  ];
}

/** Quotas of one batch: records, an UPSERT counted twice, and characters (Route53/latest/DeveloperGuide/DNSLimitations.html). */
const mostRecords = 1000;
const mostCharacters = 32_000;

/** Changes of several names in as few batches as Route 53 takes; those of one name stay together. */
export function batchesOf(changes: readonly Change[][]): Change[][] {
  const batches: { changes: Change[]; records: number; characters: number }[] = [];
  for (const own of changes.filter(({ length }) => length > 0)) {
    const [records, characters] = [own.reduce((sum, one) => sum + recordsIn(one), 0), sizeOf(own)];
    const last = batches.at(-1);
    if (last && last.records + records <= mostRecords && last.characters + characters <= mostCharacters) {
      last.changes.push(...own);
      last.records += records;
      last.characters += characters;
    } else batches.push({ changes: [...own], records, characters });
  }
  return batches.map((one) => one.changes);
}

const weightOf = ({ Action }: Change): number => (Action === 'UPSERT' ? 2 : 1);

const recordsIn = (change: Change): number =>
  weightOf(change) * Math.max(1, change.ResourceRecordSet?.ResourceRecords?.length ?? 0);

const sizeOf = (changes: readonly Change[]): number =>
  changes.reduce(
    (sum, change) =>
      sum +
      weightOf(change) *
        (change.ResourceRecordSet?.ResourceRecords ?? []).reduce((all, { Value = '' }) => all + Value.length, 0),
    0,
  );

const identity = ({ Name, Type, SetIdentifier }: RecordSet): string => `${Name} ${Type} ${SetIdentifier ?? ''}`;

const content = ({ TTL, Weight, ResourceRecords = [], AliasTarget }: RecordSet): string =>
  JSON.stringify([
    TTL ?? null,
    Weight ?? null,
    ResourceRecords.map(({ Value }) => Value),
    AliasTarget ? [bareName(AliasTarget.DNSName), AliasTarget.HostedZoneId] : null,
  ]);

/** How long somebody may still hold the answer of before, in seconds. */
export const longestTtl = (records: readonly RecordSet[]): number =>
  Math.max(0, ...records.map(({ TTL }) => TTL ?? movingTtlSeconds));

/** `A 203.0.113.9 (TTL 3600)`, for people. */
export const recordText = ({ Type, TTL, ResourceRecords = [], AliasTarget, Weight }: RecordSet): string =>
  [
    Type,
    AliasTarget ? `alias ${AliasTarget.DNSName}` : ResourceRecords.map(({ Value }) => Value).join(', '),
    TTL === undefined ? '' : `(TTL ${TTL})`,
    Weight === undefined ? '' : `weight ${Weight}`,
  ]
    .filter(Boolean)
    .join(' ');

/** The first few, and how many more. */
export const listText = (records: readonly RecordSet[]): string =>
  fewText(
    records.map((one) => recordText(one)),
    ', ',
  );

const mostShown = 5;

export const fewText = (words: readonly string[], separator: string): string =>
  words.length <= mostShown
    ? words.join(separator)
    : `${words.slice(0, mostShown).join(separator)}${separator}and ${words.length - mostShown} more`;
