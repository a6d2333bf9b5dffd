// From samples to decisions: the rate, the windows, the model and the smoothing.

import { argmax, smooth } from "./smoothing.js";
import { rateOf, WindowStream } from "./stream.js";

// The rate is that of so many samples; of fewer, where they come so slowly that this takes longer, in s.
const SAMPLES = 64;
const LONGEST = 3;
const FEWEST = 4;
// In s: what is smoothed, and shown.
export const HISTORY = 300;
// In g or rad/s: standard deviations below are sensor noise.
const NOISE = 1e-3;
// Windows from which on something is said about all of them.
const MANY = 10;

export async function openModel(shape) {
  const ort = await import("./runtime/ort.js");
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = { wasm: new URL("runtime/ort-wasm-simd-threaded.wasm", import.meta.url).href };
  const file = await fetch("model.onnx");
  if (!file.ok) throw new Error(`model.onnx: ${file.status} ${file.statusText}`);
  const content = new Uint8Array(await file.arrayBuffer());
  const session = await ort.InferenceSession.create(content, { executionProviders: ["wasm"] });
  return async (data) => {
    const { probabilities } = await session.run({ windows: new ort.Tensor("float32", data, shape) });
    return Array.from(probabilities.data);
  };
}

export class Recognizer {
  decisions = [];
  distances = [];
  // In ms: what samples and decisions took.
  spent = { samples: 0, model: 0 };
  // In s, and decisions, up to the last stop.
  counted = 0;
  rate = null;
  stream = null;
  waiting = [];
  queue = Promise.resolve();

  // `on` has functions: decision(decision), fault(kind, ...details).
  constructor(facts, model, on) {
    this.facts = facts;
    this.model = model;
    this.on = on;
  }

  get isFrameKnown() {
    return Boolean(this.stream?.isFrameKnown);
  }

  // Take a sample, measured at a time in s.
  push(time, values) {
    const began = performance.now();
    if (this.stream) this.ask(this.stream.push(time, values));
    else this.wait(time, values);
    this.spent.samples += performance.now() - began;
  }

  // The filters depend on the rate, so that the first samples wait until it is known.
  wait(time, values) {
    if (!(time > (this.waiting.at(-1)?.[0] ?? -Infinity))) return;
    this.waiting.push([time, values]);
    const took = time - this.waiting[0][0];
    const n = this.waiting.length;
    if (n < SAMPLES && !(n >= FEWEST && took >= LONGEST)) return;
    const missing = this.facts.inputs.filter((_, i) => this.waiting.every(([, row]) => Number.isNaN(row[i])));
    if (missing.some((input) => input.startsWith("rotation"))) {
      this.on.fault("gyroscope");
      return;
    }
    const { least_rate: least } = this.facts.preparation;
    this.rate = rateOf(this.waiting.map(([at]) => at));
    if (this.rate < least) {
      this.on.fault("tooSlow", this.rate, least);
      return;
    }
    if (this.rate < this.facts.lowest_rate) this.on.fault("slow", this.rate, this.facts.lowest_rate);
    this.stream = new WindowStream(this.facts.preparation, this.rate);
    const waiting = this.waiting;
    this.waiting = [];
    for (const [at, row] of waiting) this.ask(this.stream.push(at, row));
  }

  // End the recording: decide about what waited for further samples. The rate is measured anew after it.
  async finish() {
    if (this.stream) this.ask(this.stream.finish());
    this.stream = null;
    this.waiting = [];
    await this.queue;
  }

  // One window after the other, as the runtime takes them.
  ask(windows) {
    for (const window of windows) {
      this.queue = this.queue.then(() => this.decide(window)).catch((error) => this.on.fault("other", error.message));
    }
  }

  async decide({ start, end, samples }) {
    const began = performance.now();
    const channels = samples[0].length;
    const data = new Float32Array(samples.length * channels);
    samples.forEach((sample, i) => data.set(sample, i * channels));
    const probabilities = await this.model(data);
    const decision = { start, end, probabilities, activity: argmax(probabilities) };
    this.decisions.push(decision);
    this.counted += 1;
    while (this.decisions[0].end < end - HISTORY) this.decisions.shift();
    this.compare(samples);
    this.spent.model += performance.now() - began;
    this.on.decision(decision);
  }

  // The activities of the last minutes, smoothed as timelines are: [{start, end, activity, probability}].
  smoothed() {
    const { method, expected_duration: duration, class_prior: prior } = this.facts.smoothing;
    const { decisions } = this;
    if (!decisions.length) return [];
    const length = decisions[0].end - decisions[0].start;
    let found = decisions.map(({ activity, probabilities }) => [activity, probabilities[activity]]);
    if (method) {
      const { path, posterior } = smooth(decisions, length, duration, prior);
      const chosen = method === "viterbi" ? path : posterior.map(argmax);
      found = chosen.map((activity, i) => [activity, posterior[i][activity]]);
    }
    // Half of what two windows share goes to each.
    const middle = (i) => (Math.min(decisions[i].end, decisions[i + 1].start + length) + decisions[i + 1].start) / 2;
    return found.map(([activity, probability], i) => ({
      start: i ? Math.max(middle(i - 1), decisions[i].start) : decisions[i].start,
      end: i < found.length - 1 ? Math.min(middle(i), decisions[i].end) : decisions[i].end,
      activity,
      probability,
    }));
  }

  // How far the window is from those of the training: sklearn_har/recognition/_novelty.py.
  compare(samples) {
    const { novelty } = this.facts;
    if (!novelty) return;
    const n = samples.length;
    const means = Array.from(samples[0], (_, i) => samples.reduce((sum, row) => sum + row[i], 0) / n);
    const spreads = means.map((mean, i) =>
      Math.log(Math.sqrt(samples.reduce((sum, row) => sum + (row[i] - mean) ** 2, 0) / n) + NOISE),
    );
    const standard = [...means, ...spreads].map((value, i) => (value - novelty.centre[i]) / novelty.scale[i]);
    const squares = novelty.prototypes.map((one) =>
      one.reduce((sum, value, i) => sum + (value - standard[i]) ** 2, 0),
    );
    this.distances.push(Math.sqrt(Math.min(...squares)) / novelty.threshold);
    this.distances = this.distances.slice(-this.decisions.length);
  }

  // The median distance of the last minutes; 1 is as far as a training recording that was held out.
  distance() {
    if (this.distances.length < MANY) return 0;
    return [...this.distances].sort((a, b) => a - b)[this.distances.length >> 1];
  }
}
