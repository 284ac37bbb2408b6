import type { Aws } from '../../core/context.ts';

/** IAM's prefixes, where they differ from what the client calls itself. */
const prefixes: Record<string, string> = {
  autoscaling: 'autoscaling',
  cloudwatchlogs: 'logs',
  elasticloadbalancingv2: 'elasticloadbalancing',
};

const actions = new WeakMap<object, string>();

/** Notes which call each error came from: most AWS errors do not say, and EC2's refusals do not even name the action. */
export function rememberAction(client: Aws[keyof Aws]): void {
  // The clients' stacks differ in their input types alone, which this does not look at.
  const { middlewareStack } = client as Aws['sts'];
  middlewareStack.add(
    (next, context) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (typeof error === 'object' && error !== null) actions.set(error, actionOf(context));
        throw error;
      }
    },
    { step: 'initialize', name: 'rememberAction', priority: 'high' },
  );
}

/** `ec2:RunInstances`, for an error that an AWS call threw; undefined for any other. */
export const actionBehind = (error: object): string | undefined => actions.get(error);

function actionOf(context: { clientName?: string; commandName?: string }): string {
  const service = (context.clientName ?? '').replace(/Client$/, '').toLowerCase();
  return `${prefixes[service] ?? service}:${(context.commandName ?? '').replace(/Command$/, '')}`;
}
