import { safeName } from '../names.ts';
import { strangeness, type Raw } from '../raw.ts';
import { carried, dropped, mapped, needsYou, type Found, type Rule, type Verdict } from '../rule.ts';

const unused = 'mup itself never used it';

/** The app and how it is built. */
export const appRules: Rule[] = [
  ...mapped(
    [
      'app.name',
      'string',
      'app, written as AWS takes it: lowercase letters, digits and hyphens, at most 20',
      {
        judge: ({ text }) => {
          const safe = safeName(text);
          if (safe === '')
            return { outcome: 'needs you', why: `AWS takes no letter of it; choose app in redeploy.json` };
          return safe === text ? { outcome: 'carried', why: 'app' } : { why: `app "${safe}": what AWS takes of it` };
        },
      },
    ],
    ['app.path', 'string', 'redeploy.json lives in that directory'],
    [
      'app.deployCheckWaitTime',
      'number',
      'health.startSeconds: as long, and 75 s more for the machine itself to start; at least 135',
      {
        judge: ({ value }) => {
          // mup reads 0 as its default, 60.
          const startSeconds = Math.min(3600, 75 + (Number(value) || 60));
          if (startSeconds <= 135)
            return { why: 'health.startSeconds is 135 already, of which a machine takes up to 75' };
          return {
            why: `health.startSeconds ${startSeconds}: 75 of it for the machine`,
            set: { 'health.startSeconds': startSeconds },
          };
        },
      },
    ],
    [
      'app.buildOptions.mobileSettings',
      'object',
      'settings/<environment>.mobile.json, which build.mobileSettings names',
      {
        judge: ({ value, environment }) => ({
          files: { 'mobile.json': `${JSON.stringify(plain(value), undefined, 2)}\n` },
          set: { 'build.mobileSettings': `settings/${environment}.mobile.json` },
        }),
      },
    ],
    [
      'app.buildOptions.allowIncompatibleUpdates',
      'boolean',
      'build.allowIncompatibleUpdate; mup never passed it on',
      { judge: ({ value }) => ({ set: { 'build.allowIncompatibleUpdate': value } }) },
    ],
    [
      'app.buildOptions.allowIncompatibleUpdate',
      'boolean',
      'build.allowIncompatibleUpdate',
      { isUnknownToMup: true, judge: ({ value }) => ({ set: { 'build.allowIncompatibleUpdate': value } }) },
    ],
  ),
  ...carried(
    ['app.buildOptions.serverOnly', 'boolean', 'build.serverOnly', { judge: same('build.serverOnly') }],
    [
      'app.buildOptions.debug',
      'boolean',
      'build.debug',
      {
        judge: ({ value }) => ({
          set: { 'build.debug': value },
          why: value === true ? 'build.debug: not minified, which is slow for visitors' : 'build.debug',
        }),
      },
    ],
    [
      'app.buildOptions.server',
      'string',
      'build.server',
      {
        judge: ({ text }) =>
          URL.canParse(text)
            ? { set: { 'build.server': text } }
            : { outcome: 'needs you', why: 'build.server must be a URL, with http:// or https://' },
      },
    ],
    ['app.buildOptions.executable', 'string', 'build.executable', { judge: same('build.executable') }],
  ),
  ...dropped(
    [
      'app.type',
      'string',
      'every app is a Meteor app',
      {
        judge: ({ value }) =>
          value === 'meteor'
            ? {}
            : { outcome: 'needs you', why: 'the app is deployed by a plugin of mup, whose keys are not known here' },
      },
    ],
    ['app.port', 'number', unused],
    ['app.deployCheckPort', 'number', unused],
    ['app.enableUploadProgressBar', 'boolean', 'progress always shows'],
    ['app.buildOptions.cleanAfterBuild', 'boolean', unused],
    ['app.buildOptions.buildLocation', 'string', 'bundles have a directory of their own, in the cache'],
    ['app.buildOptions.cleanBuildLocation', 'boolean', 'every build is a clean one'],
  ),
  ...needsYou([
    'app.volumes.*',
    'any',
    'machines are replaced, their disks with them: keep uploads in S3 (or GridFS), other state in a database',
  ]),
];

function same(key: string) {
  return ({ value }: Found): Partial<Verdict> => ({ set: { [key]: value } });
}

/** Data as JSON takes it; what is none becomes null, as in mup. */
function plain(value: Raw): unknown {
  if (strangeness(value) !== undefined) return null;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, part]) =>
      strangeness(part as Raw) === undefined ? [[key, plain(part as Raw)]] : [],
    ),
  );
}
