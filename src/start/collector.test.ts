import { expect, it } from 'vitest';
import { releaseWhenIdle } from './collector.ts';

/** Looks once for each share of a minute that was worked; answers after which minutes memory was given back. */
function released(shares: readonly number[]): number[] {
  const minutes: number[] = [];
  let minute = 0;
  let look = (): void => undefined;
  releaseWhenIdle({
    utilization: () => shares[minute - 1] ?? 0,
    collect: () => minutes.push(minute),
    everyMinute: (run) => (look = run),
  });
  for (minute = 1; minute <= shares.length; minute += 1) look();
  return minutes;
}

const idle = (minutes: number): number[] => Array.from({ length: minutes }, () => 0.001);

it('memory is given back after ten idle minutes, once for each time that there was work', () => {
  expect(released([0.5, ...idle(60), 0.3, ...idle(15)])).toEqual([11, 72]);
});

it('nothing is given back while there is work now and then, nor before there has been any', () => {
  expect(released([0.5, ...idle(9), 0.1, ...idle(9), 0.1])).toEqual([]);
  expect(released(idle(60))).toEqual([]);
});
