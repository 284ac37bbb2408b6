import type * as client from '@aws-sdk/client-elastic-load-balancing-v2';
import { conditionFields } from '../../engine/elb/match-rule.ts';
import { wakeHealthLoop } from '../../engine/elb/runtime.ts';
import type { Listener, Rule } from '../../engine/elb/state.ts';
import type { Engine } from '../../engine/engine.ts';
import { AwsError } from '../error.ts';
import type { HandlerFor, Operations } from '../service.ts';
import { readActions } from './actions.ts';
import { listener as findListener, rule as findRule, rulesOf } from './find.ts';
import { page } from './page.ts';
import { readTags } from './tags.ts';
import { between, invalid } from './validation.ts';

type Elb = typeof client;

const defaultRuleArn = (listenerArn: string): string =>
  `${listenerArn.replace(':listener/', ':listener-rule/')}/0000000000000000`;

const describe = (rule: Rule): client.Rule => ({
  RuleArn: rule.arn,
  Priority: String(rule.priority),
  Conditions: rule.conditions,
  Actions: rule.actions,
  IsDefault: false,
});

const describeDefault = (listener: Listener): client.Rule => ({
  RuleArn: defaultRuleArn(listener.arn),
  Priority: 'default',
  Conditions: [],
  Actions: listener.defaultActions,
  IsDefault: true,
});

const priorityInRange = between(1, 50_000);

function checkConditions(conditions: client.RuleCondition[]): client.RuleCondition[] {
  if (conditions.length === 0) throw invalid('A rule must have at least one condition');
  for (const { Field = '' } of conditions) {
    if (!conditionFields.includes(Field)) {
      throw invalid(`Condition field '${Field}' must be one of '[${conditionFields.join(', ')}]'`);
    }
  }
  return conditions;
}

function checkFree(engine: Engine, listenerArn: string, priority: number): void {
  priorityInRange(priority, 'priority');
  if (rulesOf(engine, listenerArn).some((rule) => rule.priority === priority)) {
    throw new AwsError('PriorityInUse', `Priority '${priority}' is currently in use`);
  }
}

const create: HandlerFor<Elb, 'CreateRule'> = (input, { engine }) => {
  const listener = findListener(engine, input.ListenerArn);
  checkFree(engine, listener.arn, input.Priority);
  const rule: Rule = {
    arn: `${listener.arn.replace(':listener/', ':listener-rule/')}/${engine.id('e').slice(-16)}`,
    listenerArn: listener.arn,
    priority: input.Priority,
    conditions: checkConditions(input.Conditions),
    actions: readActions(engine, input.Actions, listener.loadBalancerArn),
    tags: readTags(input.Tags),
  };
  engine.state.elb.rules[rule.arn] = rule;
  wakeHealthLoop(engine);
  return { Rules: [describe(rule)] };
};

const describeAll: HandlerFor<Elb, 'DescribeRules'> = (input, { engine }) => {
  if (!input.ListenerArn && !input.RuleArns)
    throw invalid('You must specify either listener rule ARNs or a listener ARN');
  const ofListener = (listener: Listener) => [
    ...rulesOf(engine, listener.arn).map(describe),
    describeDefault(listener),
  ];
  const rules =
    input.RuleArns?.map((arn) => describe(findRule(engine, arn))) ??
    ofListener(findListener(engine, input.ListenerArn ?? ''));
  const { items, ...rest } = page(rules, input);
  return { Rules: items, ...rest };
};

const setPriorities: HandlerFor<Elb, 'SetRulePriorities'> = ({ RulePriorities }, { engine }) => {
  const changes = RulePriorities.map(({ RuleArn = '', Priority = 0 }) => {
    priorityInRange(Priority, 'priority');
    return { rule: findRule(engine, RuleArn), priority: Priority };
  });
  const moved = new Set(changes.map(({ rule }) => rule));
  for (const { rule, priority } of changes) {
    const others = rulesOf(engine, rule.listenerArn).filter((one) => !moved.has(one));
    const twice = changes.filter((one) => one.rule.listenerArn === rule.listenerArn && one.priority === priority);
    if (others.some((one) => one.priority === priority) || twice.length > 1) {
      throw new AwsError('PriorityInUse', `Priority '${priority}' is currently in use`);
    }
  }
  for (const { rule, priority } of changes) rule.priority = priority;
  return { Rules: changes.map(({ rule }) => describe(rule)) };
};

export const ruleOperations: Operations<Elb> = {
  CreateRule: create,
  DescribeRules: describeAll,
  SetRulePriorities: setPriorities,

  ModifyRule: (input, { engine }) => {
    const rule = findRule(engine, input.RuleArn);
    const { loadBalancerArn } = findListener(engine, rule.listenerArn);
    const actions = input.Actions && readActions(engine, input.Actions, loadBalancerArn);
    if (input.Conditions) rule.conditions = checkConditions(input.Conditions);
    if (actions) rule.actions = actions;
    wakeHealthLoop(engine);
    return { Rules: [describe(rule)] };
  },

  DeleteRule: ({ RuleArn }, { engine }) => {
    if (RuleArn.endsWith('/0000000000000000')) {
      throw new AwsError('OperationNotPermitted', `Default rule '${RuleArn}' cannot be deleted`);
    }
    delete engine.state.elb.rules[findRule(engine, RuleArn).arn];
  },
};
