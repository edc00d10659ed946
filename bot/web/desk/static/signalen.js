/* Sound and title, each as the employee wants it. Kept in this browser. */

import { keep } from './dom.js';

const DEFAULTS = { geluidWachtrij: true, geluidBericht: true, inTitel: true, toetsenAan: true, volume: 50 };
const TITLE = document.title;

export const settings = { ...DEFAULTS, ...keep.read('instellingen', 'localStorage') };

export function change(key, value) {
  settings[key] = value;
  keep.write('instellingen', settings, 'localStorage');
  title(count);
}

let context;
/* Browsers let a page make sound only after somebody did something on it. */
for (const name of ['pointerdown', 'keydown']) {
  addEventListener(name, () => (context ??= new AudioContext()).resume(), { once: true, capture: true });
}

/** Two soft tones: up for the queue, down for a message. */
export function play(kind) {
  if (!context || !settings.volume) return;
  const tones = kind === 'wachtrij' ? [523, 784] : [659, 523];
  tones.forEach((pitch, index) => {
    const start = context.currentTime + index * 0.14;
    const tone = new OscillatorNode(context, { type: 'sine', frequency: pitch });
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.linearRampToValueAtTime((settings.volume / 100) * 0.3, start + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0001, start + 0.35);
    tone.connect(gain).connect(context.destination);
    tone.start(start);
    tone.stop(start + 0.4);
  });
}

export function alert(kind) {
  if (settings[kind === 'wachtrij' ? 'geluidWachtrij' : 'geluidBericht']) play(kind);
}

let count = 0;
export function title(n) {
  count = n;
  document.title = settings.inTitel && n ? `(${n}) ${TITLE}` : TITLE;
}
