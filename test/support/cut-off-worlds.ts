import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CreateHostedZoneCommand } from '@aws-sdk/client-route-53';
import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { companyVpc, inCompanyVpc } from './company-vpc.ts';
import type { Story } from './story.ts';

/** What is cut off: an environment as redeploy.json has it, in an account with what it refers to. */
export interface CutOffWorld {
  redeploy: Record<string, unknown>;
  /** Makes in the account what the user made by hand. */
  surround?: (story: Story) => Promise<unknown>;
}

const rush = { recurrence: '0 8 * * MON-FRI', timeZone: 'Europe/Berlin', min: 3, max: 6 };

/** Each of the worlds has what the others lack. */
export const cutOffWorlds = {
  plain: { redeploy: {} },
  reserve: { redeploy: { rollout: { keepPreviousMinutes: 60 } } },
  fleet: {
    redeploy: {
      instance: { fallbackTypes: ['t3a.small', 't3.medium'] },
      fleet: { targetRequestsPerMinute: 900, schedules: { rush } },
      notifications: { topic: 'arn:aws:sns:us-east-1:123456789012:alarms' },
    },
    surround: async (story) => story.account.sns.send(new CreateTopicCommand({ Name: 'alarms' })),
  },
  company: { redeploy: inCompanyVpc, surround: async (story) => companyVpc(story) },
  domain: {
    redeploy: { balancer: { domain: 'shop.example.com', otherDomains: ['www.shop.example.com'] } },
    surround: async (story) => {
      await writeFile(path.join(story.app, 'settings/production.env'), 'MAIL_URL=smtp://mail.example.com\n');
      const zone = { Name: 'example.com', CallerReference: '1' };
      await story.account.route53.send(new CreateHostedZoneCommand(zone));
    },
  },
} satisfies Record<string, CutOffWorld>;
