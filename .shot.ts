import { findChromium, withBrowser } from './test/support/browser.js';
const [page, prefix] = process.argv.slice(2);
for (const [width, colorScheme] of [[400, 'light'], [1400, 'dark'], [1400, 'light'], [400, 'dark']] as const) {
  await withBrowser(findChromium()!, { width, colorScheme }, async (b) => {
    const p = await b.newPage();
    p.on('console', (m) => console.log(m.type(), m.text()));
    p.on('pageerror', (e) => console.log('pageerror', e.message));
    p.on('request', (r) => { if (!r.url().startsWith('file:')) console.log('request', r.url()); });
    await p.goto(`file://${page}`);
    if (width === 1400) { const box = (await p.locator('.wide svg[role=img]').first().boundingBox())!; await p.mouse.move(box.x + box.width * 0.6, box.y + 200); }
    console.log(width, await p.evaluate(() => [document.documentElement.scrollWidth, innerWidth]));
    await p.screenshot({ path: `${prefix}-${width}-${colorScheme}.png`, fullPage: true });
  });
}
