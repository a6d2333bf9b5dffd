// Motion events as samples in g and rad/s with the signs of the recordings: a phone that lies on its back measures
// +1 g along z.

const STANDARD_GRAVITY = 9.80665;
// The axes of rotationRate in all browsers, whatever older texts say: alpha is about x.
const RATES = { x: "alpha", y: "beta", z: "gamma" };
// In ms: an older orientation says nothing about a sample.
const RECENT = 200;
// So many samples must contradict, and none agree, before signs are turned round.
const ENOUGH = 50;

// iPadOS calls itself a Macintosh, and all browsers on iOS have the sensors of Safari.
export function isApple({ userAgent, maxTouchPoints }) {
  return /iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1);
}

// The direction up in the axes of the device, by the angles of a deviceorientation event.
export function upOf({ beta, gamma }) {
  const [b, g] = [(beta * Math.PI) / 180, (gamma * Math.PI) / 180];
  return [-Math.cos(b) * Math.sin(g), Math.sin(b), Math.cos(b) * Math.cos(g)];
}

export class Sensors {
  // `inputs` name the values of a sample, such as "acceleration.x"; `on` has a function for each kind of news:
  // sample(time, values, names of what is missing), and turned().
  constructor(inputs, on) {
    this.inputs = inputs.map((input) => input.split("."));
    this.on = on;
    this.isTurned = isApple(navigator);
    this.orientation = null;
    this.contradictions = 0;
  }

  // Ask for the permission; to be called while a tap is handled. Return the name of a fault, or null.
  async allow() {
    if (!window.isSecureContext) return "insecure";
    if (typeof DeviceMotionEvent === "undefined") return "unsupported";
    if (typeof DeviceMotionEvent.requestPermission !== "function") return null;
    return (await DeviceMotionEvent.requestPermission()) === "granted" ? null : "permission";
  }

  start() {
    window.addEventListener("devicemotion", this.moved);
    window.addEventListener("deviceorientation", this.oriented);
  }

  stop() {
    window.removeEventListener("devicemotion", this.moved);
    window.removeEventListener("deviceorientation", this.oriented);
  }

  oriented = (event) => {
    const isWhole = event.beta !== null && event.gamma !== null;
    this.orientation = isWhole ? { at: event.timeStamp, up: upOf(event) } : null;
  };

  moved = (event) => {
    const moving = event.accelerationIncludingGravity;
    const turning = event.rotationRate;
    // A computer sends one event without values.
    if (moving?.x == null && moving?.y == null && moving?.z == null) return;
    this.checkSigns(event.timeStamp, moving);
    const factor = (this.isTurned ? -1 : 1) / STANDARD_GRAVITY;
    const values = this.inputs.map(([kind, axis]) => {
      const value = kind === "acceleration" ? moving[axis] : turning?.[RATES[axis]];
      if (value == null) return NaN;
      return kind === "acceleration" ? value * factor : (value * Math.PI) / 180;
    });
    this.on.sample(event.timeStamp / 1000, values);
  };

  // The name of the browser tells the sign; the orientation of the phone, which has the same sign everywhere, checks it.
  checkSigns(time, { x, y, z }) {
    if (!this.orientation || Math.abs(time - this.orientation.at) > RECENT) return;
    const { up } = this.orientation;
    const along = (x * up[0] + y * up[1] + z * up[2]) * (this.isTurned ? -1 : 1);
    if (along > 0.5 * STANDARD_GRAVITY) this.contradictions = -Infinity;
    if (along < -0.5 * STANDARD_GRAVITY) this.contradictions += 1;
    if (this.contradictions >= ENOUGH) {
      this.isTurned = !this.isTurned;
      this.contradictions = -Infinity;
      this.on.turned();
    }
  }
}
