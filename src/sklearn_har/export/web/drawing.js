// The strip of activities and the curves of signals, on canvases.

function prepared(canvas, height) {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth;
  if (height) canvas.style.height = `${height}px`;
  const tall = height ?? canvas.clientHeight;
  const size = [Math.round(width * ratio), Math.round(tall * ratio)];
  if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, tall);
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  context.font = "13px system-ui, sans-serif";
  context.textBaseline = "middle";
  return { context, width, height: tall, colour };
}

const LANE = 22;
const AXIS = 18;
const TITLE = 18;

// A lane for each activity, so that nothing depends on telling colours apart.
export function drawStrip(canvas, activities, cells, now, seconds) {
  const { context, width, height, colour } = prepared(canvas, activities.length * LANE + AXIS);
  const names = Math.min(width * 0.45, Math.max(...activities.map((name) => context.measureText(name).width)) + 10);
  const x = (time) => names + (width - names) * (1 + (time - now) / seconds);
  const last = cells.at(-1)?.activity;
  activities.forEach((name, lane) => {
    const middle = (lane + 0.5) * LANE;
    context.fillStyle = colour(lane === last ? "ink" : "quiet");
    context.font = `${lane === last ? "700 " : ""}13px system-ui, sans-serif`;
    context.fillText(name, 0, middle, names - 8);
    context.fillStyle = colour("line");
    context.fillRect(names, middle - 0.5, width - names, 1);
  });
  context.fillStyle = colour("accent");
  for (const { start, end, activity } of merged(cells)) {
    const left = Math.max(x(start), names);
    if (x(end) > names) context.fillRect(left, activity * LANE + 3, Math.max(x(end) - left, 1), LANE - 6);
  }
  context.font = "12px system-ui, sans-serif";
  context.fillStyle = colour("quiet");
  for (let minutes = 0; minutes < seconds / 60; minutes += 1) {
    context.textAlign = minutes ? "center" : "right";
    const label = minutes ? `−${minutes} min` : "now";
    if (minutes % 2 === 0) context.fillText(label, x(now - 60 * minutes), height - AXIS / 2);
  }
  context.textAlign = "left";
}

// Neighbours of one activity as one, without seams.
function merged(cells) {
  const found = [];
  for (const cell of cells) {
    const last = found.at(-1);
    if (last?.activity === cell.activity && cell.start - last.end < 1e-6) last.end = cell.end;
    else found.push({ ...cell });
  }
  return found;
}

// Three curves against time; `samples` are [time, values].
export function drawSignals(canvas, title, samples, columns, now, seconds) {
  const { context, width, height, colour } = prepared(canvas);
  const values = samples.flatMap(([, row]) => columns.map((i) => row[i])).filter(Number.isFinite);
  const low = Math.min(-1, ...values);
  const high = Math.max(1, ...values);
  const right = 16;
  const x = (time) => (width - right) * (1 + (time - now) / seconds);
  const y = (value) => TITLE + ((high - value) / (high - low)) * (height - TITLE - 4);
  context.fillStyle = colour("line");
  context.fillRect(0, y(0), width - right, 1);
  columns.forEach((column, axis) => {
    context.strokeStyle = context.fillStyle = colour("xyz"[axis]);
    context.lineWidth = 1.5;
    context.beginPath();
    for (const [time, row] of samples) {
      if (Number.isFinite(row[column])) context.lineTo(x(time), y(row[column]));
    }
    context.stroke();
    context.fillText("xyz"[axis], width - 10, height * (0.35 + 0.2 * axis));
  });
  context.fillStyle = colour("quiet");
  context.fillText(`${title}, ${low.toFixed(1)} to ${high.toFixed(1)}`.replaceAll("-", "−"), 0, 8);
}
