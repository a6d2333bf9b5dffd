// Windows of samples as they come: WindowStream and the checks of StreamingRecognizer.

import { BodyAxes } from "./body.js";
import { Signals, WindowBuffer } from "./stages.js";

export class WindowStream {
  missing = 0;
  late = 0;
  latest = -Infinity;
  // The last sample of the part that goes on; -Infinity between parts.
  end = -Infinity;

  constructor(numbers, inputRate) {
    const signals = new Signals(numbers, inputRate);
    this.signals = numbers.frame ? new BodyAxes(signals, numbers.frame) : signals;
    this.rate = numbers.sampling_rate;
    this.windowLength = numbers.window.n_timesteps / this.rate;
    this.longestStep =
      numbers.max_gap ?? numbers.gap_intervals / Math.min(inputRate, this.rate);
    this.windows = new WindowBuffer(numbers.window.n_timesteps, numbers.window.step);
  }

  get isFrameKnown() {
    return Boolean(this.signals.rotation);
  }

  // Take a sample, measured at a time in s, and return the windows that it completes.
  push(time, sample) {
    if (!sample.every(Number.isFinite)) {
      this.missing += 1;
      return [];
    }
    if (!(time > this.latest)) {
      this.late += 1;
      return [];
    }
    this.latest = time;
    const ended = time - this.end > this.longestStep && this.end > -Infinity ? this.finish() : [];
    this.end = time;
    return [...ended, ...this.cut(this.signals.push(time, sample))];
  }

  // End the part, and return the windows that waited for further samples.
  finish() {
    if (this.end === -Infinity) return [];
    const windows = this.cut(this.signals.finish());
    this.windows.finish();
    this.end = -Infinity;
    return windows;
  }

  cut(values) {
    return values
      .map(([number, signals]) => this.windows.push(number, signals))
      .filter((window) => window !== null)
      .map(({ start, samples }) => ({
        start: this.signals.grid.origin + start / this.rate,
        end: this.signals.grid.origin + start / this.rate + this.windowLength,
        samples,
      }));
  }
}

// The nominal rate of samples: that of the median step.
export function rateOf(times) {
  const steps = times.slice(1).map((time, i) => time - times[i]).sort((a, b) => a - b);
  const half = steps.length >> 1;
  const median = steps.length % 2 ? steps[half] : (steps[half - 1] + steps[half]) / 2;
  return 1 / median;
}
