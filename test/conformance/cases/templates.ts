import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateVersionsCommand,
  DescribeLaunchTemplatesCommand,
  paginateDescribeLaunchTemplateVersions,
  DescribeLaunchTemplateVersionsCommand,
  type RequestLaunchTemplateData,
} from '@aws-sdk/client-ec2';
import type { Bench } from '../bench.ts';
import { baseImage } from './machines.ts';

/** The template data of a release, as the pipeline writes it. */
export const dataOf = (ImageId: string, release: string): RequestLaunchTemplateData => ({
  ImageId,
  InstanceType: 't3.small',
  UserData: Buffer.from(`#cloud-config\n{"release":"${release}"}\n`).toString('base64'),
  MetadataOptions: {
    HttpTokens: 'required',
    HttpPutResponseHopLimit: 1,
    HttpEndpoint: 'enabled',
    InstanceMetadataTags: 'enabled',
  },
  BlockDeviceMappings: [
    {
      DeviceName: '/dev/xvda',
      Ebs: { VolumeSize: 16, VolumeType: 'gp3', Encrypted: true, DeleteOnTermination: true },
    },
  ],
  TagSpecifications: [
    { ResourceType: 'instance', Tags: [{ Key: 'redeploy:release', Value: release }] },
    { ResourceType: 'volume', Tags: [{ Key: 'redeploy:release', Value: release }] },
  ],
});

/** Launch templates: releases. */
export async function templates(bench: Bench): Promise<void> {
  const { call, malformed } = bench;
  const { ec2 } = bench.aws;
  const image = await baseImage(bench);
  const LaunchTemplateName = 'shop-production';
  const first = {
    LaunchTemplateName,
    VersionDescription: 'v1 of shop',
    LaunchTemplateData: dataOf(image, 'v1'),
    TagSpecifications: [{ ResourceType: 'launch-template' as const, Tags: [{ Key: 'role', Value: 'release' }] }],
  };
  await call('none of that name', () =>
    ec2.send(new DescribeLaunchTemplatesCommand({ LaunchTemplateNames: [LaunchTemplateName] })),
  );
  await call('none of that name', () => ec2.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName })));
  await call('new', () => ec2.send(new CreateLaunchTemplateCommand(first)));
  await call('duplicate', () => ec2.send(new CreateLaunchTemplateCommand(first)));
  await call('name too short', () => ec2.send(new CreateLaunchTemplateCommand({ ...first, LaunchTemplateName: 'ab' })));
  await call('bad name', () => ec2.send(new CreateLaunchTemplateCommand({ ...first, LaunchTemplateName: 'a b c!' })));
  const next = (release: string) => ({
    LaunchTemplateName,
    VersionDescription: `${release} of shop`,
    LaunchTemplateData: dataOf(image, release),
  });
  await call('second', () => ec2.send(new CreateLaunchTemplateVersionCommand(next('v2'))));
  await call('of no template', () =>
    ec2.send(new CreateLaunchTemplateVersionCommand({ ...next('v2'), LaunchTemplateName: 'nobody' })),
  );
  await ec2.send(new CreateLaunchTemplateVersionCommand(next('v3')));
  await call('all', () => ec2.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName })));
  await call('pages of one', async () => {
    const pages: (number | undefined)[][] = [];
    const request = { LaunchTemplateName };
    for await (const page of paginateDescribeLaunchTemplateVersions({ client: ec2, pageSize: 1 }, request))
      pages.push((page.LaunchTemplateVersions ?? []).map((version) => version.VersionNumber));
    return { sizes: pages.map((page) => page.length), numbers: pages.flat().join(' ') };
  });
  await call('newest', () =>
    ec2.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName, Versions: ['$Latest'] })),
  );
  await call('default', () =>
    ec2.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName, Versions: ['$Default'] })),
  );
  await call('unknown version', () =>
    ec2.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName, Versions: ['99'] })),
  );
  await malformed('page too large', () =>
    ec2.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName, MaxResults: 1000 })),
  );
  await call('by name', () =>
    ec2.send(new DescribeLaunchTemplatesCommand({ LaunchTemplateNames: [LaunchTemplateName] })),
  );
  await call('unknown id', () =>
    ec2.send(new DescribeLaunchTemplatesCommand({ LaunchTemplateIds: ['lt-0123456789abcdef0'] })),
  );
  await call('one', () => ec2.send(new DeleteLaunchTemplateVersionsCommand({ LaunchTemplateName, Versions: ['2'] })));
  await call('not there', () =>
    ec2.send(new DeleteLaunchTemplateVersionsCommand({ LaunchTemplateName, Versions: ['99'] })),
  );
  await call('the default', () =>
    ec2.send(new DeleteLaunchTemplateVersionsCommand({ LaunchTemplateName, Versions: ['1'] })),
  );
  await call('of no template', () =>
    ec2.send(new DeleteLaunchTemplateVersionsCommand({ LaunchTemplateName: 'nobody', Versions: ['1'] })),
  );
  await call('after a deletion', async () => {
    const { LaunchTemplateVersions = [] } = await ec2.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName }),
    );
    return { numbers: LaunchTemplateVersions.map((version) => version.VersionNumber).join(' ') };
  });
}
