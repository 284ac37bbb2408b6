import { styleText } from 'node:util';

type Style = 'red' | 'green' | 'yellow' | 'cyan' | 'dim' | 'bold';

/** Colours a text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

/** Whether colours are wanted is decided once (NO_COLOR, --no-color, no TTY), not here. */
export const painter = (isColored: boolean): Paint =>
  isColored ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text;
