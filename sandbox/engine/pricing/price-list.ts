/** One entry of the price list. */
export interface Product {
  sku: string;
  service: string;
  family: string;
  attributes: Record<string, string>;
  unit: string;
  usd: number;
}

const machine = (sku: string, instanceType: string, usd: number): Product => ({
  sku,
  service: 'AmazonEC2',
  family: 'Compute Instance',
  attributes: {
    instanceType,
    operatingSystem: 'Linux',
    tenancy: 'Shared',
    preInstalledSw: 'NA',
    capacitystatus: 'Used',
    usagetype: `BoxUsage:${instanceType}`,
  },
  unit: 'Hrs',
  usd,
});

const balancer = { service: 'AWSELB', family: 'Load Balancer-Application' };
const logs = { service: 'AmazonCloudWatch', family: 'Data Payload' };

/** What a deploy is made of, at round prices that nobody takes for Amazon's. */
export const priceList: readonly Product[] = [
  machine('SANDBOX000000001', 't3.small', 0.03),
  machine('SANDBOX000000002', 't3.medium', 0.06),
  machine('SANDBOX000000003', 't4g.small', 0.02),
  { sku: 'SANDBOX000000004', ...balancer, attributes: { usagetype: 'LoadBalancerUsage' }, unit: 'Hrs', usd: 0.03 },
  { sku: 'SANDBOX000000005', ...balancer, attributes: { usagetype: 'LCUUsage' }, unit: 'LCU-Hrs', usd: 0.01 },
  {
    sku: 'SANDBOX000000006',
    service: 'AmazonEC2',
    family: 'Storage',
    attributes: { volumeApiName: 'gp3', usagetype: 'EBS:VolumeUsage.gp3' },
    unit: 'GB-Mo',
    usd: 0.1,
  },
  {
    sku: 'SANDBOX000000007',
    service: 'AmazonEC2',
    family: 'Storage Snapshot',
    attributes: { usagetype: 'EBS:SnapshotUsage' },
    unit: 'GB-Mo',
    usd: 0.06,
  },
  {
    sku: 'SANDBOX000000008',
    service: 'AmazonVPC',
    family: 'VpcPublicIPv4Address',
    attributes: { group: 'VPCPublicIPv4Address', usagetype: 'PublicIPv4:InUseAddress' },
    unit: 'Hrs',
    usd: 0.01,
  },
  {
    sku: 'SANDBOX000000009',
    service: 'AWSSecretsManager',
    family: 'Secret',
    attributes: { usagetype: 'AWSSecretsManager-Secrets' },
    unit: 'Secrets',
    usd: 0.5,
  },
  { sku: 'SANDBOX000000010', ...logs, attributes: { usagetype: 'DataProcessing-Bytes' }, unit: 'GB', usd: 1 },
];
