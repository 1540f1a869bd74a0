// `isda doctor`: shows what is installed, the device, and how to install what is missing.
import { IsdaError } from '../../common/errors.js';
import { asCalled } from '../as-called.js';
import type { RegisterCommand } from '../context.js';
import { example } from '../help.js';
import { examine } from '../doctor/examination.js';
import type { Finding } from '../doctor/finding.js';
import { wrapText } from '../terminal/fold.js';
import { printJson } from '../terminal/table.js';

const marks = { good: 'ok', note: '-', bad: 'MISSING' } as const;

/** The findings as aligned columns (mark, name, value), or as blocks where the terminal is narrower than 60 columns. */
export function formatFindings(findings: readonly Finding[], width: number): string {
  const markWidth = Math.max(...findings.map((finding) => marks[finding.state].length));
  const nameWidth = Math.max(...findings.map((finding) => finding.name.length));
  const narrow = width < 60;
  const indent = narrow ? 2 : markWidth + nameWidth + 4;
  return findings
    .flatMap((finding) => {
      const head = `${marks[finding.state].padEnd(markWidth)}  ${finding.name.padEnd(nameWidth)}`;
      const texts = [finding.value, ...(finding.advice === undefined ? [] : [`→ ${finding.advice}`])];
      const lines = texts
        .flatMap((text) => wrapText(text, Math.max(20, width - indent)).split('\n'))
        .map((line) => `${' '.repeat(indent)}${line}`);
      return narrow ? [head.trimEnd(), ...lines] : [`${head}  ${lines[0].slice(indent)}`, ...lines.slice(1)];
    })
    .join('\n');
}

export const registerDoctor: RegisterCommand = (program, context) => {
  program
    .command('doctor')
    .addHelpText('after', example('--json'))
    .description('show what is installed, which device is used, and how to install what is missing')
    .option('--json', 'print the findings as JSON')
    .action(async (options: { readonly json?: boolean }) => {
      const found = await examine(context.environment, context.workingDirectory);
      const findings = found.map(({ advice, ...finding }): Finding =>
        advice === undefined ? finding : { ...finding, advice: asCalled(advice, context) },
      );
      const missing = findings.filter((finding) => finding.state === 'bad').map((finding) => finding.name);
      if (options.json === true) printJson(context, { ok: missing.length === 0, findings });
      else {
        const width = context.stdout.columns ?? (Number(context.environment['COLUMNS']) || 100);
        context.stdout.write(`${formatFindings(findings, width)}\n`);
      }
      if (missing.length > 0)
        throw new IsdaError(`essential parts are missing: ${missing.join(', ')}`, { code: 'engine/unavailable' });
    });
};
