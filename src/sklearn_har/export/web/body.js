// The frame of the body, found in the walking so far: sklearn_har/preparation/_gait.py, _wearing.py and
// BodyAxes of _frames.py. All thresholds come from model.json.

import { WindowBuffer } from "./stages.js";

const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const scaled = (a, factor) => a.map((value) => value * factor);
const norm = (a) => Math.sqrt(dot(a, a));
const cross = (a, b) => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const sum = (values) => values.reduce((total, value) => total + value, 0);
const clipped = (cosine) => Math.min(1, Math.max(-1, cosine));
const inDegrees = (cosine) => (Math.acos(clipped(cosine)) * 180) / Math.PI;
const degrees = (a, b) => inDegrees(dot(a, b));

function medianDirection(vectors) {
  const middle = [0, 1, 2].map((axis) => {
    const sorted = vectors.map((vector) => vector[axis]).sort((a, b) => a - b);
    const half = sorted.length >> 1;
    return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  });
  return scaled(middle, 1 / norm(middle));
}

// What a window of accelerations, in g, tells about gait.
export function gaitRow(window, numbers) {
  const n = window.length;
  const gravity = [0, 1, 2].map((axis) => sum(window.map((sample) => sample[axis])) / n);
  const movement = [0, 1, 2].map((axis) => window.map((sample) => sample[axis] - gravity[axis]));
  const length = norm(gravity);
  const row = {
    gravity: scaled(gravity, 1 / Math.max(length, 1e-12)),
    axial: [0, 0, 0],
    real: [0, 0, 0, 0, 0, 0],
    mayWalk: false,
  };
  const moving = sum(
    movement.map((axis) => {
      const mean = sum(axis) / n;
      return Math.sqrt(sum(axis.map((value) => (value - mean) ** 2)) / n);
    }),
  );
  if (!(moving > numbers.moving && length > 0)) return row;
  const tapered = movement.map((axis) => axis.map((value, i) => value * numbers.taper[i]));
  const steps = new Set(numbers.steps);
  const cross = Array.from({ length: 6 }, () => [0, 0]);
  const pairs = [[0, 0], [1, 1], [2, 2], [0, 1], [0, 2], [1, 2]];
  let [inBand, atAll] = [0, 0];
  for (let k = 1; k <= n >> 1; k += 1) {
    const bins = tapered.map((axis) => bin(axis, k));
    const power = sum(bins.map(([re, im]) => re * re + im * im));
    atAll += power;
    if (!steps.has(k)) continue;
    inBand += power;
    pairs.forEach(([i, j], p) => {
      // The conjugate of one times the other.
      cross[p][0] += bins[i][0] * bins[j][0] + bins[i][1] * bins[j][1];
      cross[p][1] += bins[i][0] * bins[j][1] - bins[i][1] * bins[j][0];
    });
  }
  if (!(inBand > numbers.rhythm * atAll)) return row;
  row.axial = [cross[5][1], -cross[4][1], cross[3][1]];
  row.real = cross.map(([re]) => re);
  row.mayWalk = row.real[0] + row.real[1] + row.real[2] > 0;
  return row;
}

// One bin of the discrete Fourier transform of real values.
function bin(values, k) {
  const n = values.length;
  let [re, im] = [0, 0];
  for (let i = 0; i < n; i += 1) {
    const angle = (2 * Math.PI * ((k * i) % n)) / n;
    re += values[i] * Math.cos(angle);
    im -= values[i] * Math.sin(angle);
  }
  return [re, im];
}

function quadratureOf(row, up) {
  const [x, y, z] = up;
  const u = [x * x, y * y, z * z, 2 * x * y, 2 * x * z, 2 * y * z];
  const vertical = Math.max(sum(row.real.map((value, i) => value * u[i])), 1e-12);
  const horizontal = Math.max(row.real[0] + row.real[1] + row.real[2] - vertical, 1e-12);
  const vector = scaled(cross(row.axial, up), 1 / Math.sqrt(vertical * horizontal));
  return { vector, strength: norm(vector), steepness: vertical / horizontal };
}

const isLevel = ({ strength, steepness }, numbers) =>
  strength > numbers.quadrature && steepness < numbers.steepest;

// The directions of the body that windows of one wearing tell; null where they are not known.
export function directionsOf(all, numbers) {
  const rows = all.filter((row) => row.mayWalk);
  const unknown = { up: null, forward: null };
  if (rows.length < numbers.enough) return unknown;
  let up = medianDirection(rows.map((row) => row.gravity));
  let gait = [];
  for (let turn = 0; turn < 2; turn += 1) {
    gait = rows.filter((row) => {
      const { strength, steepness } = quadratureOf(row, up);
      return strength > numbers.gait_quadrature || steepness > numbers.gait_steepness;
    });
    if (gait.length < numbers.enough) return unknown;
    up = medianDirection(gait.map((row) => row.gravity));
  }
  const level = gait.map((row) => quadratureOf(row, up)).filter((one) => isLevel(one, numbers));
  return { up, forward: forwardOf(level, up, numbers) };
}

function forwardOf(level, up, numbers) {
  if (level.length < numbers.enough) return null;
  const [, a, b] = rotationOnto(up, null);
  const plane = level.map(({ vector }) => [dot(vector, a), dot(vector, b)]);
  const squares = [
    sum(plane.map(([x, y]) => x * x - y * y)),
    sum(plane.map(([x, y]) => 2 * x * y)),
  ];
  const size = sum(plane.map(([x, y]) => Math.hypot(x, y)));
  const half = Math.atan2(squares[1], squares[0]) / 2;
  const axis = [Math.cos(half), Math.sin(half)];
  const along = sum(plane.map(([x, y]) => x * axis[0] + y * axis[1]));
  const energy = sum(plane.map(([x, y]) => x * x + y * y));
  if (
    Math.hypot(...squares) < numbers.axis_agrees * energy ||
    Math.abs(along) / size < numbers.sign_agrees
  ) {
    return null;
  }
  const sign = Math.sign(along);
  return [0, 1, 2].map((i) => sign * (axis[0] * a[i] + axis[1] * b[i]));
}

// The rows are up, forward and left in the axes of the device.
function rotationOnto(up, forward) {
  if (forward) return [up, forward, cross(up, forward)];
  if (up[0] < -1 + 1e-9) return [[-1, 0, 0], [0, -1, 0], [0, 0, 1]];
  const [x, y, z] = cross(up, [1, 0, 0]);
  const skew = [[0, -z, y], [z, 0, -x], [-y, x, 0]];
  return skew.map((row, i) =>
    row.map((value, j) => {
      const square = sum(skew.map((other, k) => row[k] * other[j]));
      return (i === j ? 1 : 0) + value + square / (1 + up[0]);
    }),
  );
}

// The directions of the body, window after window; they change when the device is repositioned.
class Wearing {
  rows = [];
  other = [];
  count = 0;
  isHandled = false;
  known = { up: null, forward: null };

  constructor(numbers) {
    this.numbers = numbers;
  }

  interrupt() {
    this.isHandled = true;
  }

  push(row) {
    const { numbers } = this;
    if (this.known.up && degrees(row.gravity, this.known.up) > numbers.other_up) {
      this.isHandled = true;
    }
    if (!row.mayWalk) return;
    const agrees = this.agrees(row);
    if (agrees !== false) {
      this.rows = [...this.rows, row].slice(-numbers.memory);
      this.count += 1;
      if (agrees) {
        this.other = [];
        this.isHandled = false;
      }
      if (this.count % numbers.every === 0) this.known = directionsOf(this.rows, numbers);
      return;
    }
    this.other = [...this.other, row].slice(-numbers.memory);
    const found = directionsOf(this.other, numbers);
    if (!this.differs(found)) return;
    [this.rows, this.other, this.known] = [this.other, [], found];
  }

  // null where a window says nothing about what is known.
  agrees(row) {
    const { known, numbers } = this;
    if (!known.up) return null;
    if (degrees(row.gravity, known.up) > numbers.other_up) return false;
    if (!known.forward) return true;
    const one = quadratureOf(row, known.up);
    if (!isLevel(one, numbers)) return null;
    const direction = scaled(one.vector, 1 / one.strength);
    if (degrees(direction, known.forward) <= numbers.other_forward) return true;
    return this.isHandled ? false : null;
  }

  differs(found) {
    const { known, numbers } = this;
    if (!found.up || !known.up) return false;
    if (degrees(found.up, known.up) > numbers.other_up) return true;
    return Boolean(
      found.forward &&
        known.forward &&
        degrees(found.forward, known.forward) > numbers.other_forward,
    );
  }
}

// Signals in the axes of the body as far as they are known, with one more channel that says so.
export class BodyAxes {
  rotation = null;

  constructor(signals, numbers) {
    this.signals = signals;
    this.numbers = numbers;
    this.buffer = new WindowBuffer(numbers.n_timesteps, numbers.step);
    this.wearing = new Wearing(numbers);
  }

  get grid() {
    return this.signals.grid;
  }

  push(time, sample) {
    return this.signals.push(time, sample).map((one) => this.turned(one));
  }

  finish() {
    const rest = this.signals.finish().map((one) => this.turned(one));
    this.buffer.finish();
    this.wearing.interrupt();
    return rest;
  }

  turned([number, values]) {
    const turned = [...values, this.rotation ? 1 : 0];
    if (this.rotation) {
      for (let j = 0; j < 3 * this.numbers.n_triads; j += 3) {
        const vector = values.slice(j, j + 3);
        this.rotation.forEach((row, i) => {
          turned[j + i] = dot(row, vector);
        });
      }
    }
    // A window tells about the samples that come after it.
    const window = this.buffer.push(number, values.slice(0, 3));
    if (window) {
      this.wearing.push(gaitRow(window.samples, this.numbers));
      const { up, forward } = this.wearing.known;
      const isKnown = up && (this.numbers.level !== "body" || forward);
      const rotation = isKnown
        ? rotationOnto(up, this.numbers.level === "body" ? forward : null)
        : null;
      if (!this.isSame(rotation)) this.rotation = rotation;
    }
    return [number, turned];
  }

  // Rotations that differ little are not exchanged, so that signals have no small steps.
  isSame(rotation) {
    if (!rotation || !this.rotation) return rotation === this.rotation;
    const trace = sum(rotation.map((row, i) => dot(row, this.rotation[i])));
    return inDegrees((trace - 1) / 2) <= this.numbers.same;
  }
}
