import { outcomes, type Outcome } from '../../pipeline/core/mup/rule.ts';
import { rules } from '../../pipeline/core/mup/rules.ts';

const meanings: Record<Outcome, string> = {
  carried: 'It stands in our files as it stood in mup.js.',
  mapped: 'It stands in our files under another name, or holds without being said.',
  dropped: 'It has no use any more.',
  'needs you': 'Nothing can take its place without you; until then it has no effect.',
};

/** The text of docs/from-mup.md: every key of mup.js, from the rules that convert it. */
export const mupReference = (): string => `# From mup

\`\`\`
cd my-app
redeploy init --from-mup .deploy/mup.js
\`\`\`

evaluates your \`mup.js\`, says for each of its keys what becomes of it, and writes

| file | from |
| --- | --- |
| \`redeploy.json\` | mup.js; it may go into git |
| \`settings/<environment>.json\` | \`settings.json\` beside mup.js (or \`--settings FILE\`), byte for byte |
| \`settings/<environment>.env\` | \`app.env\`; readable by you alone, and added to \`.gitignore\` |
| \`settings/<environment>.mobile.json\` | \`app.buildOptions.mobileSettings\`, if there are any |

into the directory that \`app.path\` names (\`--app-dir\` names another). Passwords and values of variables
(but ROOT_URL, PORT and HTTP_FORWARDED_COUNT) are never printed.

* **One mup.js, one environment.** Its name comes from the file or its directory (\`mup.staging.js\`, \`staging/mup.js\`), or from \`-e\`;
  otherwise it is \`production\`. Convert a second mup.js of the same app, and its environment is added to \`redeploy.json\`,
  with a region of its own if you name one; the app keeps the name that it has there, whatever \`app.name\` says.
* **Nothing is overwritten.** A file that says something else is kept, and you are told where it differs. Running it twice changes nothing.
* **mup.js is evaluated, as mup does it**: with \`require\`, relative to the file, with your environment variables, before mup adds to it. An exported
  (async) function is called; an ES module works, too. It runs in a process of its own, for at most 10 s, without network and without starting
  other programs: code that needs them fails, and you put the value there by hand. That keeps the conversion free of side effects; it is no
  prison for hostile code, which \`mup\` would run as well.
* **Some values fit no \`.env\` file**: those with all three quotes and a \`#\` or a line break, and the like. They are listed under *needs you*.
* **Keys that mup does not know** are listed, too, and dropped, as mup does. Keys of plugins need you.
* \`--json\` prints it all as one document.

## What happens to each key

The old name \`meteor\` is read where \`app\` is missing. \`*\` is any name, \`[]\` each element of a list. The table that the command prints says
what holds for your very value.

${outcomes.map(section).join('\n')}`;

const section = (outcome: Outcome): string =>
  [
    `### ${outcome}`,
    '',
    meanings[outcome],
    '',
    '| key | |',
    '| --- | --- |',
    ...rules
      .filter((rule) => rule.outcome === outcome)
      .map(({ key, why, isUnknownToMup }) => {
        const name = key.replaceAll('.[]', '[]');
        return `| \`${name}\`${isUnknownToMup ? ' (`mup validate` does not know it)' : ''} | ${why} |`;
      }),
    '',
  ].join('\n');
