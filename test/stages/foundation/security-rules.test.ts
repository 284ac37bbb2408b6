import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupsCommand,
  RevokeSecurityGroupIngressCommand,
  type IpPermission,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { startStory, type Story } from '../../support/story.ts';

/** Who may come to port 80 of the balancer, and the id of its group. */
async function sources({ ctx }: Story) {
  const names = ['shop-production-balancer'];
  const { SecurityGroups: [group] = [] } = await ctx.aws.ec2.send(
    new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'group-name', Values: names }] }),
  );
  const rules = (group?.IpPermissions ?? []).flatMap(({ FromPort, IpRanges = [], Ipv6Ranges = [] }) =>
    [...IpRanges.map(({ CidrIp }) => CidrIp), ...Ipv6Ranges.map(({ CidrIpv6 }) => CidrIpv6)].map(
      (source) => `${FromPort} ${source}`,
    ),
  );
  return { GroupId: group?.GroupId, rules: rules.toSorted() };
}

const port80 = (more: Partial<IpPermission>): IpPermission[] => [
  { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, ...more },
];

// EC2 shows all sources of a port as one permission, and adds all rules of a call or none.
test('a source that somebody added or took away is put right, and the world is not shut out', async () => {
  await using story = await startStory();
  await story.deploy();
  const { GroupId, rules } = await sources(story);
  expect(rules).toEqual(['80 0.0.0.0/0', '80 ::/0']);
  const office = port80({ IpRanges: [{ CidrIp: '10.1.0.0/16', Description: 'the office' }] });
  await story.ctx.aws.ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: office }));
  const v6 = port80({ Ipv6Ranges: [{ CidrIpv6: '::/0' }] });
  await story.ctx.aws.ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions: v6 }));
  await story.deploy();
  expect(await sources(story)).toEqual({ GroupId, rules });
});
