// The sections of the report.
import { counted, formatDuration, twoDecimals } from '../../common/format.js';
import { cellStates } from '../../grids/store/cell.js';
import { formatInterval, formatSpread, meanIntervalNote } from '../../common/statistics/texts.js';
import { comparisonTexts, comparisonTitles, outcomeNotes } from '../../grids/outcome-table.js';
import { groupChart, groupDots } from './charts.js';
import type { ReportContent } from './content.js';
import type { ExperimentOutcome, GroupOutcomes } from '../runs/outcomes.js';
import { html, raw, type Markup } from './html.js';
import { isEvaluated } from '../../records/metrics-columns.js';
import { tableHtml } from '../tables/html.js';
import type { ReportTable } from '../tables/table.js';

/** The paper's tables with measured beside printed numbers; undefined if no run has a number of one. */
export function tablesSection(tables: readonly ReportTable[]): Markup | undefined {
  if (tables.length === 0) return undefined;
  return html`<section id="tables">
    <h2>Tables of the paper</h2>
    ${tables.map((table) => raw(tableHtml(table)))}
  </section>`;
}

/** The maximum number of seeds that have their own columns. */
const maxSeedColumns = 6;
/** The maximum number of groups whose dots and curves are drawn. */
const maxCharts = 40;

export function summarySection({ runs, unreadable, groups }: ReportContent, stores: readonly string[]): Markup {
  const states = cellStates.flatMap((state) => {
    const count = runs.filter((run) => run.state === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  const seconds = runs.reduce((sum, { rows }) => sum + rows.reduce((total, row) => total + row.seconds, 0), 0);
  const experiments = groups.reduce((sum, { outcomes }) => sum + outcomes.length, 0);
  return html`<section id="summary">
    <h2>Summary</h2>
    <ul>
      <li>${counted(runs.length, 'run')} of ${counted(experiments, 'experiment')}: ${states.join(', ') || 'none'}</li>
      <li>${formatDuration(seconds)} of training and evaluation in total</li>
      <li>read from ${stores.join(', ')}</li>
      ${unreadable.map(({ name, reason }) => html`<li class="failed">left out: ${name}, ${reason}</li>`)}
    </ul>
  </section>`;
}

function outcomeRow(outcome: ExperimentOutcome, compared: boolean, seeds: readonly number[]): Markup {
  const { experiment, bySeed, last10, interval, best } = outcome;
  const runOf = (seed: number) => experiment.runs.find(({ config }) => config.training.seed === seed);
  const cell = (seed: number): string => {
    const run = runOf(seed);
    const error = bySeed.get(seed);
    if (error !== undefined) return twoDecimals(error);
    return run === undefined ? '–' : `${run.state}, ${run.rows.length}/${run.config.training.epochs}`;
  };
  return html`<tr>
    <td class="name">${experiment.name}</td>
    <td class="number">${formatSpread(last10)}</td>
    <td class="number">${formatInterval(interval, bySeed.size)}</td>
    ${compared ? comparisonTexts(outcome).map((text) => html`<td class="number">${text}</td>`) : undefined}
    <td class="number">${bySeed.size} of ${experiment.runs.length}</td>
    <td class="number">${formatSpread(best)}</td>
    ${seeds.map((seed) => html`<td class="number">${cell(seed)}</td>`)}
  </tr> `;
}

function groupResults({ group, outcomes }: GroupOutcomes, pictures: readonly (Markup | undefined)[]): Markup {
  const all = outcomes.flatMap(({ experiment }) => experiment.runs.map(({ config }) => config.training.seed));
  const seeds = [...new Set(all)].sort((a, b) => a - b);
  const columns = seeds.length > maxSeedColumns ? [] : seeds;
  const titles = comparisonTitles(outcomes);
  return html`<h3>${group.title}</h3>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>row</th>
            <th class="number">last 10 (%)</th>
            <th class="number">95 %</th>
            ${titles.map((title) => html`<th class="number">${title}</th>`)}
            <th class="number">runs done</th>
            <th class="number">best (%)</th>
            ${columns.map((seed) => html`<th class="number">seed ${seed}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${outcomes.map((outcome) => outcomeRow(outcome, titles.length > 0, columns))}
        </tbody>
      </table>
    </div>
    ${outcomeNotes(outcomes)
      .slice(1)
      .map((note) => html`<p class="soft">${note}</p> `)}
    ${pictures}`;
}

export function resultsSection({ groups }: ReportContent): Markup {
  const note =
    groups.length > maxCharts ? `Dots and curves of the first ${maxCharts} of ${groups.length} groups only.` : '';
  return html`<section id="results">
    <h2>Results</h2>
    <p class="soft">
      Test error in percent, on held-out images if the title mentions them: the mean of the last ten epochs of each
      seed; over the complete runs, the mean ± sample standard deviation of this value and of the best epoch.
      ${meanIntervalNote} ${note}
    </p>
    ${groups.map((group, index) => groupResults(group, index < maxCharts ? [groupDots(group), groupChart(group)] : []))}
  </section>`;
}

export function failedSection({ failed }: ReportContent): Markup | undefined {
  if (failed.length === 0) return undefined;
  return html`<section id="failed">
    <h2>Failed runs</h2>
    ${failed.map(
      ({ run, logs }) =>
        html`<h3>${run.name}</h3>
          <p class="failed">
            ${run.reason ?? 'no reason given'}, after ${run.rows.length} of ${run.config.training.epochs} epochs
          </p>
          ${logs.map(
            ({ path, before, lines }) =>
              html`<details>
                <summary>${path}</summary>
                <pre>
${before > 0 ? `… ${before} lines before\n` : ''}${lines.map((line) => (line.length > 500 ? `${line.slice(0, 500)}…` : line)).join('\n')}</pre>
              </details> `,
          )}`,
    )}
  </section>`;
}

export function runsSection({ runs }: ReportContent): Markup {
  const rows = runs.map((run) => {
    const evaluated = run.rows.findLast(isEvaluated);
    const seconds = run.rows.reduce((sum, row) => sum + row.seconds, 0);
    const error = evaluated === undefined ? '–' : twoDecimals(evaluated.testError);
    const state = run.state === 'failed' ? html`<td class="failed">failed</td>` : html`<td>${run.state}</td>`;
    return html`<tr>
      <td class="name">${run.name}</td>
      ${state}
      <td class="number">${run.rows.length}/${run.config.training.epochs}</td>
      <td class="number">${error}</td>
      <td class="number">${formatDuration(seconds)}</td>
      <td class="words">${run.reason}</td>
    </tr> `;
  });
  return html`<section id="runs">
    <h2>Runs</h2>
    <details>
      <summary>${counted(runs.length, 'run')}</summary>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th>run</th>
              <th>state</th>
              <th class="number">epochs</th>
              <th class="number">last error (%)</th>
              <th class="number">time</th>
              <th>reason</th>
            </tr>
          </thead>
          <tbody>
            ${rows}
          </tbody>
        </table>
      </div>
    </details>
  </section>`;
}

export function configsSection({ configs }: ReportContent): Markup {
  return html`<section id="configs">
    <h2>Configs</h2>
    <p class="soft">
      One config per experiment, with every default filled in; the runs of an experiment differ only in the seed.
    </p>
    ${configs.map(
      ({ name, yaml }) =>
        html`<details>
          <summary>${name}</summary>
          <pre>${yaml}</pre>
        </details> `,
    )}
  </section>`;
}

export function environmentSection({ environments, runs }: ReportContent): Markup {
  const known = environments.reduce((sum, share) => sum + share.runs, 0);
  const keys = [...new Set(environments.flatMap(({ facts }) => Object.keys(facts)))];
  const table = html`<div class="scroll">
    <table>
      <tbody>
        ${[
          html`<tr>
            <th>runs</th>
            ${environments.map((share) => html`<td>${share.runs}</td>`)}
          </tr> `,
          ...keys.map(
            (key) =>
              html`<tr>
                <th>${key}</th>
                ${environments.map(({ facts }) => html`<td class="words">${facts[key] ?? '–'}</td>`)}
              </tr> `,
          ),
        ]}
      </tbody>
    </table>
  </div>`;
  return html`<section id="environment">
    <h2>Environment</h2>
    ${known < runs.length ? html`<p class="soft">${runs.length - known} of ${runs.length} runs have no environment.json.</p>` : undefined}
    ${known > 0 ? table : undefined}
  </section>`;
}
