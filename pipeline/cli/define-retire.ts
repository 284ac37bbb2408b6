import { type Command, InvalidArgumentError, Option } from 'commander';
import { command, targetOptions, type Shared } from './define-command.ts';
import { helpTexts } from './help.ts';

/** `redeploy cutover` and `redeploy retire …`. */
export function defineRetire(program: Command, shared: Shared): void {
  const move = () => [
    new Option('--weight <percent>', 'move exactly this share of the visitors, and stop there').argParser(percent),
    new Option('--back', 'lead the name to the old load balancer again'),
    ...targetOptions(),
  ];
  command(program, 'cutover', shared, [['move the public name to the new load balancer'], ...move()]);
  const retire = program.command('retire').description('take the old single-instance load balancer out of service');
  retire.helpCommand(false).addHelpText('after', helpTexts.retire);
  const one = (name: RetireName, summary: string, ...options: Option[]) =>
    command(retire, `retire ${name}`, shared, [[summary], ...options, ...targetOptions()]);
  const confirm = () => new Option('--confirm <name>', 'its name, instead of typing it when asked');
  one('plan', 'compare old and new, and find who else uses the old machine');
  one('status', 'show how far it has come');
  command(retire, 'retire shift', shared, [['move the public name: the same as redeploy cutover'], ...move()]);
  one(
    'forward',
    'let the old machine send who still comes to the new load balancer',
    new Option('--show', 'only print the configuration'),
  );
  one(
    'watch',
    'watch who still comes, until nobody does',
    new Option('--once', 'look once, as a scheduled job does, and end'),
  );
  one('stop', 'stop the old machine');
  one('snapshot', 'make an image of it');
  one('terminate', 'terminate it, for ever', confirm());
  one('release-ip', 'release its address, for ever, and remove what is left', confirm());
  one('back', 'take the last step back');
}

type RetireName = 'plan' | 'status' | 'forward' | 'watch' | 'stop' | 'snapshot' | 'terminate' | 'release-ip' | 'back';

function percent(text: string): number {
  if (!/^\d{1,3}$/.test(text) || Number(text) > 100) throw new InvalidArgumentError('It is a number from 0 to 100.');
  return Number(text);
}
