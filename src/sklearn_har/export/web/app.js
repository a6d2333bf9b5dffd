// The page: taps, what is shown, and what is said when something is wrong.

import { drawSignals, drawStrip } from "./drawing.js";
import { Notes } from "./faults.js";
import { HISTORY, openModel, Recognizer } from "./recognizer.js";
import { Recorder } from "./recorder.js";
import { Sensors } from "./sensors.js";

const FORMAT = 1;
// In ms: how long the sensors may be silent, and how often curves are drawn.
const SILENT = 2000;
const DRAWN = 100;
// In s: what the curves show.
const SHOWN = 10;
const OWN_LABELS = "sklearn-har labels";

const at = (id) => document.getElementById(id);
const notes = new Notes(at("notes"));
const readable = (activity) => activity.replaceAll("_", " ");

window.addEventListener("error", (event) => notes.show("other", event.message));
window.addEventListener("unhandledrejection", (event) => notes.show("other", event.reason?.message ?? event.reason));

class Page {
  isRunning = false;
  recorder = null;
  // Recordings that no file holds yet.
  unsaved = new Set();
  began = 0;
  // In ms, before the last start.
  ran = 0;
  lastEvent = 0;
  samples = [];
  cells = [];
  hiddenAt = null;
  lock = null;

  constructor(facts, model) {
    this.facts = facts;
    this.activities = facts.activities.map(readable);
    this.recognizer = new Recognizer(facts, model, {
      decision: (decision) => this.decided(decision),
      fault: (kind, ...details) => this.failed(kind, ...details),
    });
    this.sensors = new Sensors(facts.inputs, {
      sample: (time, values) => this.measured(time, values),
      turned: () => this.turned(),
    });
    const turning = facts.inputs.flatMap((input, i) => (input.startsWith("rotation") ? [i] : []));
    this.columns = { acceleration: this.alongAxes("acceleration"), rotation: this.alongAxes("rotation") };
    at("rotation").hidden = !turning.length;
    at("start").addEventListener("click", () => (this.isRunning ? this.stop() : this.start()));
    at("record").addEventListener("click", () => (this.recorder ? this.save() : this.record()));
    at("add").addEventListener("click", () => this.addLabel());
    document.addEventListener("visibilitychange", () => this.shown());
    window.addEventListener("beforeunload", (event) => {
      if (this.recorder?.rows.length || this.unsaved.size) event.preventDefault();
    });
    window.addEventListener("resize", () => this.drawAll());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.drawAll());
    setInterval(() => this.tick(), DRAWN);
    this.showLabels();
    this.drawAll();
    at("activity").textContent = "ready";
    at("sure").textContent = "tap Start";
    at("start").disabled = false;
  }

  alongAxes(kind) {
    return ["x", "y", "z"].map((axis) => this.facts.inputs.indexOf(`${kind}.${axis}`));
  }

  // Starting and stopping ------------------------------------------------------------------------

  async start() {
    notes.clearAll();
    const fault = await this.sensors.allow().catch(() => "permission");
    if (fault) {
      notes.show(fault);
      return;
    }
    this.isRunning = true;
    this.began = performance.now();
    this.lastEvent = this.began;
    this.hasMeasured = false;
    at("start").textContent = "Stop";
    at("start").classList.remove("main");
    at("record").disabled = false;
    at("sure").textContent = "measuring";
    this.sensors.start();
    await this.keepAwake();
  }

  async stop() {
    this.isRunning = false;
    this.ran += performance.now() - this.began;
    this.sensors.stop();
    if (this.recorder) this.save();
    at("start").textContent = "Start";
    at("start").classList.add("main");
    at("record").disabled = true;
    await this.lock?.release();
    this.lock = null;
    await this.recognizer.finish();
    at("sure").textContent = "stopped";
    document.dispatchEvent(new CustomEvent("har:stopped"));
  }

  failed(kind, ...details) {
    notes.show(kind, ...details);
    if (kind === "gyroscope" || kind === "tooSlow") this.stop();
  }

  // The screen stays on as far as the browser can do that.
  async keepAwake() {
    try {
      this.lock = (await navigator.wakeLock?.request("screen")) ?? null;
    } catch {
      // It refuses while the battery is low; the page says what to do when the screen went off.
      this.lock = null;
    }
  }

  shown() {
    if (!this.isRunning) return;
    if (document.hidden) {
      this.hiddenAt = performance.now();
    } else if (this.hiddenAt !== null) {
      notes.show("background", (performance.now() - this.hiddenAt) / 1000);
      this.hiddenAt = null;
      this.lastEvent = performance.now();
      this.keepAwake();
    }
  }

  async turned() {
    notes.show("signs");
    await this.recognizer.finish();
  }

  // Samples and decisions ------------------------------------------------------------------------

  measured(time, values) {
    this.hasMeasured = true;
    this.lastEvent = performance.now();
    notes.clear("silent");
    notes.clear("sensors");
    this.samples.push([time, values]);
    this.recorder?.add(time, values);
    this.recognizer.push(time, values);
  }

  decided(decision) {
    const detail = { ...decision, activity: this.facts.activities[decision.activity], rate: this.recognizer.rate };
    document.dispatchEvent(new CustomEvent("har:decision", { detail }));
    const cells = this.recognizer.smoothed();
    const now = cells.at(-1);
    const isSure = now.probability >= this.facts.smoothing.min_probability;
    const text = isSure ? this.activities[now.activity] : "not sure";
    // A screen reader speaks each change, and changes alone.
    if (at("activity").textContent !== text) at("activity").textContent = text;
    at("meter").value = now.probability;
    const frame = this.facts.preparation.frame && !this.recognizer.isFrameKnown ? ", walk a little" : "";
    at("sure").textContent = `${Math.round(100 * now.probability)} % sure${frame}`;
    const distance = this.recognizer.distance();
    if (distance > 1) notes.show("unlike", distance);
    else notes.clear("unlike");
    this.cells = cells;
    this.drawCells();
    at("strip").setAttribute("aria-label", this.inWords(cells));
  }

  inWords(cells) {
    const seconds = new Map();
    for (const { start, end, activity } of cells) {
      seconds.set(activity, (seconds.get(activity) ?? 0) + end - start);
    }
    const parts = [...seconds].map(([activity, s]) => `${this.activities[activity]} ${Math.round(s)} s`);
    return `Last 5 minutes: ${parts.join(", ")}.`;
  }

  // What is shown --------------------------------------------------------------------------------

  tick() {
    if (!this.isRunning || document.hidden) return;
    const now = performance.now();
    if (now - this.lastEvent > SILENT) {
      notes.show(this.hasMeasured ? "silent" : "sensors");
      this.lastEvent = Infinity;
    }
    this.draw();
    const seconds = (this.ran + now - this.began) / 1000;
    const { spent, counted } = this.recognizer;
    const latest = this.samples.at(-1)?.[0];
    const inSecond = this.samples.filter(([time]) => time > latest - 1).length;
    at("rate").textContent = inSecond || "–";
    if (!counted || seconds < 1) return;
    at("pace").textContent = (counted / seconds).toFixed(2);
    at("cost").textContent = `${(spent.model / counted).toFixed(1)} ms`;
    at("share").textContent = `${((spent.model + spent.samples) / seconds / 10).toFixed(1)} %`;
    if (this.recorder) {
      const length = this.samples.length ? latest - this.recorder.first : 0;
      at("recording").textContent = this.inProgress(length);
    }
  }

  draw() {
    const now = this.samples.at(-1)?.[0] ?? 0;
    while (this.samples.length && this.samples[0][0] < now - SHOWN) this.samples.shift();
    drawSignals(at("acceleration"), "acceleration in g", this.samples, this.columns.acceleration, now, SHOWN);
    if (!at("rotation").hidden) {
      drawSignals(at("rotation"), "rotation in rad/s", this.samples, this.columns.rotation, now, SHOWN);
    }
  }

  drawCells() {
    drawStrip(at("strip"), this.activities, this.cells, this.cells.at(-1)?.end ?? 0, HISTORY);
  }

  drawAll() {
    this.draw();
    this.drawCells();
  }

  // Recordings -----------------------------------------------------------------------------------

  record() {
    this.recorder = new Recorder(this.facts.inputs, at("who").value, new Date());
    at("record").textContent = "Stop recording";
    at("record").setAttribute("aria-pressed", "true");
    at("labels").hidden = at("recording").hidden = false;
    at("recording").textContent = this.inProgress(0);
  }

  inProgress(seconds) {
    const label = this.recorder.label ? readable(this.recorder.label) : "no label: tap what you do";
    return `Recording ${Math.floor(seconds)} s, ${label}`;
  }

  save() {
    const { recorder } = this;
    this.recorder = null;
    at("record").textContent = "Record";
    at("record").setAttribute("aria-pressed", "false");
    at("labels").hidden = at("recording").hidden = true;
    this.choose("");
    if (!recorder.rows.length) return;
    this.unsaved.add(recorder);
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = `Save ${recorder.file}`;
    button.addEventListener("click", () => this.download(recorder));
    const item = document.createElement("li");
    item.append(button);
    at("files").append(item);
    button.scrollIntoView({ block: "nearest" });
  }

  download(recorder) {
    try {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([recorder.text], { type: "text/csv" }));
      link.download = recorder.file;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      this.unsaved.delete(recorder);
    } catch {
      notes.show("unsaved");
    }
  }

  choose(label) {
    if (this.recorder) this.recorder.label = label;
    for (const button of at("labels").children) {
      button.setAttribute("aria-pressed", String(button.value === label && label !== ""));
    }
  }

  ownLabels() {
    try {
      return JSON.parse(localStorage.getItem(OWN_LABELS) ?? "[]");
    } catch {
      return []; // private windows may have no storage
    }
  }

  addLabel() {
    const label = at("other").value.trim().replace(/\s+/g, "_");
    at("other").value = "";
    if (!label || [...this.facts.activities, ...this.ownLabels()].includes(label)) return;
    this.extra = [...(this.extra ?? []), label];
    try {
      localStorage.setItem(OWN_LABELS, JSON.stringify([...this.ownLabels(), label]));
    } catch {
      // Then the label is there until the page is closed.
    }
    this.showLabels();
  }

  showLabels() {
    const labels = new Set([...this.facts.activities, ...this.ownLabels(), ...(this.extra ?? [])]);
    const buttons = [...labels].map((label) => {
      const button = document.createElement("button");
      button.type = "button";
      button.value = label;
      button.textContent = readable(label);
      button.setAttribute("aria-pressed", "false");
      // A second tap takes the label away.
      button.addEventListener("click", () => this.choose(this.recorder?.label === label ? "" : label));
      return button;
    });
    at("labels").replaceChildren(...buttons);
    if (this.recorder) this.choose(this.recorder.label);
  }
}

async function keepOffline() {
  const worker = navigator.serviceWorker;
  if (!worker) return;
  const isUpdate = Boolean(worker.controller);
  try {
    await worker.register("sw.js");
    await worker.ready;
    at("saved").textContent = "The page is saved and opens without a network.";
  } catch {
    at("saved").textContent = "Keep the page open: this browser does not save it for use without a network.";
  }
  worker.addEventListener("controllerchange", () => isUpdate && notes.show("newer"));
}

async function open() {
  notes.clear("script");
  const file = await fetch("model.json");
  if (!file.ok) throw new Error(`model.json: ${file.status} ${file.statusText}`);
  const facts = await file.json();
  document.title = at("title").textContent = facts.title;
  if (facts.format !== FORMAT) {
    notes.show("format");
    return;
  }
  const known = ["acceleration", "rotation"].flatMap((kind) => ["x", "y", "z"].map((axis) => `${kind}.${axis}`));
  const others = facts.inputs.filter((input) => !known.includes(input));
  if (others.length) {
    notes.show("channels", others);
    return;
  }
  const { n_timesteps: length, channel_names: channels } = facts.preparation.window;
  const model = await openModel([1, length, channels.length]);
  new Page(facts, model);
  keepOffline();
}

open().catch((error) => notes.show("model", error.message));
