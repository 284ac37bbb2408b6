import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const usual = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * A headless Chromium; `--no-sandbox` since tests may run as root. `proxy` as in `socks5://127.0.0.1:1080`. Throws where there is
 * none: no test passes without it unseen.
 */
export async function openBrowser(proxy?: string): Promise<Browser> {
  const own = process.env['CHROME_PATH'];
  const executablePath = own ?? usual.find((file) => existsSync(file));
  if (executablePath === undefined)
    throw new Error('the tests need Chromium: install it (apt-get install chromium), or name it in CHROME_PATH');
  return await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
    ...(proxy !== undefined && { proxy: { server: proxy } }),
  });
}
