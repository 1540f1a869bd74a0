// The config section `slurm`: resources of a run on a Slurm cluster. They do not affect its numbers.
import { z } from 'zod';

/** Parses a time limit of sbatch to seconds; undefined if it is invalid, 0 if unlimited. */
export function timeLimitSeconds(text: string): number | undefined {
  if (text === 'UNLIMITED' || text === 'INFINITE') return 0;
  const form =
    /^(?:(?<days>\d+)-(?<dayHours>\d+)(?::(?<dayMinutes>\d+)(?::(?<daySeconds>\d+))?)?|(?:(?<hours>\d+):(?=\d+:))?(?<minutes>\d+)(?::(?<seconds>\d+))?)$/.exec(
      text,
    )?.groups;
  if (form === undefined) return undefined;
  const number = (name: string): number => Number(form[name] ?? 0);
  const hours = 24 * number('days') + number('dayHours') + number('hours');
  return 60 * (60 * hours + number('dayMinutes') + number('minutes')) + number('daySeconds') + number('seconds');
}

const text = z.string().regex(/^[^\s\0]+$/, { error: 'expected text without spaces' });

/** Options of sbatch by which a submission is made and its jobs are found again. */
const ownOption = /^(?:--(?:array|clusters|job-name|open-mode|output|parsable|test-only|wait|wrap)(?:=|$)|-[JMWao])/;

/** `slurm`: the resources that `--executor slurm` requests for a run; default: those of the cluster. */
export const slurmOptions = z
  .strictObject({
    partition: text.optional().describe('sbatch --partition'),
    account: text.optional().describe('sbatch --account'),
    qos: text.optional().describe('sbatch --qos'),
    constraint: text.optional().describe('sbatch --constraint'),
    time: z
      .union([
        z.int().min(1),
        z.string().refine((value) => timeLimitSeconds(value) !== undefined, {
          error: 'expected minutes, H:MM:SS, D-H or D-HH:MM:SS',
        }),
      ])
      .optional()
      .describe('time limit in minutes, or as 12:00:00; a run that needs more is requeued and resumes'),
    cpus: z
      .int()
      .min(1)
      .optional()
      .describe("cores per run, and number of TensorFlow's threads (sbatch --cpus-per-task)"),
    memory: z
      .union([z.int().min(0), z.string().regex(/^\d+[KMGT]?$/, { error: 'expected a size such as 16G' })])
      .optional()
      .describe('memory per run, in MiB or as 16G (sbatch --mem)'),
    gpus: z
      .union([
        z.int().min(0),
        z.string().regex(/^[A-Za-z0-9_.-]+(:\d+)?$/, { error: 'expected a kind such as a100:1' }),
      ])
      .optional()
      .describe('GPUs per run: a number, or a type as in a100:1 (sbatch --gres=gpu:…)'),
    signalSeconds: z
      .int()
      .min(1)
      .max(65_535)
      .default(300)
      .describe('seconds before the time limit at which a run writes a checkpoint and is requeued'),
    before: z.array(z.string().min(1)).default([]).describe('shell lines to run first, such as module load cuda'),
    extra: z
      .array(
        z
          .string()
          .startsWith('-')
          .refine((option) => !ownOption.test(option), {
            error: 'expected an option that isda does not set itself: name, array, output, cluster, --wait',
          }),
      )
      .default([])
      .describe('further options of sbatch, such as --exclude=node7'),
  })
  .superRefine(({ time, signalSeconds }, context) => {
    const limit = time === undefined ? 0 : (timeLimitSeconds(String(time)) ?? 0);
    // Slurm may signal up to a minute early; the run would then stop as soon as it starts.
    if (limit === 0 || limit > signalSeconds + 60) return;
    const message = `expected more than slurm.signalSeconds (${signalSeconds} s) plus one minute`;
    context.addIssue({ code: 'custom', path: ['time'], message });
  });
export type SlurmOptions = z.output<typeof slurmOptions>;
