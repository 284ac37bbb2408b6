import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateCommand,
  DeleteLaunchTemplateVersionsCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  ModifyLaunchTemplateCommand,
  paginateDescribeLaunchTemplateVersions,
  RunInstancesCommand,
  type DescribeLaunchTemplateVersionsCommandInput,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { only, openWorld, refusal, small } from './world.ts';
import { onPurpose } from '../../support/witness.ts';

const name = 'todos-production';
const data = { ImageId: small.ImageId, InstanceType: 't3.micro' as const };
const first = new CreateLaunchTemplateCommand({
  LaunchTemplateName: name,
  VersionDescription: 'v1',
  LaunchTemplateData: data,
  TagSpecifications: [{ ResourceType: 'launch-template', Tags: [{ Key: 'redeploy:app', Value: 'todos' }] }],
});

type World = Awaited<ReturnType<typeof openWorld>>;

const addVersion = async ({ ec2 }: World, description: string, input: object = {}) => {
  const request = { LaunchTemplateName: name, VersionDescription: description, LaunchTemplateData: data, ...input };
  const { LaunchTemplateVersion } = await ec2.send(new CreateLaunchTemplateVersionCommand(request));
  return LaunchTemplateVersion?.VersionNumber;
};

const versions = async ({ ec2 }: World, input: DescribeLaunchTemplateVersionsCommandInput) => {
  const request = { LaunchTemplateName: name, ...input };
  const { LaunchTemplateVersions = [] } = await ec2.send(new DescribeLaunchTemplateVersionsCommand(request));
  return LaunchTemplateVersions.map(({ VersionNumber }) => VersionNumber);
};

test('versions are numbered by AWS, never changed, never numbered again', async () => {
  await using world = await openWorld();
  const { ec2 } = world;
  const { LaunchTemplate } = await ec2.send(first);
  expect(LaunchTemplate).toMatchObject({
    LaunchTemplateId: expect.stringMatching(/^lt-0[0-9a-f]{16}$/),
    DefaultVersionNumber: 1,
    LatestVersionNumber: 1,
    CreatedBy: expect.stringContaining('arn:aws:iam::123456789012:'),
    Tags: [{ Key: 'redeploy:app', Value: 'todos' }],
  });
  expect(await addVersion(world, 'v2')).toBe(2);
  expect(await addVersion(world, 'v3', { SourceVersion: '1', LaunchTemplateData: { InstanceType: 't3.small' } })).toBe(
    3,
  );
  expect(await versions(world, {})).toEqual([3, 2, 1]);
  expect(await versions(world, { Versions: ['$Latest', '$Default', '2'] })).toEqual([3, 2, 1]);
  expect(await versions(world, { MinVersion: '2' })).toEqual([3, 2]);
  expect(await versions(world, { MaxVersion: '1' })).toEqual([1]);
  const { LaunchTemplateVersions } = await ec2.send(
    new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName: name, Versions: ['3'] }),
  );
  expect(only(LaunchTemplateVersions)).toMatchObject({
    VersionDescription: 'v3',
    DefaultVersion: false,
    LaunchTemplateData: { ImageId: small.ImageId, InstanceType: 't3.small' },
  });
  const deleted = await ec2.send(
    new DeleteLaunchTemplateVersionsCommand({ LaunchTemplateName: name, Versions: ['3', '1', '9'] }),
  );
  expect(deleted.SuccessfullyDeletedLaunchTemplateVersions).toMatchObject([{ VersionNumber: 3 }]);
  expect(deleted.UnsuccessfullyDeletedLaunchTemplateVersions).toMatchObject([
    { VersionNumber: 1, ResponseError: { Code: 'unexpectedError' } },
    { VersionNumber: 9, ResponseError: { Code: 'launchTemplateVersionDoesNotExist' } },
  ]);
  expect(await addVersion(world, 'v4')).toBe(4);
  expect(await versions(world, {})).toEqual([4, 2, 1]);
});

test('client tokens make a retried release one release', async () => {
  await using world = await openWorld();
  const { ec2 } = world;
  const create = (ClientToken: string, type: 't3.micro' | 't3.small' = 't3.micro') =>
    ec2.send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: name,
        ClientToken,
        LaunchTemplateData: { ...data, InstanceType: type },
      }),
    );
  const made = (await create('a')).LaunchTemplate?.LaunchTemplateId;
  expect((await create('a')).LaunchTemplate?.LaunchTemplateId).toBe(made);
  expect((await refusal(create('a', 't3.small'))).name).toBe('IdempotentParameterMismatch');
  expect((await refusal(create('b'))).name).toBe('InvalidLaunchTemplateName.AlreadyExistsException');
  expect(await addVersion(world, 'v2', { ClientToken: 'v2' })).toBe(2);
  expect(await addVersion(world, 'v2', { ClientToken: 'v2' })).toBe(2);
  expect(await addVersion(world, 'v3', { ClientToken: 'v3' })).toBe(3);
});

test('what is not there is refused by name', async () => {
  await using world = await openWorld();
  const { ec2 } = world;
  await ec2.send(first);
  const describe = (input: DescribeLaunchTemplateVersionsCommandInput) =>
    refusal(ec2.send(new DescribeLaunchTemplateVersionsCommand(input)));
  expect((await describe({ LaunchTemplateName: 'ghost' })).name).toBe('InvalidLaunchTemplateName.NotFoundException');
  expect((await describe({ LaunchTemplateId: 'lt-00000000000000000' })).name).toBe('InvalidLaunchTemplateId.NotFound');
  expect((await describe({ LaunchTemplateId: 'todos' })).name).toBe('InvalidLaunchTemplateId.Malformed');
  expect((await describe({ LaunchTemplateName: name, Versions: ['7'] })).name).toBe(
    'InvalidLaunchTemplateId.VersionNotFound',
  );
  expect((await describe({})).name).toBe('MissingParameter');
  expect((await describe({ LaunchTemplateName: name, MaxResults: 201 })).name).toBe('InvalidParameterValue');
  const ghosts = ec2.send(new DescribeLaunchTemplatesCommand({ LaunchTemplateNames: [name, 'ghost'] }));
  expect((await refusal(ghosts)).name).toBe('InvalidLaunchTemplateName.NotFoundException');
  const withoutData = new CreateLaunchTemplateCommand({ LaunchTemplateName: 'empty', LaunchTemplateData: {} });
  const empty = onPurpose(() => ec2.send(withoutData));
  expect((await refusal(empty)).name).toBe('MissingParameter');
});

test('a long history is read page by page, newest first, and survives pruning between pages', async () => {
  await using world = await openWorld();
  const { ec2 } = world;
  await ec2.send(first);
  for (let number = 2; number <= 12; number += 1) await addVersion(world, `v${number}`);
  const seen: (number | undefined)[] = [];
  for await (const page of paginateDescribeLaunchTemplateVersions(
    { client: ec2, pageSize: 5 },
    { LaunchTemplateName: name },
  )) {
    seen.push(...(page.LaunchTemplateVersions ?? []).map(({ VersionNumber }) => VersionNumber));
    const prune = { LaunchTemplateName: name, Versions: ['12', '11', '8'] };
    if (seen.length === 5) await ec2.send(new DeleteLaunchTemplateVersionsCommand(prune));
  }
  expect(seen).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
});

test('an instance is launched from a numbered version, the call laid over it', async () => {
  await using world = await openWorld();
  const { ec2 } = world;
  await ec2.send(first);
  await addVersion(world, 'v2', {
    LaunchTemplateData: {
      ...data,
      UserData: Buffer.from('v2').toString('base64'),
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 30 } }],
      TagSpecifications: [
        {
          ResourceType: 'instance',
          Tags: [
            { Key: 'role', Value: 'fleet' },
            { Key: 'release', Value: 'v2' },
          ],
        },
      ],
    },
  });
  const run = async (Version: string | undefined, input: object = {}) => {
    const LaunchTemplate = { LaunchTemplateName: name, Version };
    const { Instances } = await ec2.send(
      new RunInstancesCommand({ MinCount: 1, MaxCount: 1, LaunchTemplate, ...input }),
    );
    const instance = only(Instances);
    return { ...instance, Tags: Object.fromEntries((instance.Tags ?? []).map(({ Key, Value }) => [Key, Value])) };
  };
  const over = [{ ResourceType: 'instance' as const, Tags: [{ Key: 'role', Value: 'test' }] }];
  const second = await run('2', { InstanceType: 't3.small', TagSpecifications: over });
  expect(second.InstanceType).toBe('t3.small');
  expect(second.Tags).toEqual({
    role: 'test',
    release: 'v2',
    'aws:ec2launchtemplate:id': expect.stringMatching(/^lt-/),
    'aws:ec2launchtemplate:version': '2',
  });
  expect((await run('$Latest')).Tags['aws:ec2launchtemplate:version']).toBe('2');
  expect((await run(undefined)).Tags['aws:ec2launchtemplate:version']).toBe('1');
  await ec2.send(new ModifyLaunchTemplateCommand({ LaunchTemplateName: name, DefaultVersion: '2' }));
  expect((await run('$Default')).Tags['aws:ec2launchtemplate:version']).toBe('2');
  const { LaunchTemplate } = await ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateName: name }));
  expect(LaunchTemplate?.LatestVersionNumber).toBe(2);
  expect((await refusal(run('2'))).name).toBe('InvalidLaunchTemplateName.NotFoundException');
});
