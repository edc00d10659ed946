/* Transport: JSON over fetch, and server-sent events read from a fetch so that the token stays out of the address. */

const SILENCE = 45_000; // the server says something every 15 seconds; longer silence means a dead or buffered stream

/** `soort`: net | traag | verlopen | druk | storing | geweigerd. `message` is a sentence of the server, or empty. */
export class Fout extends Error {
  constructor(soort, text = '', seconds = 0) {
    super(text);
    this.soort = soort;
    this.seconds = seconds;
  }
}

async function failure(answer) {
  const text = await answer.json().then((body) => String(body.fout ?? ''), () => '');
  if (answer.status === 401) return new Fout('verlopen', text);
  if (answer.status === 429) {
    const after = answer.headers.get('Retry-After') ?? '';
    const seconds = /^\d+$/.test(after) ? Number(after) : Math.ceil((Date.parse(after) - Date.now()) / 1000);
    return new Fout('druk', text, Math.max(1, seconds || 10));
  }
  return new Fout(answer.status >= 500 ? 'storing' : 'geweigerd', text);
}

export class Api {
  /** @param base address of the engine  @param token function that gives the token, or null */
  constructor(base, token) {
    this.base = `${base.replace(/\/+$/, '')}/webhooks/webchat/`;
    this.token = token;
  }

  #fetch(method, path, options) {
    const token = this.token();
    const headers = { ...options.headers, ...(token && { Authorization: `Bearer ${token}` }) };
    return fetch(this.base + path, { ...options, method, headers, credentials: 'omit', cache: 'no-store' });
  }

  async ask(method, path, body, timeout = 30_000) {
    const options = { signal: AbortSignal.timeout(timeout) };
    if (body) {
      options.body = JSON.stringify(body);
      options.headers = { 'Content-Type': 'application/json' };
    }
    let answer;
    try {
      answer = await this.#fetch(method, path, options);
      if (answer.ok) return answer.status === 204 ? null : await answer.json();
    } catch (error) {
      throw new Fout(error.name === 'TimeoutError' ? 'traag' : error.name === 'SyntaxError' ? 'storing' : 'net');
    }
    throw await failure(answer);
  }

  /** Reads the stream until it ends; `onEvent({ id, event, data })`. */
  async stream(last, signal, onOpen, onEvent) {
    const control = new AbortController();
    const stop = () => control.abort();
    signal.addEventListener('abort', stop, { once: true });
    let timer = setTimeout(stop, SILENCE);
    try {
      const headers = { Accept: 'text/event-stream', 'Last-Event-ID': String(last) };
      const answer = await this.#fetch('GET', 'events', { headers, signal: control.signal });
      if (!answer.ok) throw await failure(answer);
      if (!answer.headers.get('Content-Type')?.startsWith('text/event-stream')) throw new Fout('storing');
      onOpen();
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let rest = ''; ; ) {
        const { value, done } = await reader.read();
        if (done) return;
        clearTimeout(timer);
        timer = setTimeout(stop, SILENCE);
        const parts = (rest + value).replace(/\r\n?/g, '\n').split('\n\n');
        rest = parts.pop();
        for (const part of parts) {
          const one = { event: 'message', data: '' };
          for (const line of part.split('\n')) {
            const [, field, text] = /^(\w+): ?(.*)$/.exec(line) ?? [];
            if (field === 'data') one.data += text;
            else if (field) one[field] = text;
          }
          if (one.data) onEvent(one);
        }
      }
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
  }
}
