import type { AppLine } from '../../stages/app-lines.ts';
import { dateText } from './moment.ts';

/** `2026-01-31 10:00:07 v41 i-0abc… what the app said`, in local time. */
export const lineText = ({ at, release, machine, line }: AppLine): string =>
  `${dateText(at)}:${String(at.getSeconds()).padStart(2, '0')} ${release} ${machine}  ${line}`;
