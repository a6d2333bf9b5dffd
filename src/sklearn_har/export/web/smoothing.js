// The hidden Markov model of sklearn_har/timeline/_hmm.py over the decisions so far, with one expected
// duration of all activities; `classPrior` has the frequency of each.

// No classifier is as certain as a rounded 0: one such window would forbid an activity for good.
const FLOOR = 1e-12;

// Return the most probable sequence of activities, and the probabilities of each window given all.
export function smooth(decisions, windowLength, expectedDuration, classPrior) {
  const n = decisions.length;
  const nClasses = decisions[0].probabilities.length;
  const classes = Array.from({ length: nClasses }, (_, i) => i);
  const prior = classes.map((k) => Math.log(classPrior ? classPrior[k] : 1 / nClasses));
  const starts = decisions.map((decision) => decision.start);
  const evidence = decisions.map(({ probabilities }, i) => {
    const weight = share(starts, i, windowLength) / windowLength;
    return Array.from(probabilities, (p, k) => weight * (Math.log(Math.max(p, FLOOR)) - prior[k]));
  });
  const between = starts.slice(1).map((start, i) => {
    const step = Math.round((start - starts[i]) * 1e6) / 1e6;
    return stayOrGo(step, nClasses, expectedDuration);
  });
  const best = [evidence[0].map((value, k) => prior[k] + value)];
  const forward = [...best];
  const cameFrom = [];
  for (let i = 1; i < n; i += 1) {
    const to = (k, row) => classes.map((j) => row[j] + (j === k ? between[i - 1][0] : between[i - 1][1]));
    const candidates = classes.map((k) => to(k, best[i - 1]));
    cameFrom.push(candidates.map(argmax));
    best.push(candidates.map((row, k) => Math.max(...row) + evidence[i][k]));
    forward.push(classes.map((k) => logSum(to(k, forward[i - 1])) + evidence[i][k]));
  }
  const path = [argmax(best[n - 1])];
  for (let i = n - 1; i > 0; i -= 1) path.unshift(cameFrom[i - 1][path[0]]);
  let backward = classes.map(() => 0);
  const posterior = [];
  for (let i = n - 1; i >= 0; i -= 1) {
    const joint = forward[i].map((value, k) => value + backward[k]);
    const total = logSum(joint);
    posterior.unshift(joint.map((value) => Math.exp(value - total)));
    if (i === 0) break;
    const [stay, go] = between[i - 1];
    const ahead = evidence[i].map((value, k) => value + backward[k]);
    backward = classes.map((k) => logSum(ahead.map((value, j) => value + (j === k ? stay : go))));
  }
  return { path, posterior };
}

// The part of a window that is its own, in s: half of what two windows share goes to each.
function share(starts, i, windowLength) {
  const overlap = (k) => Math.max(0, windowLength - (starts[k + 1] - starts[k]));
  const before = i > 0 ? overlap(i - 1) / 2 : 0;
  const after = i < starts.length - 1 ? overlap(i) / 2 : 0;
  return windowLength - before - after;
}

// Logarithms of the probabilities to stay in an activity over a step in s, and to go to one other.
function stayOrGo(step, nClasses, expectedDuration) {
  if (nClasses === 1) return [0, -Infinity];
  const forgotten = 1 - Math.exp((-step * nClasses) / ((nClasses - 1) * expectedDuration));
  return [Math.log(1 - forgotten + forgotten / nClasses), Math.log(forgotten / nClasses)];
}

export function argmax(values) {
  return values.reduce((best, value, i) => (value > values[best] ? i : best), 0);
}

function logSum(values) {
  const largest = Math.max(...values);
  return largest + Math.log(values.reduce((total, value) => total + Math.exp(value - largest), 0));
}
