/** An Elastic IP. */
export interface ElasticAddressRecord {
  id: string;
  publicIp: string;
  /** Both while it leads to an instance. */
  instanceId?: `i-${string}` | undefined;
  associationId?: string | undefined;
  tags: Record<string, string>;
}
