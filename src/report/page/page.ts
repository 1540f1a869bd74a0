// The report of a store as one self-contained HTML page.
import { createHash } from 'node:crypto';
import { tableStyles } from '../tables/html.js';
import type { ReportTable } from '../tables/table.js';
import type { ReportContent } from './content.js';
import { html, raw, type Markup } from './html.js';
import { pageScript } from './script.js';
import {
  configsSection,
  environmentSection,
  failedSection,
  resultsSection,
  runsSection,
  summarySection,
  tablesSection,
} from './sections.js';
import { pageStyle } from './style.js';

interface PageOptions {
  readonly title: string;
  /** The folders that were read, as shown on the page. */
  readonly stores: readonly string[];
  /** Tables of the paper for which the runs have numbers. */
  readonly tables: readonly ReportTable[];
  /** When the page is made, milliseconds since the epoch. */
  readonly now: number;
}

const navigation: Readonly<Record<string, string>> = {
  summary: 'Summary',
  tables: 'Tables',
  results: 'Results',
  failed: 'Failed runs',
  runs: 'Runs',
  configs: 'Configs',
  environment: 'Environment',
};

/**
 * Returns the page. Its content security policy allows its own script by hash and forbids loading anything, so that
 * names of runs cannot inject code.
 */
export function reportPage(content: ReportContent, { title, stores, tables, now }: PageOptions): string {
  const sections: readonly (readonly [id: string, section: Markup | undefined])[] = [
    ['summary', summarySection(content, stores)],
    ['tables', tablesSection(tables)],
    ['results', resultsSection(content)],
    ['failed', failedSection(content)],
    ['runs', runsSection(content)],
    ['configs', configsSection(content)],
    ['environment', environmentSection(content)],
  ];
  const there = sections.filter(([, section]) => section !== undefined);
  const hash = createHash('sha256').update(pageScript).digest('base64');
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`;
  const date = new Date(now).toISOString();
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <title>${title}</title>
        <style>
          ${raw(pageStyle + tableStyles)}
        </style>
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          <p class="soft">Made by isda on <time datetime="${date}">${date.slice(0, 16).replace('T', ' ')} UTC</time></p>
          <nav>${there.map(([id]) => html`<a href="#${id}">${navigation[id]}</a> `)}</nav>
        </header>
        <main>${there.map(([, section]) => section)}</main>
        ${raw(`<script>${pageScript}</script>`)}
      </body>
    </html> `.markup;
}
