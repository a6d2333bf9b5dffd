// What may go wrong, and what to do about it: one sentence or two each.

const hertz = (rate) => `${Number(rate.toFixed(1))} times a second`;

export const SENTENCES = {
  insecure: () =>
    "The browser hands the motion sensors to secure pages only. Open this page by https://, or by http://localhost.",
  unsupported: () =>
    "This browser cannot read motion sensors. Open the page in a current Chrome, Firefox or Safari on a phone.",
  sensors: () =>
    "No motion data arrives. A computer has no motion sensors: open this page on a phone. On a phone, allow motion " +
    "sensors for this page in the settings of the browser, and reload the page.",
  permission: () =>
    "The motion sensors are not allowed. On an iPhone, close this tab, open the page again and tap Allow. On Android, " +
    "tap the sign before the address, allow motion sensors, and reload the page.",
  gyroscope: () =>
    "This phone hands over no rotation rate, which the model needs: it has no gyroscope, or the browser does not " +
    "allow it. Use another phone, or a model of acceleration alone: sklearn-har train ... --preset accelerometer.",
  tooSlow: (rate, needed) =>
    `The sensors measure ${hertz(rate)}, and the model needs at least ${hertz(needed)}. Turn off power saving, or use ` +
    "another browser.",
  slow: (rate, needed) =>
    `The sensors measure ${hertz(rate)}; the model expects at least ${hertz(needed)}, and the activities may be ` +
    "wrong. Turn off power saving, close other pages, or use another browser.",
  silent: () =>
    "No more motion data arrives. Turn the screen on, bring this page to the front, or tap Stop and Start.",
  background: (seconds) =>
    `The page was in the background for ${Math.round(seconds)} s, where browsers stop the sensors: nothing was ` +
    "measured. Keep the screen on and this page in front.",
  signs: () =>
    "The accelerations of this browser have the other sign than usual for it. They were turned round, and the " +
    "recognition began anew.",
  channels: (names) =>
    `The model needs ${names.join(", ")}, which a phone's browser does not measure. Train a model on acceleration and ` +
    "angular velocity, and export it again.",
  format: () =>
    "The files of this page do not belong together. Export the model again with one version of sklearn-har, and " +
    "copy the whole folder.",
  model: (reason) =>
    `The model or its runtime cannot be loaded (${reason}). Check that all files of the folder are on the server, and ` +
    "that the browser is current; then reload the page.",
  unlike: (distance) =>
    `The movement is unlike the training recordings (${distance.toFixed(1)} times as far from them as it may be). Carry ` +
    "the phone as in training, and do not trust the activities until then.",
  newer: () => "A newer version of this page is saved. Reload the page when you have stopped.",
  unsaved: () => "The recording could not be saved. Check that the phone has storage left, and tap it again.",
  other: (reason) => `Something went wrong (${reason}). Reload the page.`,
};

// The sentences that are on the page, each kind once.
export class Notes {
  constructor(element) {
    this.element = element;
  }

  show(kind, ...details) {
    this.clear(kind);
    const note = document.createElement("p");
    note.dataset.fault = kind;
    note.textContent = SENTENCES[kind](...details);
    this.element.append(note);
  }

  clear(kind) {
    this.element.querySelector(`[data-fault="${kind}"]`)?.remove();
  }

  clearAll() {
    this.element.replaceChildren();
  }
}
