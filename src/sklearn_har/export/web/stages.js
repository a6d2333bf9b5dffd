// The stages from samples to windows: sklearn_har/preparation/_stages.py, _signals.py and _windows.py,
// one sample at a time. All numbers come from model.json.

// A causal filter of second-order sections that starts in the steady state of its first sample.
export class Filter {
  constructor({ sos, zi }) {
    this.sos = sos;
    this.zi = zi;
    this.state = null;
  }

  push(sample) {
    if (this.state === null) {
      this.state = sample.map((value) => this.zi.map(([a, b]) => [a * value, b * value]));
    }
    return sample.map((value, channel) => {
      let x = value;
      this.sos.forEach(([b0, b1, b2, , a1, a2], section) => {
        const z = this.state[channel][section];
        const y = b0 * x + z[0];
        z[0] = b1 * x - a1 * y + z[1];
        z[1] = b2 * x - a2 * y;
        x = y;
      });
      return x;
    });
  }

  finish() {
    this.state = null;
  }
}

// The median of each sample, the one before and the one after; at an end that one twice.
class MedianOfThree {
  known = [];

  push(sample) {
    const [before, here] = this.known.length < 2 ? [this.known[0], this.known[0]] : this.known;
    this.known = [...this.known.slice(-1), sample];
    return here === undefined ? [] : [median(before, here, sample)];
  }

  finish() {
    const [before, here] = this.known.length < 2 ? [this.known[0], this.known[0]] : this.known;
    this.known = [];
    return here === undefined ? [] : [median(before, here, here)];
  }
}

function median(before, here, after) {
  return here.map((value, i) => {
    const low = Math.min(before[i], value);
    const high = Math.max(before[i], value);
    return Math.max(low, Math.min(high, after[i]));
  });
}

// Samples at any times to samples at origin + j / rate, by cubic Hermite interpolation.
class Interpolator {
  origin = null;
  next = null;
  time = [];
  samples = [];

  constructor(rate, inputRate, { on_grid, longest_cubic }) {
    this.rate = rate;
    this.onGrid = on_grid;
    this.longest = longest_cubic / inputRate;
  }

  // Return [number of the grid point, sample] for each one that has become certain.
  push(time, sample) {
    this.time.push(time);
    this.samples.push(sample);
    const n = this.time.length;
    this.origin ??= time;
    this.next ??= Math.ceil(this.steps(time) - this.onGrid);
    // The last interval waits for the sample after it, which its slope at the end needs.
    let end = Math.floor(this.steps(this.time[Math.max(n - 2, 0)]) + this.onGrid);
    if (Math.abs(this.steps(time) - (end + 1)) <= this.onGrid) end += 1;
    const values = this.upTo(end);
    // Two samples bound the next interval, the one before them gives the slope.
    this.time = this.time.slice(-3);
    this.samples = this.samples.slice(-3);
    return values;
  }

  finish() {
    const n = this.time.length;
    const values = n ? this.upTo(Math.floor(this.steps(this.time[n - 1]) + this.onGrid)) : [];
    this.next = null;
    this.time = [];
    this.samples = [];
    return values;
  }

  steps(time) {
    return (time - this.origin) * this.rate;
  }

  upTo(end) {
    const values = [];
    for (; this.next <= end; this.next += 1) {
      const at = this.origin + this.next / this.rate;
      const near = this.onGrid / this.rate;
      let i = this.time.length - 1;
      while (i > 0 && this.time[i] > at + near) i -= 1;
      const isBetween = at - this.time[i] > near && i < this.time.length - 1;
      values.push([this.next, isBetween ? this.between(i, at) : this.samples[i]]);
    }
    return values;
  }

  between(i, at) {
    const h = this.time[i + 1] - this.time[i];
    const u = (at - this.time[i]) / h;
    const [low, high] = [this.samples[i], this.samples[i + 1]];
    return low.map((value, channel) => {
      const rise = high[channel] - value;
      let bend = 0;
      if (h <= this.longest) {
        const [here, there] = [this.slope(i, channel), this.slope(i + 1, channel)];
        bend = (1 - u) * (here * h - rise) - u * (there * h - rise);
      }
      return value + u * rise + u * (1 - u) * bend;
    });
  }

  // The slope of the parabola through a sample and its neighbours.
  slope(i, channel) {
    const last = this.time.length - 1;
    const width = (k) => this.time[k + 1] - this.time[k];
    const secant = (k) => (this.samples[k + 1][channel] - this.samples[k][channel]) / width(k);
    if (i === 0) return secant(0);
    if (i === last) return secant(last - 1);
    const [before, after] = [width(i - 1), width(i)];
    return (secant(i - 1) * after + secant(i) * before) / (before + after);
  }
}

// Samples at any times to samples at origin + k / rate, less what would alias.
class GridResampler {
  constructor(rate, inputRate, grid) {
    const wanted = Math.max(1, Math.ceil(inputRate / rate - grid.same_rate));
    const most = Math.max(1, ...Object.keys(grid.anti_aliasing).map(Number));
    this.factor = Math.min(wanted, most);
    this.fine = new Interpolator(this.factor * rate, inputRate, grid);
    this.filter = this.factor > 1 ? new Filter(grid.anti_aliasing[this.factor]) : null;
  }

  get origin() {
    return this.fine.origin;
  }

  push(time, sample) {
    return this.thinned(this.fine.push(time, sample));
  }

  finish() {
    const rest = this.thinned(this.fine.finish());
    this.filter?.finish();
    return rest;
  }

  thinned(values) {
    return values
      .map(([j, sample]) => [j, this.filter ? this.filter.push(sample) : sample])
      .filter(([j]) => j % this.factor === 0)
      .map(([j, sample]) => [j / this.factor, sample]);
  }
}

// Resampling, noise filter, gravity and drift as one stage.
export class Signals {
  constructor(numbers, inputRate) {
    this.grid = new GridResampler(numbers.sampling_rate, inputRate, numbers.grid);
    this.median = numbers.noise && new MedianOfThree();
    this.noise = numbers.noise && new Filter(numbers.noise);
    this.gravity = numbers.gravity && new Filter(numbers.gravity);
    this.drift = numbers.drift && new Filter(numbers.drift);
    this.turning = numbers.n_acceleration;
    this.rest = numbers.n_acceleration + numbers.n_angular_velocity;
    // The median gives out a sample late: grid points are counted behind it.
    this.next = null;
  }

  // Return [number of the grid point, signals] for each one that has become certain.
  push(time, sample) {
    return this.filtered(this.grid.push(time, sample));
  }

  finish() {
    const rest = this.filtered(this.grid.finish(), true);
    for (const filter of [this.noise, this.gravity, this.drift]) filter?.finish();
    this.next = null;
    return rest;
  }

  filtered(values, isLast = false) {
    if (values.length) this.next ??= values[0][0];
    let known = values.map(([, sample]) => sample);
    if (this.median) {
      known = known.flatMap((sample) => this.median.push(sample));
      if (isLast) known.push(...this.median.finish());
    }
    return known.map((sample) => [this.next++, this.separated(sample)]);
  }

  separated(sample) {
    const quiet = this.noise ? this.noise.push(sample) : sample;
    const total = quiet.slice(0, this.turning);
    const turning = quiet.slice(this.turning, this.rest);
    const less = (values, filter) => {
      const slow = filter.push(values);
      return values.map((value, i) => value - slow[i]);
    };
    return [
      ...total,
      ...(this.gravity ? less(total, this.gravity) : []),
      ...(this.drift ? less(turning, this.drift) : turning),
      ...quiet.slice(this.rest),
    ];
  }
}

// The signals of which windows are still to be made. Windows begin at every step-th sample since the
// beginning of the stream; those that would cross the end of a part are not made.
export class WindowBuffer {
  position = 0;
  ahead = null;
  kept = [];

  constructor(length, step) {
    this.length = length;
    this.step = step;
  }

  // Return null, or the window that this sample completes: its first grid point, and its samples.
  push(number, sample) {
    this.ahead ??= number - this.position;
    this.kept.push(Float32Array.from(sample));
    const begin = Math.ceil(this.position / this.step) * this.step;
    const offset = begin - this.position;
    const isWhole = this.kept.length - offset >= this.length;
    const window = isWhole
      ? { start: begin + this.ahead, samples: this.kept.slice(offset, offset + this.length) }
      : null;
    // Samples that the next window does not have are let go.
    const passed = Math.min(this.kept.length, offset + (isWhole ? this.step : 0));
    this.position += passed;
    this.kept.splice(0, passed);
    return window;
  }

  finish() {
    this.position += this.kept.length;
    this.kept = [];
    this.ahead = null;
  }
}
