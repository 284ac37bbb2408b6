import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const browsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
/** Undefined where there is none: then tests do without. */
export const chromiumPath = browsers.find((file) => existsSync(file));

/** A headless Chromium; `--no-sandbox` since tests may run as root. `proxy` as in `socks5://127.0.0.1:1080`. */
export const openBrowser = (executablePath: string, proxy?: string): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
    ...(proxy !== undefined && { proxy: { server: proxy } }),
  });
