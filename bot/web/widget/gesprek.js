/* One conversation. Knows nothing of the screen: it tells a `view` what happened. */

const SILENCE = 45_000; // the server speaks every 15 seconds
const POLL = 5_000;

/** `soort`: net | traag | verlopen | druk | storing | geweigerd. */
class Fout extends Error {
  constructor(soort, text, seconds) {
    super(text);
    Object.assign(this, { soort, seconds });
  }
}

async function failure(answer) {
  const { status, headers } = answer;
  const { fout } = await answer.json().catch(() => ({}));
  if (status === 401) return new Fout('verlopen');
  if (status === 429) return new Fout('druk', fout, Number(headers.get('Retry-After')) || 10);
  return new Fout(status < 500 ? 'geweigerd' : 'storing', fout);
}

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

// Pages without https do not have randomUUID.
const uuid = () =>
  '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (digit) =>
    (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16),
  );

const alive = (session) => session?.token && Date.parse(session.verloopt) > Date.now();

export class Gesprek {
  #view;
  #queue = Promise.resolve();
  #stream = null;
  #typed = 0;

  base = null;
  session = null;
  all = [];

  constructor(id, view, portaal) {
    this.id = id;
    this.portaal = portaal;
    this.key = `vraagbaak:${id}`;
    this.#view = view;
    this.#clear();
    addEventListener('storage', (event) => event.key === this.key && this.#otherTab());
    for (const name of ['online', 'offline']) addEventListener(name, () => this.#network());
    document.addEventListener('visibilitychange', () => this.#network());
  }

  #clear() {
    this.seen = new Map();
    this.out = new Map();
    this.cursor = 0;
    this.eigenaar = 'bot';
  }

  get busy() {
    return [...this.out.values()].some((one) => one.stand === 'bezig' && !one.beantwoord);
  }

  async #fetch(method, path, signal, headers, body) {
    if (!this.base) throw new Fout('net');
    const { token } = this.session ?? {};
    if (token) headers.Authorization = `Bearer ${token}`;
    const url = `${this.base.replace(/\/+$/, '')}/webhooks/webchat/${path}`;
    const answer = await fetch(url, { method, headers, body, signal, credentials: 'omit', cache: 'no-store' });
    if (!answer.ok) throw await failure(answer);
    return answer;
  }

  async #ask(method, path, body, timeout = 15_000) {
    const { session } = this;
    try {
      const headers = body ? { 'Content-Type': 'application/json' } : {};
      const answer = await this.#fetch(method, path, AbortSignal.timeout(timeout), headers, body && JSON.stringify(body));
      return answer.status === 204 ? null : await answer.json();
    } catch (error) {
      const fout = error.soort ? error : new Fout({ TimeoutError: 'traag', SyntaxError: 'storing' }[error.name] ?? 'net');
      if (fout.soort === 'verlopen' && session === this.session) this.#expire();
      throw fout;
    }
  }

  /* Server-sent events by fetch, so that the token stays out of the address. */
  async #listen(control) {
    let timer;
    const alarm = () => {
      clearTimeout(timer);
      timer = setTimeout(() => control.abort(), SILENCE);
    };
    alarm();
    try {
      const headers = { Accept: 'text/event-stream', 'Last-Event-ID': this.cursor };
      const answer = await this.#fetch('GET', 'events', control.signal, headers);
      if (!answer.headers.get('Content-Type')?.startsWith('text/event-stream')) throw new Fout('storing');
      this.failures = 0;
      this.#view.connection(true);
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let rest = '';; ) {
        const { value, done } = await reader.read();
        if (done || control.signal.aborted) return;
        alarm();
        const parts = (rest + value).replaceAll('\r', '').split('\n\n');
        rest = parts.pop();
        for (const part of parts) {
          const fields = Object.fromEntries(part.split('\n').map((line) => line.split(/: ?(.*)/, 2)));
          if (fields.data) this.#onEvent(fields.event, JSON.parse(fields.data));
        }
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Takes up the stored session, if any; gives whether that was somebody else's, so that a new one began. Throws Fout. */
  async resume() {
    let other = false;
    if (!this.session) {
      const stored = store.read(this.key);
      if (!stored?.token) return;
      if (!alive(stored)) {
        this.#expire();
        return;
      }
      const session = await this.#own(stored);
      // Unless a message was faster.
      if (!this.session) {
        this.#adopt(session);
        other = session !== stored;
        if (other) {
          this.#forgetUnsent();
          this.#keep();
        }
      }
    }
    await this.#catchUp(true);
    for (const { id, tekst } of store.read(`${this.key}:uit`, 'sessionStorage') ?? []) {
      if (this.out.has(id) || this.all.some((one) => one.id === id)) continue;
      const one = { id, tekst, stand: 'mislukt' };
      this.out.set(id, one);
      this.#view.own(one);
    }
    if (this.session.einde) this.#view.ended();
    this.connect();
    return other;
  }

  #adopt(session) {
    this.session = session;
    this.eigenaar = session.eigenaar ?? 'bot';
    this.#view.sessionChanged();
  }

  /* The session that goes on, or a new one. With who is logged in on the page no conversation of somebody else goes on. */
  async #own(session) {
    const portaal = this.portaal();
    if (session && !portaal) return session;
    const answer = await this.#ask('POST', 'sessions', { gemeente: this.id, portaal, gesprek: session?.token });
    return answer.token === session?.token ? session : answer;
  }

  async #begin() {
    const begin = async () => {
      const other = store.read(this.key);
      this.#adopt(await this.#own(alive(other) && !other.einde ? other : undefined));
      this.#keep();
    };
    // Two tabs that begin at once get one conversation.
    await (navigator.locks?.request(this.key, begin) ?? begin());
  }

  #keep() {
    if (!this.session) return;
    this.session.eigenaar = this.eigenaar;
    store.write(this.key, this.session);
    const left = [...this.out.values()].filter((one) => one.stand !== 'klaar').map(({ id, tekst }) => ({ id, tekst }));
    store.write(`${this.key}:uit`, left.length ? left : null, 'sessionStorage');
  }

  /** Forgets the session on this device; what is on the screen stays. */
  forget() {
    this.disconnect();
    this.session = null;
    this.#clear();
    store.write(this.key, null);
    this.#forgetUnsent();
    this.#view.sessionChanged();
  }

  #forgetUnsent() {
    for (const part of ['uit', 'concept']) store.write(`${this.key}:${part}`, null, 'sessionStorage');
  }

  #expire() {
    const unsent = [...this.out.values()].filter((one) => one.stand !== 'klaar');
    this.forget();
    this.#view.expired(unsent);
  }

  #gone() {
    this.all = [];
    this.forget();
    this.#view.gone();
  }

  #otherTab() {
    const other = store.read(this.key);
    if (!other) {
      if (this.session) this.#gone();
    } else if (other.token !== this.session?.token) {
      this.disconnect();
      this.#clear();
      this.all = [];
      this.#view.reset();
      this.#adopt(other);
      this.resume().catch(() => this.connect());
    } else if (other.einde && !this.session.einde) this.#ended();
  }

  #ended() {
    this.session.einde = true;
    this.disconnect();
    this.#keep();
    this.#view.ended();
  }

  send(tekst) {
    const one = { id: uuid(), tekst };
    this.out.set(one.id, one);
    this.#view.own(one);
    this.retry(one);
  }

  /** Sends again under the same id, so the server never has it twice. */
  retry(one) {
    one.stand = 'bezig';
    this.#view.ownChanged(one);
    this.#queue = this.#queue.then(() => this.#deliver(one));
  }

  async #deliver(one) {
    if (!this.out.has(one.id)) return;
    try {
      if (!this.session) await this.#begin();
      this.#keep();
      this.connect();
      const { berichten } = await this.#ask('POST', 'messages', { id: one.id, tekst: one.tekst }, 60_000);
      this.#take(berichten);
      one.stand = 'klaar';
    } catch (error) {
      if (error.soort === 'verlopen') return;
      one.stand = one.beantwoord ? 'klaar' : 'mislukt';
      one.fout = error;
    }
    this.#keep();
    this.#view.ownChanged(one);
  }

  typing() {
    if (this.eigenaar !== 'medewerker' || Date.now() - this.#typed < 3_000) return;
    this.#typed = Date.now();
    this.#ask('POST', 'typing', {}).catch(() => {});
  }

  /** `mens`: the resident wants to speak somebody. */
  feedback(nummer, duim, reden, mens) {
    return this.#ask('POST', 'feedback', { nummer, duim, reden, mens });
  }

  /** Waits for an employee no longer. */
  leave() {
    return this.#ask('POST', 'leave', {});
  }

  async grade(cijfer, toelichting) {
    await this.#ask('POST', 'grade', { cijfer, toelichting });
    this.judged(cijfer);
  }

  /** A grade was given, or refused (-1): it is not asked for again. */
  judged(cijfer = -1) {
    this.session.cijfer = cijfer;
    this.#keep();
  }

  async end() {
    await this.#ask('POST', 'end', {});
    this.#ended();
  }

  async erase() {
    this.disconnect();
    try {
      const { bewijs } = await this.#ask('DELETE', 'session');
      this.all = [];
      this.forget();
      store.write(`${this.key}:gemeente`, null);
      return bewijs;
    } finally {
      this.connect();
    }
  }

  #take(berichten, silent) {
    for (const one of berichten.sort((a, b) => a.nummer - b.nummer)) {
      if (this.seen.has(one.nummer)) continue;
      this.seen.set(one.nummer, one);
      this.all.push(one);
      const mine = this.out.get(one.id);
      if (mine) {
        mine.nummer = one.nummer;
        this.#view.confirmed(mine, one);
      } else {
        if (one.van !== 'bewoner') for (const sent of this.out.values()) sent.beantwoord ||= sent.nummer > 0;
        this.#view.message(one, silent);
      }
    }
  }

  async #catchUp(silent) {
    const { berichten } = await this.#ask('GET', `messages?na=${this.cursor}`);
    this.#take(berichten, silent);
    this.cursor = Math.max(this.cursor, ...berichten.map((one) => one.nummer));
  }

  #onEvent(event, content) {
    if (event === 'bericht') {
      this.#take([content]);
      // Only the stream moves the cursor: the answer to a POST may run ahead of what others said.
      this.cursor = Math.max(this.cursor, content.nummer);
      this.#keep();
    } else if (event === 'stand') this.#state(content);
  }

  #state(stand) {
    if (stand.soort === 'gewist') {
      this.#gone();
      return;
    }
    const wie = stand.wie ?? stand.eigenaar;
    if (wie && wie !== this.eigenaar) {
      const before = this.eigenaar;
      this.eigenaar = wie;
      this.#keep();
      this.#view.owner(wie, before);
    }
    this.#view.state(stand);
    if (stand.soort === 'einde' && !this.session.einde) this.#ended();
  }

  #network() {
    this.#view.connection(true);
    this.failures = 0;
    // A hidden tab with only the chatbot needs no stream: browsers allow few connections to one server.
    if (navigator.onLine && (!document.hidden || this.eigenaar !== 'bot')) this.connect();
    else this.disconnect();
  }

  connect() {
    if (this.#stream || !this.session || this.session.einde || !navigator.onLine) return;
    this.#stream = {};
    this.#run(this.#stream);
  }

  disconnect() {
    this.#stream?.control?.abort();
    this.#stream = null;
  }

  async #run(stream) {
    const current = () => this.#stream === stream;
    this.failures = 0;
    while (current()) {
      stream.control = new AbortController();
      try {
        await this.#listen(stream.control);
      } catch (error) {
        if (current() && error.soort === 'verlopen') this.#expire();
      }
      if (!current()) return;
      // 1, 2, 4 … 30 seconds, with jitter; meanwhile by asking.
      let wait = Math.min(30_000, 1000 * 2 ** this.failures++) * (0.75 + Math.random() / 2);
      for (; wait > 0 && this.failures && current(); wait -= POLL) {
        await new Promise((resolve) => setTimeout(resolve, Math.min(wait, POLL)));
        if (!current() || this.failures < 2) continue;
        await this.#catchUp().then(() => this.#view.connection(true), () => this.#view.connection(false));
      }
    }
  }
}
