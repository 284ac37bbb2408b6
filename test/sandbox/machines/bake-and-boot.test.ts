import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CreateImageCommand, DescribeImagesCommand, RunInstancesCommand } from '@aws-sdk/client-ec2';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeInstancesCommand,
} from '@aws-sdk/client-ec2';
import { CreateRepositoryCommand, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { followProgress } from '../../../sandbox/engine/machines/docker/progress.ts';
import { registryTraffic } from '../../../sandbox/engine/registry/traffic.ts';
import { clients } from '../../support/sandbox.ts';
import { eventually } from './eventually.ts';
import { buildTinyImage } from './tiny-image.ts';
import { openRealWorld, type RealWorld } from './world.ts';

const run = promisify(execFile);
const region = 'eu-central-1';

let world: RealWorld;
let aws: ReturnType<typeof clients>;

beforeAll(async () => {
  world = await openRealWorld(`test-${process.pid}`);
  aws = clients(world.sandbox, { region });
});

afterAll(async () => {
  for (const tag of ['v1', 'v2']) {
    await world.docker.getImage(`${world.authority}/app:${tag}`).remove({ force: true });
  }
  await world[Symbol.asyncDispose]();
});

const explain = async () => {
  const { machines } = await world.machines.list();
  const consoles = await Promise.all(machines.map((id) => world.machines.consoleOutput(id)));
  return [...world.log, ...consoles].join('\n');
};

const startedAt = Date.now();
const note = (what: string) => process.stderr.write(`${((Date.now() - startedAt) / 1000).toFixed(1)} s ${what}\n`);

async function push(tag: string): Promise<number> {
  const { authorizationData } = await aws.ecr.send(new GetAuthorizationTokenCommand({}));
  const token = Buffer.from(authorizationData?.[0]?.authorizationToken ?? '', 'base64').toString('utf8');
  const before = registryTraffic(world.sandbox.engine).uploadedBytes;
  const stream = await world.docker.getImage(`${world.authority}/app:${tag}`).push({
    authconfig: { username: 'AWS', password: token.slice('AWS:'.length), serveraddress: world.authority },
  });
  await followProgress(world.docker, stream);
  return registryTraffic(world.sandbox.engine).uploadedBytes - before;
}

const bake = (authority: string) => `#!/bin/bash
set -euo pipefail
imds=http://169.254.169.254/latest
token=$(curl -sf -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' $imds/api/token)
echo "BAKING $(curl -sf -H "X-aws-ec2-metadata-token: $token" $imds/meta-data/instance-id)"
echo "V1 ANSWERS $(curl -s -o /dev/null -w '%{http_code}' $imds/meta-data/instance-id)"
echo "TAGGED $(curl -sf -H "X-aws-ec2-metadata-token: $token" $imds/meta-data/tags/instance/Name)"
echo "I AM $(aws sts get-caller-identity --query Arn --output text)"
echo "OUTSIDE $(curl -s -m 3 -o /dev/null http://192.0.2.1/ && echo reached || echo unreachable)"
aws ecr get-login-password | docker login --username AWS --password-stdin ${authority}
docker pull --quiet ${authority}/app:v1
docker logout ${authority}
echo "IN A CONTAINER $(docker run --rm ${authority}/app:v1 /bin/busybox nc -w 3 169.254.169.254 80 </dev/null 2>&1 && echo reached)"
docker create --name app --restart always -p 3000:3000 ${authority}/app:v1
cat >/etc/systemd/system/app.service <<'UNIT'
[Unit]
Requires=docker.service
After=docker.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/bin/docker start app
[Install]
WantedBy=multi-user.target
UNIT
systemctl enable app.service
docker start app
echo BAKED
`;

const bakeAndPowerOff = (authority: string) => `${bake(authority)}
for i in $(seq 50); do curl -sf http://127.0.0.1:3000/ && break; sleep 0.1; done
poweroff
`;

async function makeFoundation(): Promise<string> {
  const trust = { Version: '2012-10-17', Statement: [] };
  const role = { RoleName: 'app', AssumeRolePolicyDocument: JSON.stringify(trust) };
  await aws.iam.send(new CreateRoleCommand(role));
  const Statement = [{ Effect: 'Allow', Action: ['ecr:*', 'ec2:CreateTags'], Resource: '*' }];
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await aws.iam.send(new PutRolePolicyCommand({ RoleName: 'app', PolicyName: 'bake', PolicyDocument }));
  await aws.iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'app' }));
  await aws.iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'app', RoleName: 'app' }));
  await aws.ecr.send(new CreateRepositoryCommand({ repositoryName: 'app', imageTagMutability: 'IMMUTABLE' }));
  const { GroupId = '' } = await aws.ec2.send(new CreateSecurityGroupCommand({ GroupName: 'app', Description: 'app' }));
  await aws.ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId,
      IpProtocol: 'tcp',
      FromPort: 3000,
      ToPort: 3000,
      CidrIp: '0.0.0.0/0',
    }),
  );
  return GroupId;
}

async function launch(
  ImageId: string,
  options: { group: string; userData?: string; count?: number },
): Promise<string[]> {
  const { Instances = [] } = await aws.ec2.send(
    new RunInstancesCommand({
      ImageId,
      InstanceType: 't3.small',
      MinCount: options.count ?? 1,
      MaxCount: options.count ?? 1,
      SecurityGroupIds: [options.group],
      IamInstanceProfile: { Name: 'app' },
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1, InstanceMetadataTags: 'enabled' },
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'a builder' }] }],
      ...(options.userData === undefined ? {} : { UserData: Buffer.from(options.userData).toString('base64') }),
    }),
  );
  return Instances.map(({ InstanceId = '' }) => InstanceId);
}

const stateOf = async (id: string) => {
  const { Reservations } = await aws.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
  return Reservations?.[0]?.Instances?.[0]?.State?.Name;
};

/** What the machine's app answers on port 3000, seen from the host. */
async function page(id: string): Promise<string | undefined> {
  const address = await world.machines.address(id, 3000);
  if (!address) return undefined;
  const signal = AbortSignal.timeout(1000);
  return (await fetch(`http://${address.host}:${address.port}/`, { signal })).text();
}

test('a machine bakes itself from the registry, is imaged, and its copies serve, until one is killed', async () => {
  const { authority, machines, docker } = world;
  const group = await makeFoundation();
  await buildTinyImage(docker, `${authority}/app:v1`, 'release one');
  await buildTinyImage(docker, `${authority}/app:v2`, 'release two');
  note('images built');
  const [first, second] = [await push('v1'), await push('v2')];
  note(`pushed ${first} bytes, then ${second}`);
  expect(second).toBeLessThan(first * 0.05);
  await expect(push('v1')).rejects.toThrow(/already exists .*immutable/);

  const { Images = [] } = await aws.ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }));
  const base = Images.find(({ Architecture }) => Architecture === 'x86_64')?.ImageId ?? '';
  note('launching the builder');
  const [builder = ''] = await launch(base, { group, userData: bakeAndPowerOff(authority) });
  const isOff = async () => ((await stateOf(builder)) === 'stopped' ? true : undefined);
  await eventually('the builder stopped', 180, isOff, explain);
  note('builder is off');
  const output = await machines.consoleOutput(builder);
  expect(output).toContain(`BAKING ${builder}`);
  expect(output).toContain('V1 ANSWERS 401');
  expect(output).toContain('TAGGED a builder');
  expect(output).toMatch(new RegExp(`I AM arn:aws:sts::\\d+:assumed-role/app/${builder}`));
  expect(output).toContain('OUTSIDE unreachable');
  // One hop: what runs in a container gets no token, so no credentials of the machine.
  expect(output).toMatch(/IN A CONTAINER .*refused/);
  expect(output).toMatch(/BAKED[\s\S]*release one/);

  const { ImageId = '' } = await aws.ec2.send(new CreateImageCommand({ InstanceId: builder, Name: 'app-1' }));
  await eventually('the image became available', 60, async () => {
    const { Images: made } = await aws.ec2.send(new DescribeImagesCommand({ ImageIds: [ImageId] }));
    return made?.[0]?.State === 'available' ? true : undefined;
  });
  note('image captured');
  const copies = await launch(ImageId, { group, count: 2 });
  for (const copy of copies) {
    expect(await eventually(`${copy} served`, 180, () => page(copy), explain)).toBe('release one');
    note(`${copy} serves`);
  }

  const offs: { instanceId: string; killed?: boolean }[] = [];
  machines.onPowerOff((event) => offs.push(event));
  const [victim = '', survivor = ''] = copies;
  await run('docker', ['kill', `redeploy-test-${process.pid}-${victim}`]);
  await eventually('its end was noticed', 10, async () => (offs.length > 0 ? true : undefined));
  expect(offs).toEqual([{ instanceId: victim, killed: true }]);
  expect(await machines.isRunning(victim)).toBe(false);
  expect(await machines.address(victim, 3000)).toBeUndefined();
  expect(await page(survivor)).toBe('release one');
  note('kill noticed');
});
