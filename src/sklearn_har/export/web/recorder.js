// Samples with labels, as a table that read_recording(..., format="auto") reads.

const UNITS = { acceleration: ["acc", "g"], rotation: ["gyro", "rad/s"] };

export class Recorder {
  rows = [];
  label = "";
  first = null;

  constructor(inputs, who, date) {
    const columns = inputs.map((input) => {
      const [kind, axis] = input.split(".");
      const [name, unit] = UNITS[kind];
      return `${name}_${axis} (${unit})`;
    });
    this.head = ["time", ...columns, "activity"].join(",");
    // {subject}_{trial}.csv
    const name = who.replace(/[^\p{L}\p{N}-]+/gu, "") || "me";
    const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
    this.file = `${name}_${local.toISOString().slice(0, 19).replaceAll(":", "-")}.csv`;
  }

  add(time, values) {
    if (!values.every(Number.isFinite)) return;
    this.first ??= time;
    const numbers = values.map((value) => value.toFixed(6));
    this.rows.push([(time - this.first).toFixed(4), ...numbers, quoted(this.label)].join(","));
  }

  get text() {
    return [this.head, ...this.rows, ""].join("\n");
  }
}

function quoted(text) {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
