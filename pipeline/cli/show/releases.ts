import type { ListedRelease } from '../../commands/releases.ts';
import type { Paint } from '../../edge/terminal/paint.ts';
import { tableLines } from '../../edge/terminal/table.ts';
import type { Shown } from '../shown.ts';
import { dateText, whoText } from './moment.ts';

const header = ['release', 'when', 'who', 'revision', 'image', 'AMI', 'settings', ''];

/** `redeploy releases`. */
export const showReleases = (found: { live: string | undefined; releases: ListedRelease[] }): Shown => ({
  document: found,
  lines: (paint) =>
    found.releases.length === 0
      ? ['no releases yet: `redeploy deploy` makes the first']
      : tableLines([header.map((text) => paint('dim', text)), ...found.releases.map((release) => row(release, paint))]),
});

const row = (release: ListedRelease, paint: Paint): string[] => [
  release.name,
  release.createdAt ? dateText(release.createdAt) : '',
  whoText(release.createdBy),
  shortRevision(release.revision),
  release.image.replace('sha256:', '').slice(0, 12),
  release.ami,
  release.settingsVersion.slice(0, 8),
  markText(release.mark, paint),
];

/** The first characters of the hash; that it was dirty stays visible. */
const shortRevision = (revision = ''): string =>
  `${revision.slice(0, 10)}${revision.endsWith('-dirty') ? '-dirty' : ''}`;

function markText(mark: ListedRelease['mark'], paint: Paint): string {
  if (mark === undefined) return '';
  const style = { live: 'green', moving: 'cyan', failed: 'red' } as const;
  return paint(style[mark], mark);
}
