/** One resource record set: plain (`ttl` and `values`) or an alias; with `setId` one of several that share name and type. */
export interface RecordSet {
  /** Fully qualified, in small letters, with the trailing dot; unusual characters as `\052`. */
  name: string;
  type: string;
  ttl?: number;
  values?: string[];
  alias?: { zoneId: string; dnsName: string; evaluateTargetHealth: boolean };
  /** SetIdentifier of a weighted or multivalue record. */
  setId?: string;
  /** 0-255. */
  weight?: number;
  multiValue?: boolean;
}

export interface HostedZone {
  /** `Z` and 13 capitals or digits, without `/hostedzone/`. */
  id: string;
  /** With the trailing dot. */
  name: string;
  callerReference: string;
  comment?: string;
  /** VPC ids; a zone with any is private. */
  vpcs: { id: string; region: string }[];
  nameServers: string[];
  records: RecordSet[];
  tags: Record<string, string>;
}

/** A change of a zone on its way to all name servers. */
export interface ChangeRecord {
  /** `C` and 13 capitals or digits, without `/change/`. */
  id: string;
  comment?: string;
  submittedAt: number;
  /** `PENDING` before, `INSYNC` from then on. */
  inSyncAt: number;
}

/** What the sandbox remembers of Route 53. Plain JSON; times in epoch milliseconds. */
export interface Route53State {
  /** By id. */
  zones: Record<string, HostedZone>;
  /** By id. */
  changes: Record<string, ChangeRecord>;
}

export const emptyRoute53 = (): Route53State => ({ zones: {}, changes: {} });
