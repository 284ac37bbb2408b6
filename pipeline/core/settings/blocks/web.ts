import { z } from 'zod';

// The way in: balancer and network.

const port = z.int().min(1).max(65535);
const seconds = (min: number, max: number) => z.int().min(min).max(max);

export const balancer = z
  .strictObject({
    httpPort: port.default(80).describe('Port for HTTP; with a certificate it redirects to HTTPS'),
    httpsPort: port.default(443).describe('Port for HTTPS, used when a certificate is given'),
    certificate: z.string().startsWith('arn:').optional().describe('ARN of the ACM certificate'),
    stickiness: z
      .boolean()
      .default(true)
      .describe(
        'Lead each browser to the same machine, by a cookie: sockjs needs it where WebSockets are blocked. Needless with DISABLE_SOCKJS',
      ),
    stickinessSeconds: seconds(1, 604_800).default(86_400).describe('How long the cookie lasts'),
    deregistrationDelaySeconds: seconds(0, 3600)
      .default(60)
      .describe('How long a machine taken out may finish its requests and hand over its DDP connections'),
    idleTimeoutSeconds: seconds(1, 4000)
      .default(60)
      .describe('Idle time after which the balancer closes a connection; DDP pings every 15 s'),
  })
  .describe('The public load balancer');

export const network = z
  .strictObject({
    vpc: z.string().startsWith('vpc-').optional().describe('VPC; unset: the default VPC of the region'),
    subnets: z
      .array(z.string().startsWith('subnet-'))
      .min(1)
      .optional()
      .describe('Subnets in at least two zones; unset: the default subnets'),
  })
  .describe('Where machines and balancer live');
