// A progress bar whose timer does not keep the process running.
import { SingleBar, type Options, type Preset } from 'cli-progress';

/**
 * A bar of cli-progress. With a timer that keeps the process going, a promise of a user's file that nothing can settle
 * would be waited for without end (`src/common/unsettled.ts`).
 */
export function createBar(options: Options, preset?: Preset): SingleBar {
  const bar = new SingleBar(options, preset);
  const draw = bar.render.bind(bar);
  bar.render = () => {
    draw();
    (bar as unknown as { readonly timer?: NodeJS.Timeout | null }).timer?.unref();
  };
  return bar;
}
