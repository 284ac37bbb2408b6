/** A quota as AWS gives it to a new account, except where a comment says otherwise. */
export interface DefaultQuota {
  service: string;
  serviceName: string;
  code: string;
  name: string;
  value: number;
}

const ec2 = { service: 'ec2', serviceName: 'Amazon Elastic Compute Cloud (Amazon EC2)' };
const elb = { service: 'elasticloadbalancing', serviceName: 'Elastic Load Balancing (ELB)' };
const vpc = { service: 'vpc', serviceName: 'Amazon Virtual Private Cloud (Amazon VPC)' };

/** Pages: ec2-instance-quotas.html, ami-quotas.html, load-balancer-limits.html, amazon-vpc-limits.html. */
export const defaultQuotas: readonly DefaultQuota[] = [
  // New accounts begin with 5; one that has run machines for a while has more.
  {
    ...ec2,
    code: 'L-1216C47A',
    name: 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances',
    value: 128,
  },
  { ...ec2, code: 'L-0263D0A3', name: 'EC2-VPC Elastic IPs', value: 5 },
  { ...ec2, code: 'L-B665C33B', name: 'AMIs', value: 50_000 },
  { ...elb, code: 'L-53DA6B97', name: 'Application Load Balancers per Region', value: 50 },
  { ...elb, code: 'L-B22855CB', name: 'Target Groups per Region', value: 3000 },
  { ...vpc, code: 'L-F678F1CE', name: 'VPCs per Region', value: 5 },
];
