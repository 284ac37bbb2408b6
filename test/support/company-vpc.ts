import type { Story } from './story.ts';

/** A VPC as companies have it: public and private subnets in two zones, the private ones with a NAT gateway each. */
export function companyVpc({ sandbox }: Story) {
  const { ec2 } = sandbox.engine.state;
  const id = (kind: string, number: number) => `${kind}-0c0ffee000000000${number}`;
  const vpc = id('vpc', 1);
  ec2.vpcs[vpc] = { id: vpc, cidr: '10.0.0.0/16', isDefault: false, tags: { Name: 'company' } };
  const subnet = (number: number, letter: string, Name: string) => {
    const one = id('subnet', number);
    const zone = { zone: `us-east-1${letter}`, zoneId: `use1-az${letter === 'a' ? 1 : 2}` };
    const cidr = `10.0.${number}.0/24`;
    ec2.subnets[one] = { id: one, vpcId: vpc, ...zone, cidr, defaultForAz: false, lastHost: 3, tags: { Name } };
    return one;
  };
  const publics = [subnet(1, 'a', 'public'), subnet(2, 'b', 'public')];
  const privates = [subnet(3, 'a', 'private-a'), subnet(4, 'b', 'private-b')];
  const table = (number: number, subnetIds: string[], to: string[]) => {
    const routes = to.map((one) => ({ cidr: '0.0.0.0/0', to: one }));
    return (ec2.routeTables[id('rtb', number)] = {
      id: id('rtb', number),
      vpcId: vpc,
      isMain: number === 1,
      subnetIds,
      routes,
      tags: {},
    });
  };
  table(1, [], [id('igw', 1)]);
  const out = table(2, privates, [id('nat', 1)]);
  return { vpc, publics, privates, out };
}

/** Takes the private subnets' route out away: they reach endpoints of all that the machines ask, and nothing else. */
export function endpointsAlone({ sandbox }: Story, { vpc, out }: { vpc: string; out: { routes: unknown[] } }): void {
  out.routes.length = 0;
  const names = ['ecr.api', 'ecr.dkr', 'ec2', 'logs', 'secretsmanager', 's3'];
  for (const [at, name] of names.entries()) {
    const id = `vpce-0c0ffee000000000${at}`;
    const type = name === 's3' ? ('Gateway' as const) : ('Interface' as const);
    const service = `com.amazonaws.us-east-1.${name}`;
    const none = { routeTableIds: [], subnetIds: [], tags: {} };
    sandbox.engine.state.ec2.vpcEndpoints[id] = { id, vpcId: vpc, type, service, ...none };
  }
}

/** Keys of redeploy.json for it. */
export const inCompanyVpc = {
  network: { vpc: 'company', subnets: ['private-a', 'private-b'], balancerSubnets: ['public'] },
};
