// The report in a real browser: no errors, no requests, no overlap, no overflow, and the pointer shows error values.
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { reportContent } from '../../../src/report/page/content.js';
import { reportPage } from '../../../src/report/page/page.js';
import { findChromium, openBrowser } from '../../support/browser.js';
import { makeStoredRun, recordedRunsIn } from '../../support/stores.js';

const chromium = findChromium();
if (chromium === undefined) {
  console.warn('skipped: the report in a browser; install chromium or name one with ISDA_TEST_CHROMIUM');
}

const evil = '<script>document.title="broken"</script>';

async function makeReport(folder: string): Promise<string> {
  const store = join(folder, 'store');
  const losses = ['cross-entropy', 'isda', 'focal', 'lq', 'center', 'large-margin', 'disturb-label'];
  for (const [index, name] of losses.entries())
    for (const seed of [1, 2, 3])
      makeStoredRun(store, { row: name, seed, config: { loss: { name } }, error: 20 + index + seed / 5 });
  const long = 'a-row-with-a-name-that-is-much-longer-than-anything-a-sensible-person-would-write-on-a-narrow-page';
  makeStoredRun(store, { row: long, config: { loss: { name: 'isda', lambda0: 2 } } });
  makeStoredRun(store, {
    row: evil,
    config: { loss: { name: 'isda', lambda0: 3 } },
    epochs: 9,
    state: 'failed',
    reason: 'x'.repeat(300),
    log: `${evil}\n${'long '.repeat(200)}`,
    environment: { host: 'h'.repeat(200) },
  });
  const page = reportPage(await reportContent(await recordedRunsIn(store)), {
    title: 'T',
    stores: [store],
    tables: [],
    now: 0,
  });
  const path = join(folder, 'report.html');
  writeFileSync(path, page);
  return path;
}

interface WindowOptions {
  readonly width: number;
  readonly colorScheme?: 'light' | 'dark';
}

interface Opened {
  readonly path: string;
  readonly browser: Awaited<ReturnType<typeof openBrowser>>;
}

/** Opens the report in a new page; `complaints` collects its errors and requests. */
async function open({ browser, path }: Opened, { width, colorScheme = 'light' }: WindowOptions) {
  const page = await browser.context.newPage();
  onTestFinished(() => page.close());
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme });
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (request.url() !== `file://${path}`) complaints.push(`request: ${request.url()}`);
  });
  page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
  await page.goto(`file://${path}`);
  return { page, complaints };
}

/** Pairs of visible texts in the figures that overlap by more than a pixel. */
const overlaps = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll('svg[role=img]')].flatMap((svg) => {
      const texts = [...svg.querySelectorAll('text')].map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }));
      const seen = texts.filter(({ box }) => box.width > 0);
      return seen.flatMap((a, index) =>
        seen.slice(index + 1).flatMap((b) => {
          const x = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
          const y = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
          // The boxes of adjacent lines touch, their letters do not.
          return x > 1 && y > 3 ? [`${a.text} / ${b.text}`] : [];
        }),
      );
    }),
  ); // prettier-ignore

/** Texts in the figures that extend beyond their picture. */
const outside = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll('svg[role=img]')].flatMap((svg) => {
      const context = svg.getBoundingClientRect();
      return [...svg.querySelectorAll('text')]
        .filter((text) => {
          const box = text.getBoundingClientRect();
          return box.width > 0 && (box.left < context.left - 1 || box.right > context.right + 1 || box.bottom > context.bottom + 1);
        })
        .map((text) => text.textContent);
    }),
  ); // prettier-ignore

describe.skipIf(chromium === undefined)('the report in Chromium', () => {
  /** What undoes the set-up, as far as it came. */
  const cleanUps: (() => Promise<void>)[] = [];
  let opened: Opened;
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'isda-test-'));
    cleanUps.push(() => rm(folder, { recursive: true, force: true }));
    const path = await makeReport(folder);
    const browser = await openBrowser(chromium!);
    cleanUps.push(browser.close);
    opened = { path, browser };
  });
  afterAll(async () => {
    for (const end of cleanUps.reverse()) await end();
  });

  for (const width of [400, 1400])
    for (const colorScheme of ['light', 'dark'] as const)
      it(`${width} pixels wide, ${colorScheme}`, async () => {
        const { page, complaints } = await open(opened, { width, colorScheme });
        await page.evaluate(() => document.querySelectorAll('details').forEach((folded) => (folded.open = true)));
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
        expect(await overlaps(page)).toEqual([]);
        expect(await outside(page)).toEqual([]);
        // The mean is visible without scrolling.
        const last10 = (await page.locator('#results td.number').first().boundingBox())!;
        expect(last10.x + last10.width).toBeLessThanOrEqual(width);
        expect(await page.title()).toBe('T');
        const sections = await page.locator('section h2').allTextContents();
        expect(sections).toEqual(['Summary', 'Results', 'Failed runs', 'Runs', 'Configs', 'Environment']);
        const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        expect(ground).toBe(colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(22, 24, 28)');
        // Lines have a colour: the variables of the palette are defined.
        const strokes = await page
          .locator('svg[role=img] path:visible')
          .evaluateAll((paths) => paths.map((line) => getComputedStyle(line).stroke));
        expect(new Set(strokes).size).toBeGreaterThan(5);
        expect(complaints).toEqual([]);
      });

  it('the pointer shows the errors of its epoch, and print unfolds', async () => {
    const { page, complaints } = await open(opened, { width: 1400 });
    const chart = page.locator('.chart .wide svg[role=img]').first();
    await chart.scrollIntoViewIfNeeded();
    const box = (await chart.boundingBox())!;
    const frame = (await chart.locator('.panel').getAttribute('data-frame'))!.split(' ').map(Number);
    const scale = box.width / Number(await chart.getAttribute('width'));
    await page.mouse.move(box.x + (frame[0] + frame[2] * 0.999) * scale, box.y + frame[1] * scale + 40);
    const tip = page.locator('.tip').first();
    await tip.waitFor({ state: 'visible' });
    const text = await tip.innerText();
    expect(text).toContain('epoch 20');
    // Mean of 20.2, 20.4 and 20.6 at the last epoch.
    expect(text.replaceAll('\n', ' ')).toContain('cross-entropy (3 seeds) 20.40 %');
    await page.mouse.move(2, 2);
    await tip.waitFor({ state: 'hidden' });
    await page.pdf();
    expect(await page.evaluate(() => [...document.querySelectorAll('details')].every((folded) => folded.open))).toBe(
      true,
    );
    expect(complaints).toEqual([]);
  });
});
