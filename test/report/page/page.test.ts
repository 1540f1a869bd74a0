// The report as text: its sections, and that no text from a store can inject markup.
import { basename, join } from 'node:path';
import { describe, expect } from 'vitest';
import { viewCell } from '../../../src/grids/store/view.js';
import { reportContent } from '../../../src/report/page/content.js';
import { html, raw, scriptJson } from '../../../src/report/page/html.js';
import { reportPage } from '../../../src/report/page/page.js';
import { makeStoredRun, recordedRunsIn } from '../../support/stores.js';
import { test } from '../../temporary-folder.js';

const pageOf = async (store: string, title = 'Runs'): Promise<string> =>
  reportPage(await reportContent(await recordedRunsIn(store)), {
    title,
    stores: [store],
    tables: [],
    now: 1_700_000_000_000,
  });

describe('HTML templates', () => {
  test('escape what is put in, but not markup', () => {
    expect(html`<p title="${'"><b>'}">${'<i>'} & ${raw('<b>x</b>')}${[html`<u>${'&'}</u>`, 3, undefined]}</p>`.markup).toBe(
      '<p title="&quot;&gt;&lt;b&gt;">&lt;i&gt; & <b>x</b><u>&amp;</u>3</p>',
    );
  }); // prettier-ignore

  test('JSON cannot end its script element', () => {
    const { markup } = scriptJson({ a: '</script><!--\u2028' });
    expect(markup).not.toContain('<');
    expect(JSON.parse(markup)).toEqual({ a: '</script><!--\u2028' });
  });
});

describe('the report', () => {
  test('names its pictures by their group, whatever its signs', async ({ folder }) => {
    const model = { name: 'custom', module: '/nets/a$&$$b<c.js' };
    makeStoredRun(folder, { row: 'basic', config: { model } });
    const titles = [...(await pageOf(folder)).matchAll(/<title>(.*?)<\/title>/g)].map(([, title]) => title);
    expect(titles.length).toBeGreaterThan(3);
    for (const title of titles.slice(1)) expect(title).toMatch(/^a\$&amp;\$\$b&lt;c.*: /);
  });

  test('has every section with the numbers of its runs', async ({ folder }) => {
    for (const seed of [1, 2, 3]) makeStoredRun(folder, { row: 'basic', seed, error: 20 + seed });
    makeStoredRun(folder, { row: 'isda', config: { loss: { name: 'isda' } }, error: 19, environment: { isda: '0.1.0', device: 'cpu: EPYC', gitRevision: 'abc1234', started: 'x' } });
    makeStoredRun(folder, { row: 'isda', seed: 2, config: { loss: { name: 'isda' } }, epochs: 7, state: 'stopped' });
    makeStoredRun(folder, { row: 'lq', config: { loss: { name: 'lq' } }, epochs: 3, state: 'failed', reason: 'the loss is NaN', log: Array.from({ length: 40 }, (_, i) => `line ${i}`).join('\n') });
    const page = await pageOf(folder);
    for (const section of ['summary', 'results', 'failed', 'runs', 'configs', 'environment'])
      expect(page).toContain(`<section id="${section}">`);
    const text = page.replaceAll(/<(script|style)[\s\S]*?<\/\1>|<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
    expect(text).toContain('2023-11-14 22:13 UTC');
    expect(text).toContain('6 runs of 3 experiments: 4 done, 1 failed, 1 stopped');
    // The mean of the last ten of twenty epochs with errors e + (90 − e) (1 − i/19)^4.
    const last10 = (error: number) => error + ((90 - error) * [9, 8, 7, 6, 5, 4, 3, 2, 1, 0].reduce((sum, i) => sum + (i / 19) ** 4, 0)) / 10;
    const seeds = [21, 22, 23].map(last10);
    expect(text).toContain(`basic ${seeds[1].toFixed(2)} ± ${(seeds[1] - seeds[0]).toFixed(2)} 20.35 to 25.25 3 of 3 22.00 ± 1.00 ${seeds.map((error) => error.toFixed(2)).join(' ')}`);
    expect(text).toContain('minus basic p p (Holm) runs done best (%) seed 1');
    expect(text).toMatch(/isda 19\.84 n = 1 -1\.98 \(n = 1\) - - 1 of 2/);
    expect(text).toContain('One run (n = 1) has no interval.');
    expect(text).toContain('stopped, 7/20');
    expect(text).toContain('the loss is NaN, after 3 of 20 epochs');
    expect(text).toContain('… 10 lines before line 10 ');
    expect(text).toContain('line 39');
    expect(text).toContain('name: isda lambda0: 0.5');
    expect(text).toContain('abc1234');
    expect(text).toContain('5 of 6 runs have no environment.json');
    expect(text).toContain('isda (1 seed; seed 2 to epoch 7 of 20, thin)');
  }); // prettier-ignore

  test('draws the errors of evaluated epochs, and shows the last of them', async ({ folder }) => {
    const config = { training: { epochs: 20, evaluateEvery: 5 } };
    for (const seed of [1, 2]) makeStoredRun(folder, { row: 'basic', seed, config });
    const begun = makeStoredRun(folder, { row: 'isda', config: { ...config, loss: { name: 'isda' } }, epochs: 7, state: 'stopped' });
    const page = await pageOf(folder);
    const [, points] = /<script type="application\/json">([^<]*)</.exec(page)!;
    const epochs = (JSON.parse(points) as { points: number[][] }[]).map((curve) => curve.points.map(([epoch]) => epoch));
    expect(epochs).toEqual([[1, 5, 10, ...Array.from({ length: 10 }, (_, index) => index + 11)], [1, 5]]);
    const errorAt5 = 20 + 70 * (1 - 4 / 19) ** 4;
    expect(page.replaceAll(/<[^>]+>|\s+/g, ' ').replaceAll(/ +/g, ' ')).toContain(`test-isda-seed1 stopped 7/20 ${errorAt5.toFixed(2)} `);
    expect(await viewCell(folder, basename(begun), () => 0)).toMatchObject({ epochsDone: 7, testErrorPercent: errorAt5 });
  }); // prettier-ignore

  test('has the last epoch of a long curve under the pointer', async ({ folder }) => {
    makeStoredRun(folder, { row: 'basic', config: { training: { epochs: 402 } } });
    const [, points] = /<script type="application\/json">([^<]*)</.exec(await pageOf(folder))!;
    const [curve] = JSON.parse(points) as { points: number[][] }[];
    expect(curve.points.at(-1)).toEqual([402, 20]);
    expect(curve.points).toHaveLength(201);
  });

  test('says that curves are left out only where there are too many, not where a row has no epoch', async ({
    folder,
  }) => {
    const begun = (rate: number) =>
      makeStoredRun(folder, { row: `lq${rate}`, config: { loss: { name: 'lq', q: rate } }, error: 20 + rate });
    makeStoredRun(folder, { row: 'diverged', config: { loss: { name: 'isda' } }, epochs: 0, state: 'failed' });
    begun(0.01);
    expect(await pageOf(folder)).not.toContain('those with the lowest errors');
    for (let rate = 2; rate <= 13; rate++) begun(rate / 100);
    expect(await pageOf(folder)).toContain('12 of 13 rows: those with the lowest errors.');
  });

  test('says that groups beyond the first have neither dots nor curves', async ({ folder }) => {
    for (let group = 0; group < 41; group++)
      makeStoredRun(folder, { row: `a${group}`, config: { training: { epochs: 20 + group } } });
    const page = await pageOf(folder);
    expect(page).toContain('Dots and curves of the first 40 of 41 groups only.');
    expect(page.match(/class="picture dots"/g)).toHaveLength(40);
  });

  test('names, reasons, logs and facts with markup are text', async ({ folder }) => {
    const evil = '</pre></script><script>alert(1)</script><img src=x onerror=alert(2)>"\'';
    makeStoredRun(folder, { row: evil, environment: { [evil]: evil } });
    makeStoredRun(folder, { row: `${evil}2`, state: 'failed', reason: evil, log: evil, epochs: 2 });
    const page = await pageOf(folder, evil);
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page).not.toContain('<img');
    expect(page).not.toContain('<script>alert');
    expect(page).toMatch(/script-src 'sha256-[\w+/=]+'/);
  });

  test('a run whose config cannot be read is named, and an empty store is a page too', async ({ folder }) => {
    makeStoredRun(folder, { row: 'a' });
    const { writeFileSync, mkdirSync } = await import('node:fs');
    mkdirSync(join(folder, 'b'));
    writeFileSync(join(folder, 'b', 'config.yaml'), 'modle: 1\n');
    expect(await pageOf(folder)).toContain('left out: b, cannot use config config.yaml');
    mkdirSync(join(folder, 'empty'));
    expect(await pageOf(join(folder, 'empty'))).toContain('0 runs of 0 experiments: none');
  });

  test('the same runs at the same time make the same bytes', async ({ folder }) => {
    makeStoredRun(folder, { row: 'a' });
    expect(await pageOf(folder)).toBe(await pageOf(folder));
  });
});
