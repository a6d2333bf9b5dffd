// Run the modules of the page on what comes by the standard input: see test_web_modules.py.
import { readFileSync } from "node:fs";

const { folder, task, ...given } = JSON.parse(readFileSync(0, "utf8"));
const load = (name) => import(`${folder}/${name}.js`);

const TASKS = {
  async windows({ numbers, rate, times, samples }) {
    const { WindowStream } = await load("stream");
    const stream = new WindowStream(numbers, rate);
    const found = times.flatMap((time, i) => stream.push(time, samples[i]));
    found.push(...stream.finish());
    return {
      start: found.map((window) => window.start),
      windows: found.map((window) => window.samples.map((sample) => Array.from(sample))),
      late: stream.late,
    };
  },
  async smooth({ decisions, windowLength, expectedDuration, classPrior }) {
    const { smooth } = await load("smoothing");
    return smooth(decisions, windowLength, expectedDuration, classPrior);
  },
  async rate({ times }) {
    const { rateOf } = await load("stream");
    return rateOf(times);
  },
};

process.stdout.write(JSON.stringify(await TASKS[task](given)));
