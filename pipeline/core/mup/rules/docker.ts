import { judgeDockerArguments } from '../docker-arguments.ts';
import { textOf } from '../raw.ts';
import { mapped, carried, dropped, needsYou, soundsSecret, type Found, type Rule, type Verdict } from '../rule.ts';

const always = 'an image is always built, where `redeploy deploy` runs';

/** The container and its logs. */
export const dockerRules: Rule[] = [
  ...dropped(
    ['app.docker.imageFrontendServer', 'string', 'the load balancer takes its place'],
    ['app.dockerImageFrontendServer', 'string', 'the load balancer takes its place', { isUnknownToMup: true }],
    ['app.docker.bind', 'string', 'only the load balancer reaches a machine'],
    ['app.docker.prepareBundle', 'boolean', always],
    ['app.docker.prepareBundleLocally', 'boolean', always],
    ['app.docker.stopAppDuringPrepareBundle', 'boolean', 'nothing is built where the app runs'],
    ['app.docker.useBuildKit', 'boolean', 'BuildKit is always used'],
    ['app.log.driver', 'string', 'logs go to CloudWatch', { judge: judgeDriver }],
    ['app.log.opts.*', 'any', 'logs go to CloudWatch; logs.retentionDays says for how long', { isSecret: true }],
  ),
  ...mapped(
    [
      'app.docker.image',
      'string',
      'image.base is node:<version of the Meteor release> unless you name another',
      { judge: judgeImage },
    ],
    ['app.dockerImage', 'string', 'as app.docker.image', { judge: judgeImage }],
    [
      'app.docker.imagePort',
      'number',
      'instance.port',
      {
        judge: ({ value, text }) =>
          value === 3000
            ? { why: 'instance.port is 3000 already' }
            : { why: `instance.port ${text}`, set: { 'instance.port': value } },
      },
    ],
    [
      'app.docker.args',
      'list',
      '-e goes into the .env file; memory, CPU, name and restart options are dropped; others need you',
      { isSecret: true, judge: judgeArguments },
    ],
  ),
  ...carried([
    'app.docker.buildInstructions.[]',
    'string',
    'image.buildInstructions, word for word',
    { judge: judgeInstruction },
  ]),
  ...needsYou([
    'app.docker.networks',
    'list',
    'the app is the only container on its machine; name other services by their address',
  ]),
];

/** Images that mup itself suggests: they fetch Node when the container starts. */
const known = /(^|\/)(zodern\/meteor|abernix\/meteord|kadirahq\/meteord|meteorhacks\/meteord)(:[\w.-]*)?(@|$)/;

function judgeImage({ text }: Found): Partial<Verdict> {
  if (known.test(text)) {
    return {
      outcome: 'dropped',
      why: 'image.base is node:<version of the Meteor release>: Node is in the image, not fetched at each start',
    };
  }
  return {
    outcome: 'needs you',
    why: 'put what it adds into image.buildInstructions (Debian, as root), or name in image.base an image that has the right Node',
  };
}

function judgeDriver({ text }: Found): Partial<Verdict> {
  if (/^(json-file|local|journald|none)$/.test(text)) return {};
  if (text === 'awslogs') return { outcome: 'mapped', why: 'logs go to CloudWatch, into a group of their own' };
  return { outcome: 'needs you', why: 'logs go to CloudWatch; from there a subscription can hand them on' };
}

function judgeArguments({ value }: Found): Partial<Verdict> {
  const parts = judgeDockerArguments(Array.isArray(value) ? value.map(textOf) : []);
  return parts.length === 0 ? { outcome: 'dropped', why: 'it is empty' } : { parts };
}

function judgeInstruction({ text: line }: Found): Partial<Verdict> {
  const shown = `${/^\s*\w*/.exec(line)?.[0] ?? ''} …`;
  if (soundsSecret(line)) {
    return {
      shown,
      outcome: 'needs you',
      why: 'it seems to hold a secret, which redeploy.json and the image would keep: image.npmrc and the .env file are the places for it',
    };
  }
  if (/^\s*(COPY|ADD)\s+(?!(--\S+\s+)*https?:)/i.test(line)) {
    return {
      shown,
      outcome: 'needs you',
      why: 'there is nothing to copy from; fetch it with RUN, or put it into the private/ folder of the app',
    };
  }
  return { shown, add: { 'image.buildInstructions': line } };
}
