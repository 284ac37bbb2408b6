import { execFile, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeTagsCommand,
  GetConsoleOutputCommand,
} from '@aws-sdk/client-ec2';
import type { State } from '../../../sandbox/engine/state.ts';
import type { RealStory } from '../../support/real-story.ts';

const execute = promisify(execFile);

/** How a value may look somewhere: itself, and in base64, which depends on where in a triple of bytes it begins. */
export function disguisesOf(value: string): string[] {
  const encoded = [0, 1, 2].map((offset) =>
    Buffer.from('x'.repeat(offset) + value)
      .toString('base64')
      .slice(4, -4),
  );
  return [value, ...encoded];
}

/** Everything that can be read of a release, by where it was read, except the secret itself. */
export async function readEverything(story: RealStory, image: string): Promise<[place: string, text: string][]> {
  const [state, log, inspected, history, aws] = await Promise.all([
    stateWithoutSecrets(story),
    readFile(path.join(story.stateDirectory, 'sandbox.log'), 'utf8'),
    execute('docker', ['image', 'inspect', image]),
    execute('docker', ['history', '--no-trunc', image]),
    readAws(story),
  ]);
  return [
    ['state of the sandbox', state],
    ['log of the sandbox', log],
    ['docker image inspect', inspected.stdout],
    ['docker history', history.stdout],
    ['output of redeploy', story.transcript.join('\n')],
    ...aws,
  ];
}

async function stateWithoutSecrets({ stateDirectory }: RealStory): Promise<string> {
  const text = await readFile(path.join(stateDirectory, 'state.json'), 'utf8');
  const { secrets, ...rest } = JSON.parse(text) as State;
  const described = Object.values(secrets.secrets).map(({ name, description, tags }) => [name, description, tags]);
  return JSON.stringify([rest, described]);
}

async function readAws({ aws }: RealStory): Promise<[place: string, text: string][]> {
  const { ec2, logs } = aws;
  const name = 'story-production';
  const [instances, versions, tags, events] = await Promise.all([
    ec2.send(new DescribeInstancesCommand({})),
    ec2.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName: name })),
    ec2.send(new DescribeTagsCommand({})),
    logs.send(new FilterLogEventsCommand({ logGroupName: '/redeploy/story/production' })),
  ]);
  const ids = (instances.Reservations ?? []).flatMap(({ Instances = [] }) => Instances.map((one) => one.InstanceId));
  const decoded = (base64 = '') => Buffer.from(base64, 'base64').toString();
  const ofMachines = ids.map(async (id): Promise<[string, string][]> => {
    const [{ UserData }, { Output }] = await Promise.all([
      ec2.send(new DescribeInstanceAttributeCommand({ InstanceId: id, Attribute: 'userData' })),
      ec2.send(new GetConsoleOutputCommand({ InstanceId: id })),
    ]);
    return [
      [`user data of ${id}`, decoded(UserData?.Value)],
      [`console of ${id}`, decoded(Output)],
    ];
  });
  const userData = (versions.LaunchTemplateVersions ?? []).map((one) => decoded(one.LaunchTemplateData?.UserData));
  return [
    ['instances', JSON.stringify(instances)],
    ['launch template versions', JSON.stringify(versions)],
    ['user data of the launch template', userData.join('\n')],
    ['tags', JSON.stringify(tags)],
    ['logs in CloudWatch', JSON.stringify(events)],
    ...(await Promise.all(ofMachines)).flat(),
  ];
}

/** What a machine shows to whoever is on it: its journal, every process, the app's container. */
export async function readMachine(story: RealStory, id: string): Promise<[place: string, text: string][]> {
  const [journal, processes, container, files] = await Promise.all([
    story.onMachine(id, 'journalctl', '--no-pager', '--all'),
    story.onMachine(id, 'sh', '-c', 'cat /proc/[0-9]*/cmdline 2>/dev/null || true'),
    story.onMachine(id, 'docker', 'inspect', 'redeploy-app'),
    story.onMachine(id, 'sh', '-c', 'cat /etc/redeploy/* /opt/redeploy/* /var/log/cloud-init* || true'),
  ]);
  return [
    [`journal of ${id}`, journal],
    [`arguments of processes on ${id}`, processes],
    [`container on ${id}`, container],
    [`files of redeploy on ${id}`, files],
  ];
}

/** Which of the values are in the layers of an image (`docker save`, uncompressed), read as a stream. */
export async function findInLayers(image: string, values: string[]): Promise<string[]> {
  const needles = values.map((value) => Buffer.from(value));
  const overlap = Math.max(...needles.map(({ length }) => length)) - 1;
  const found = new Set<string>();
  const save = spawn('docker', ['save', image], { stdio: ['ignore', 'pipe', 'inherit'] });
  let rest: Buffer = Buffer.alloc(0);
  let bytes = 0;
  for await (const chunk of save.stdout) {
    bytes += (chunk as Buffer).length;
    const text = Buffer.concat([rest, chunk as Buffer]);
    for (const needle of needles) if (text.includes(needle)) found.add(needle.toString());
    rest = text.subarray(-overlap);
  }
  if (bytes < 10e6) throw new Error(`docker save ${image} gave ${bytes} bytes`);
  return [...found];
}
