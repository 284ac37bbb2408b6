import { expect, it } from 'vitest';
import { wrongEvidence } from './evidence.ts';
import { readVerdicts, type Verdict } from './verdicts.ts';

it('every verdict rests on a sentence or a trait that AWS’s API reference has', async () => {
  const wrong: string[] = [];
  for (const verdict of await readVerdicts()) {
    const problem = await wrongEvidence(verdict);
    if (problem !== undefined) wrong.push(`${verdict.operation} | ${verdict.case} | ${verdict.member}: ${problem}`);
  }
  expect(wrong).toEqual([]);
});

const verdict = (text: string): Verdict => ({
  operation: 'ec2:RunInstances',
  case: 'new',
  member: 'Instances[].KeyName',
  ours: 'absent',
  theirs: 'moto: *',
  page: 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Instance.html',
  verdict: text,
});

it.each([
  ['theirs: better', /is none of ours/],
  ['ours: because', /quotes nothing/],
  ['ours: "The name of the key pair, made up."', /does not say/],
  ['ours: model DescribeSubnetsMaxResults min 6', /min 6/],
])('%s is no verdict', async (text, problem) => {
  expect(await wrongEvidence(verdict(text))).toMatch(problem);
});
