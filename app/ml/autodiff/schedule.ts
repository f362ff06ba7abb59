export const schedules = ['constant', 'step', 'cosine'] as const;
export type ScheduleName = (typeof schedules)[number];

export interface ScheduleOptions {
  readonly name: ScheduleName;
  readonly learningRate: number;
  /** Share of all steps in which the rate rises from almost 0; 0: none. */
  readonly warmUp: number;
}

/** Falls to a tenth each time so much of the training is done. */
const stepsDown = [0.5, 0.75];

/**
 * The learning rate of a step: after a linear rise, constant; a tenth from one half and a hundredth from three quarters on (as in He et
 * al. 2016); or half a cosine down to almost 0 (Loshchilov & Hutter 2017). `step` is counted from 1 to `steps`.
 */
export function rateAt({ name, learningRate, warmUp }: ScheduleOptions, step: number, steps: number): number {
  const rising = Math.floor(warmUp * steps);
  if (step <= rising) return (learningRate * step) / (rising + 1);
  const done = (step - 1 - rising) / Math.max(1, steps - rising);
  switch (name) {
    case 'constant':
      return learningRate;
    case 'step':
      return learningRate * 0.1 ** stepsDown.filter((share) => done >= share).length;
    case 'cosine':
      return (learningRate * (1 + Math.cos(Math.PI * done))) / 2;
  }
}
