import * as iam from '@aws-sdk/client-iam';

/** Words of AWS's that its command line writes in another way than its API. */
const spelled: Record<string, string> = {
  OpenIdConnectProvider: 'OpenIDConnectProvider',
  ClientIdList: 'ClientIDList',
};

const pascal = (kebab: string): string => {
  const name = kebab.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
  return Object.entries(spelled).reduce((text, [from, to]) => text.replace(from, to), name);
};

/**
 * Types what `redeploy iam` prints, as a shell and the AWS command line would carry it out: `aws iam …`, where `$(redeploy iam
 * NAME)` stands for that document. Throws at a line that it does not understand. `NAME` is the user's name.
 */
export async function followIamSetup(
  client: iam.IAMClient,
  lines: readonly string[],
  { user, documentOf }: { user: string; documentOf: (name: string) => Promise<object> },
): Promise<void> {
  for (const line of lines.filter((one) => one !== '' && !one.startsWith('#'))) {
    const [, operation = '', options = ''] = /^aws iam ([a-z-]+) (.+)$/.exec(line) ?? [];
    const input: Record<string, unknown> = {};
    for (const [, option = '', value = ''] of options.matchAll(/--([a-z-]+) ("\$\([^"]+\)"|\S+)/g)) {
      const document = /^"\$\(redeploy iam ([\w-]+)[^"]*\)"$/.exec(value)?.[1];
      const text = document === undefined ? value.replace(/^NAME$/, user) : JSON.stringify(await documentOf(document));
      input[pascal(option)] = option.endsWith('-list') ? [text] : text;
    }
    type Command = new (input: object) => Parameters<iam.IAMClient['send']>[0];
    const Make = (iam as unknown as Record<string, Command>)[`${pascal(operation)}Command`];
    if (!Make) throw new Error(`the AWS command line knows no: ${line}`);
    await client.send(new Make(input));
  }
}
