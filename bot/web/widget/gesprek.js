/* One conversation: its session, what was sent and received, and the connection. Knows nothing of the screen:
 * it tells a `view` what happened. */

import { Api, Fout } from './api.js';

const POLL = 5_000;
const SEND_TIMEOUT = 60_000;
const TYPING_PAUSE = 3_000;

/** Storage that may be full, blocked or filled by somebody else. */
export const store = {
  read(key, area = 'localStorage') {
    try {
      return JSON.parse(window[area].getItem(key));
    } catch {
      return null;
    }
  },
  write(key, value, area = 'localStorage') {
    try {
      if (value === null) window[area].removeItem(key);
      else window[area].setItem(key, JSON.stringify(value));
    } catch {
      // The chat works without.
    }
  },
};

function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Pages without https, such as a test site, do not have randomUUID.
  return '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (digit) =>
    (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16),
  );
}

const pause = (ms, signal) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
    signal?.addEventListener('abort', resolve, { once: true });
  });

export class Gesprek {
  #view;
  #api = null;
  #queue = Promise.resolve();
  #link = null;
  #typed = 0;

  /** Events in order of arrival, also those of an earlier conversation that is still on the screen. */
  all = [];
  session = null;
  eigenaar = 'bot';

  constructor(id, view) {
    this.id = id;
    this.key = `vraagbaak:${id}`;
    this.#view = view;
    this.#clear();
    addEventListener('storage', this.#onStorage);
    for (const name of ['online', 'offline']) addEventListener(name, this.#onNetwork);
    document.addEventListener('visibilitychange', this.#onNetwork);
  }

  #clear() {
    this.seen = new Map();
    this.out = new Map();
    this.cursor = 0;
    this.eigenaar = 'bot';
  }

  /** Where the engine is; null while that is not known. */
  set base(base) {
    this.#api = base ? new Api(base, () => this.session?.token) : null;
  }

  get ended() {
    return Boolean(this.session?.einde);
  }

  get busy() {
    return [...this.out.values()].some((one) => one.stand === 'bezig' && !one.beantwoord);
  }

  // --- session -------------------------------------------------------------------------------------------------

  /** The stored session, when there is one that lives; fetches what was said. */
  async resume() {
    const stored = store.read(this.key);
    if (!stored?.token) return;
    if (!(Date.parse(stored.verloopt) > Date.now())) {
      this.forget();
      this.#view.expired('');
      return;
    }
    this.session = stored;
    this.eigenaar = stored.eigenaar ?? 'bot';
    this.#view.sessionChanged();
    await this.history();
    if (this.ended) this.#view.ended();
  }

  /** Fetches what was said until now and shows it silently; throws Fout. */
  async history() {
    if (!this.#api) throw new Fout('net');
    try {
      const { berichten } = await this.#api.ask('GET', `messages?na=${this.cursor}`, null, 10_000);
      this.#take(berichten, true);
      this.cursor = Math.max(this.cursor, ...berichten.map((one) => one.nummer));
    } catch (error) {
      if (error.soort !== 'verlopen') throw error;
      this.#expire('');
      return;
    }
    for (const { id, tekst } of store.read(`${this.key}:uit`, 'sessionStorage') ?? []) {
      if (this.out.has(id) || [...this.seen.values()].some((one) => one.id === id)) continue;
      const one = { id, tekst, stand: 'mislukt', fout: new Fout('net') };
      this.out.set(id, one);
      this.#view.own(one);
    }
    this.#keep();
    this.connect();
  }

  async #ensureSession() {
    if (!this.#api) throw new Fout('net');
    if (this.session) return;
    const begin = async () => {
      const other = store.read(this.key);
      if (other?.token && !other.einde && Date.parse(other.verloopt) > Date.now()) this.session = other;
      else this.session = await this.#api.ask('POST', 'sessions', { gemeente: this.id });
      this.#keep();
    };
    // Two tabs that begin at once get one conversation.
    await (navigator.locks ? navigator.locks.request(this.key, begin) : begin());
    this.#view.sessionChanged();
  }

  #keep() {
    if (!this.session) return;
    Object.assign(this.session, { eigenaar: this.eigenaar });
    store.write(this.key, this.session);
    const left = [...this.out.values()].filter((one) => one.stand !== 'klaar');
    const kept = left.map(({ id, tekst }) => ({ id, tekst }));
    store.write(`${this.key}:uit`, kept.length ? kept : null, 'sessionStorage');
  }

  /** Forgets the session on this device; what is on the screen stays. */
  forget() {
    this.disconnect();
    this.session = null;
    this.#clear();
    store.write(this.key, null);
    for (const part of ['uit', 'concept']) store.write(`${this.key}:${part}`, null, 'sessionStorage');
    this.#view.sessionChanged();
  }

  #expire(text) {
    const unsent = [...this.out.values()].filter((one) => one.stand !== 'klaar');
    this.forget();
    this.#view.expired([...unsent.map((one) => one.tekst), text].filter(Boolean).join('\n'), unsent);
  }

  #onStorage = ({ key, newValue, storageArea }) => {
    if (key !== this.key || storageArea !== localStorage) return;
    const other = newValue ? store.read(this.key) : null;
    if (!other) {
      if (this.session) {
        this.forget();
        this.#view.goneElsewhere();
      }
    } else if (other.token !== this.session?.token) {
      this.disconnect();
      this.#clear();
      this.all = [];
      this.session = other;
      this.#view.reset();
      this.#view.sessionChanged();
      this.history().catch(() => this.connect());
    } else if (other.einde && !this.ended) {
      this.#markEnded();
    }
  };

  // --- sending -------------------------------------------------------------------------------------------------

  send(tekst) {
    const one = { id: uuid(), tekst, stand: 'bezig', tijd: new Date().toISOString() };
    this.out.set(one.id, one);
    this.#view.own(one);
    return this.retry(one);
  }

  /** Sends a message (again); its id stays the same, so the server never has it twice. */
  retry(one) {
    one.stand = 'bezig';
    one.beantwoord = false;
    this.#view.ownChanged(one);
    this.#queue = this.#queue.then(() => this.#deliver(one));
    return this.#queue;
  }

  async #deliver(one) {
    if (!this.out.has(one.id)) return;
    try {
      await this.#ensureSession();
      this.#keep();
      this.connect();
      const { berichten } = await this.#api.ask('POST', 'messages', { id: one.id, tekst: one.tekst }, SEND_TIMEOUT);
      this.#take(berichten);
      one.stand = 'klaar';
      one.beantwoord = true;
    } catch (error) {
      if (error.soort === 'verlopen') {
        one.stand = 'mislukt';
        this.#expire('');
        return;
      }
      one.stand = one.beantwoord ? 'klaar' : 'mislukt';
      one.fout = error instanceof Fout ? error : new Fout('storing');
    }
    this.#keep();
    this.#view.ownChanged(one);
  }

  typing() {
    if (this.eigenaar !== 'medewerker' || !this.session || Date.now() - this.#typed < TYPING_PAUSE) return;
    this.#typed = Date.now();
    this.#api?.ask('POST', 'typing', {}).catch(() => {});
  }

  async #call(method, path, body) {
    if (!this.#api) throw new Fout('net');
    try {
      return await this.#api.ask(method, path, body, 15_000);
    } catch (error) {
      if (error.soort === 'verlopen') this.#expire('');
      throw error;
    }
  }

  feedback(nummer, duim, reden = null) {
    return this.#call('POST', 'feedback', { nummer, duim, reden });
  }

  grade(cijfer, toelichting) {
    return this.#call('POST', 'grade', { cijfer, toelichting });
  }

  async end() {
    await this.#call('POST', 'end', {});
    this.#markEnded();
  }

  #markEnded() {
    if (!this.session) return;
    this.session.einde = true;
    this.disconnect();
    this.#keep();
    this.#view.ended();
  }

  async erase() {
    const { bewijs } = await this.#call('DELETE', 'session');
    this.all = [];
    this.forget();
    return bewijs;
  }

  // --- receiving -----------------------------------------------------------------------------------------------

  #take(berichten, silent = false) {
    for (const one of [...berichten].sort((a, b) => a.nummer - b.nummer)) {
      if (this.seen.has(one.nummer)) continue;
      this.seen.set(one.nummer, one);
      this.all.push(one);
      const mine = one.id && this.out.get(one.id);
      if (mine) {
        mine.nummer = one.nummer;
        if (mine.stand === 'mislukt') mine.stand = 'klaar';
        this.#view.confirmed(mine, one);
      } else {
        if (one.van !== 'bewoner') for (const sent of this.out.values()) if (sent.nummer) sent.beantwoord = true;
        this.#view.message(one, silent);
      }
    }
  }

  #onEvent = ({ id, event, data }) => {
    let content;
    try {
      content = JSON.parse(data);
    } catch {
      return;
    }
    if (event === 'bericht') {
      this.#take([content]);
      // Only the stream moves the cursor: an answer to a POST may run ahead of what others said.
      this.cursor = Math.max(this.cursor, Number(id) || content.nummer);
      this.#keep();
    } else if (event === 'stand') {
      this.#state(content);
    }
  };

  #state(stand) {
    const wie = stand.soort === 'eigenaar' ? stand.wie : stand.eigenaar;
    if (stand.soort === 'gewist') {
      this.forget();
      this.#view.goneElsewhere();
      return;
    }
    if (wie && wie !== this.eigenaar) {
      const before = this.eigenaar;
      this.eigenaar = wie;
      this.#keep();
      this.#view.owner(wie, before);
    }
    this.#view.state(stand);
    if (stand.soort === 'einde' || stand.einde) this.#markEnded();
  }

  #onNetwork = () => {
    this.#view.network(navigator.onLine);
    if (!this.#wanted) this.disconnect();
    else if (this.#link) this.#link.wake?.();
    else this.connect();
  };

  // A hidden tab that only talks to the chatbot needs no stream; browsers allow few connections to one server.
  get #wanted() {
    return this.session && !this.ended && navigator.onLine && (!document.hidden || this.eigenaar !== 'bot');
  }

  connect() {
    if (this.#link || !this.#api || !this.#wanted) return;
    const control = new AbortController();
    this.#link = control;
    this.#run(control);
  }

  disconnect() {
    this.#link?.abort();
    this.#link = null;
  }

  async #run(control) {
    const { signal } = control;
    let failures = 0;
    while (!signal.aborted) {
      try {
        await this.#api.stream(
          this.cursor,
          signal,
          () => {
            failures = 0;
            this.#view.connection(true, 0);
          },
          (one) => signal.aborted || this.#onEvent(one),
        );
      } catch (error) {
        if (!signal.aborted && error.soort === 'verlopen') return void this.#expire('');
      }
      if (signal.aborted) return;
      // 1, 2, 4 … 30 seconds, with jitter so that not everybody comes back at once.
      let wait = Math.min(30_000, 1000 * 2 ** failures++) * (0.75 + Math.random() / 2);
      this.#view.connection(false, failures);
      while (wait > 0 && !signal.aborted) {
        const woken = new AbortController();
        control.wake = () => {
          wait = 0;
          woken.abort();
        };
        const step = Math.min(wait, POLL);
        await Promise.race([pause(step, signal), pause(step, woken.signal)]);
        wait -= step;
        if (!signal.aborted && failures > 1) await this.#poll();
      }
      control.wake = null;
    }
  }

  /** Without a stream messages still come, every few seconds. */
  async #poll() {
    try {
      const { berichten } = await this.#api.ask('GET', `messages?na=${this.cursor}`, null, 10_000);
      this.#take(berichten);
      this.cursor = Math.max(this.cursor, ...berichten.map((one) => one.nummer));
      this.#view.connection(true, 0);
    } catch (error) {
      if (error.soort === 'verlopen') this.#expire('');
    }
  }
}
