/** What `redeploy iam` can print, and the templates that it is made of. */
export const policyTemplates = {
  deployer: ['viewer', 'deployer-fleet', 'deployer-content'],
  'deployer-fleet': ['deployer-fleet'],
  'deployer-content': ['deployer-content'],
  retire: ['retire'],
  viewer: ['viewer'],
  boundary: ['builder', 'instance'],
  builder: ['builder'],
  instance: ['instance'],
  github: ['github'],
  'github-plan': ['github-plan'],
} as const;

export type PolicyName = keyof typeof policyTemplates;
export const policyNames = Object.keys(policyTemplates) as PolicyName[];
