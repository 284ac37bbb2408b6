import { isRecord } from '../raw.ts';
import { dropped, mapped, needsYou, type Rule } from '../rule.ts';

const replaced = 'machines come and go by themselves; nobody logs in';

/** Where mup deploys to, and how many. */
export const serverRules: Rule[] = [
  ...dropped(
    ['servers.*.host', 'string', replaced],
    ['servers.*.username', 'string', replaced],
    ['servers.*.pem', 'string', replaced],
    ['servers.*.password', 'string', replaced, { isSecret: true }],
    ['servers.*.opts.port', 'number', replaced],
    ['servers.*.privateIp', 'string', 'the load balancer finds the machines'],
    ['app.servers.*.bind', 'string', 'only the load balancer reaches a machine'],
  ),
  ...mapped([
    'app.servers',
    'object',
    'fleet.min is as many machines as there were servers, fleet.max is twice that',
    {
      goesOn: true,
      judge: ({ value }) => {
        const count = isRecord(value) ? Object.keys(value).length : 0;
        if (count === 0) return { outcome: 'needs you', why: 'no server: fleet.min stays 2, as `redeploy init` says' };
        const fleet = { 'fleet.min': count, 'fleet.max': count * 2 };
        const alone = count === 1 ? '; 2 would survive the loss of a zone' : '';
        return { set: fleet, why: `fleet.min ${count}, fleet.max ${count * 2}${alone}` };
      },
    },
  ]),
  ...needsYou(
    [
      'app.servers.*.env.*',
      'any',
      'all machines of a fleet are alike: set it for all in the .env file, or make it an environment of its own',
      {
        isSecret: true,
        judge: ({ names }) =>
          names[1] === 'PORT' ? { outcome: 'dropped', why: 'the load balancer knows the port of its machines' } : {},
      },
    ],
    [
      'app.servers.*.settings',
      'string',
      'all machines of a fleet have the same settings: make it an environment of its own',
    ],
  ),
];
