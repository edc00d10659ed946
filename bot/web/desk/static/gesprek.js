/* One conversation as the desk knows it: its messages by number, and what is on its way. Knows nothing of the screen. */

import { keep, uuid } from './dom.js';
import { get, post } from './server.js';

export class Gesprek {
  #fetching = null;
  #queue = Promise.resolve();
  #typed = 0;
  #read = 0;
  #wanted = 0;

  berichten = new Map();
  uit = new Map();
  notities = [];
  verloop = [];
  hoogste = 0;
  geladen = false;
  gewist = false;

  /** `op(what, more)` hears what changed: geladen, bericht, uit, notities, fout. */
  constructor(info, op, lezen = false) {
    this.info = info;
    this.op = op;
    this.lezen = lezen;
    this.concept = lezen ? '' : (keep.read(`concept:${info.id}`) ?? '');
  }

  get id() {
    return this.info.id;
  }

  get path() {
    return `/gesprekken/${this.id}`;
  }

  /** Of the last message of the resident, when no employee said anything since. */
  get wachtSinds() {
    let since = null;
    for (const one of this.berichten.values()) {
      if (one.van === 'medewerker') since = null;
      else if (one.van === 'bewoner' && !since && one.tijd >= (this.info.gevraagd ?? '')) since = one.tijd;
    }
    return since;
  }

  /** Numbers of messages of the resident that were not seen yet. */
  get ongelezen() {
    return [...this.berichten.values()].filter((one) => one.van === 'bewoner' && one.nummer > Math.max(this.info.gelezen, this.#read)).length;
  }

  /** How a message of an employee stands on WhatsApp; null when it is not there, or was too long ago to know. */
  stand(nummer) {
    const { whatsapp } = this.info;
    return whatsapp ? (whatsapp.standen[nummer] ?? (nummer > whatsapp.uitgezet ? 'onderweg' : null)) : null;
  }

  async open() {
    const { berichten, overdracht, notities, verloop } = await get(this.path);
    Object.assign(this, { notities, verloop, info: { ...this.info, ...overdracht } });
    this.gewist = overdracht.gewist;
    // What came before is not for us to read.
    this.hoogste = Math.max(this.hoogste, overdracht.vanaf - 1);
    this.#take(berichten, true);
    this.geladen = true;
    this.op('geladen');
    if (!this.lezen) this.#resend();
    return this;
  }

  /** What the stream says of it now. */
  update(info) {
    this.info = { ...this.info, ...info };
    this.#wanted = Math.max(this.#wanted, info.laatste ?? 0);
    this.catchUp();
  }

  /** Fetches what is new; once at a time, and again until nothing is missing. */
  catchUp() {
    if (!this.geladen || this.#fetching || this.hoogste >= this.#wanted) return;
    this.#fetching = get(`${this.path}?na=${this.hoogste}`)
      .then(({ berichten }) => {
        // Numbers have no gaps: when there is nothing after the last one known, the rest is not for us.
        if (!berichten.length) this.#wanted = this.hoogste;
        this.#take(berichten);
      })
      .catch((fout) => {
        if (fout.status === 410) this.gewist = true;
        else return new Promise((resolve) => setTimeout(resolve, 2_000));
        return null;
      })
      .finally(() => {
        this.#fetching = null;
        this.catchUp();
      });
  }

  #take(berichten, silent = false) {
    for (const one of berichten) {
      this.hoogste = Math.max(this.hoogste, one.nummer);
      this.#add(one, silent);
    }
  }

  #add(one, silent) {
    if (this.berichten.has(one.nummer)) return;
    this.berichten.set(one.nummer, one);
    this.berichten = new Map([...this.berichten].sort(([a], [b]) => a - b));
    if (one.id && this.uit.delete(one.id)) this.#keepOut();
    this.op('bericht', { bericht: one, silent });
  }

  send(tekst) {
    const one = { id: uuid(), tekst };
    this.uit.set(one.id, one);
    this.#keepOut();
    this.retry(one);
  }

  /** Under the same id, so that it never arrives twice. */
  retry(one) {
    one.stand = 'bezig';
    one.fout = null;
    this.op('uit');
    this.#queue = this.#queue.then(() => this.#deliver(one));
  }

  drop(one) {
    this.uit.delete(one.id);
    this.#keepOut();
    this.op('uit');
  }

  /** The connection is back: what failed for want of it goes again. */
  reconnected() {
    for (const one of this.uit.values()) if (one.fout?.tijdelijk) this.retry(one);
    this.catchUp();
  }

  async #deliver(one) {
    if (!this.uit.has(one.id)) return;
    try {
      const { bericht } = await post(`${this.path}/berichten`, { id: one.id, tekst: one.tekst });
      this.uit.delete(one.id);
      this.#keepOut();
      // `hoogste` stays: what others said before it may still have to come.
      this.#add(bericht, false);
    } catch (fout) {
      Object.assign(one, { stand: 'mislukt', fout });
    }
    this.op('uit');
  }

  #resend() {
    for (const { id, tekst } of keep.read(`uit:${this.id}`) ?? []) {
      if (this.uit.has(id) || [...this.berichten.values()].some((one) => one.id === id)) continue;
      const one = { id, tekst };
      this.uit.set(id, one);
      this.retry(one);
    }
    this.#keepOut();
  }

  #keepOut() {
    keep.write(`uit:${this.id}`, [...this.uit.values()].map(({ id, tekst }) => ({ id, tekst })));
  }

  setConcept(tekst) {
    this.concept = tekst;
    keep.write(`concept:${this.id}`, tekst);
    if (!tekst.trim() || Date.now() - this.#typed < 4_000) return;
    this.#typed = Date.now();
    post(`${this.path}/typt`).catch(() => {});
  }

  /** The employee has it before their eyes. */
  seen() {
    const last = Math.max(0, ...this.berichten.keys());
    if (this.lezen || last <= Math.max(this.info.gelezen, this.#read)) return false;
    this.#read = last;
    post(`${this.path}/gelezen`, { nummer: last }).catch(() => {});
    return true;
  }

  async addNote(tekst) {
    const { notities } = await post(`${this.path}/notities`, { tekst });
    this.notities = notities;
    this.op('notities');
  }

  forget() {
    keep.write(`concept:${this.id}`, null);
    keep.write(`uit:${this.id}`, null);
  }
}
