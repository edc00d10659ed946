/* WhatsApp: the sign in lists and conversations, the 24 hours, and how a message stands. Never by colour alone. */

import { el, hidden, icon } from './dom.js';
import { now, painted } from './klok.js';
import { t } from './teksten.js';

export const DAG = 864e5;
const WAARSCHUWEN = 72e5; // two hours
const SIGNS = { open: 'optijd', bijna: 'bijna', voorbij: 'telaat' };
const STANDEN = {
  onderweg: 'optijd',
  verzonden: 'vink',
  afgeleverd: 'vinken',
  gelezen: 'oog',
  niet_afgeleverd: 'telaat',
  wacht_op_bewoner: 'bijna',
};

const isOn = ({ kanaal }) => kanaal === 'whatsapp';

/** Of the 24 hours: `open`, `bijna` (the last two) or `voorbij`; null when they do not count. */
export function raam({ whatsapp, status }) {
  if (!whatsapp || status === 'gesloten') return null;
  const left = Date.parse(whatsapp.tot) - now();
  if (left <= 0) return 'voorbij';
  return left < WAARSCHUWEN ? 'bijna' : 'open';
}

/** What is left of them, in hours and minutes. */
export function nog({ whatsapp }) {
  const minutes = Math.max(1, Math.ceil((Date.parse(whatsapp.tot) - now()) / 6e4));
  return minutes < 60 ? t('minuten', { n: minutes }) : t('uren', { u: Math.floor(minutes / 60), m: minutes % 60 });
}

function number({ whatsapp }) {
  if (!whatsapp) return null;
  if (!whatsapp.nummer) return el('span', null, t('geenNummer'));
  return [el('span', { 'aria-hidden': 'true' }, whatsapp.nummer), ' ', hidden(t('eindigtOp', { cijfers: [...whatsapp.nummer.slice(-3)].join(' ') }))];
}

/** That it is on WhatsApp, with the last digits and what is left of the 24 hours; null for the website. */
export function sign(of) {
  const first = of();
  if (!isOn(first)) return null;
  const who = el('span', { class: 'nummer' });
  const left = el('span', { class: 'raam' });
  const node = el('p', { class: 'kanaal klein' }, icon('whatsapp'), el('strong', null, t('kanaal_whatsapp')), ' ', who, ' ', left);
  let shown = '';
  return painted(node, () => {
    const info = of();
    const stand = raam(info);
    const words = stand && t(`raam_${stand}`, { tijd: nog(info) });
    const key = [info.whatsapp?.nummer, stand, words].join();
    if (shown === key) return;
    shown = key;
    who.replaceChildren(...[number(info) ?? []].flat());
    left.hidden = !stand;
    left.dataset.stand = stand ?? '';
    left.replaceChildren(...(stand ? [icon(SIGNS[stand]), words] : []));
  });
}

/** How a message of an employee stands. Its changes are not read aloud: what needs a deed comes as a message of its own. */
export function standing() {
  const node = el('p', { class: 'klein stand', 'aria-live': 'off', hidden: true });
  node.show = (stand) => {
    if (node.dataset.stand === (stand ?? '')) return;
    node.dataset.stand = stand ?? '';
    node.hidden = !stand;
    node.replaceChildren(...(stand ? [icon(STANDEN[stand]), hidden(t('stand')), t(`stand_${stand}`)] : []));
  };
  return node;
}

/** Above the message that is being typed: what the 24 hours mean for it. `callBack()` asks for a call. */
export function notice(id, of, callBack, leave) {
  const node = el('div', { id, class: 'raammelding' });
  let shown = '';
  return painted(node, () => {
    const info = of();
    const { whatsapp } = info;
    const stand = raam(info);
    const count = (wanted) => Object.values(whatsapp?.standen ?? {}).filter((one) => one === wanted).length;
    const [waiting, failed] = [count('wacht_op_bewoner'), count('niet_afgeleverd')];
    const key = JSON.stringify([stand, stand === 'bijna' && nog(info), whatsapp?.sjabloon, whatsapp?.terugbellen, whatsapp?.verzoek, waiting, failed]);
    if (shown === key) return;
    shown = key;
    const held = node.contains(document.activeElement);
    const offer = stand && (stand === 'voorbij' || failed > 0);
    const lines = [
      stand === 'bijna' && t('raamBijna', { tijd: nog(info) }),
      ...(stand === 'voorbij' ? [t('raamVoorbij'), t('raamUitleg'), whatsapp.sjabloon && !waiting && t('raamSjabloon')] : []),
      waiting > 0 && t(waiting === 1 ? 'wachtEen' : 'wachtMeer', { n: waiting }),
      offer && failed > 0 && t(failed === 1 ? 'misluktEen' : 'misluktMeer', { n: failed }),
      offer && whatsapp.verzoek && t('staatTerugbel', { nummer: whatsapp.verzoek }),
      offer && !whatsapp.nummer && t('raamGeenNummer'),
    ].filter(Boolean);
    const call = offer && whatsapp.terugbellen && !whatsapp.verzoek;
    node.replaceChildren(
      ...(lines.length
        ? [
            el(
              'div',
              { class: 'let-op' },
              icon('bijna'),
              el('div', null, lines.map((line) => el('p', null, line))),
              call && el('button', { type: 'button', class: 'knop tweede', onclick: callBack }, t('belTerug')),
            ),
          ]
        : []),
    );
    if (held) (node.querySelector('button') ?? leave()).focus();
  });
}
