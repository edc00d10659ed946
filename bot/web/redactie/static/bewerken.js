/* Saves while somebody writes, shows the preview and tips that come back, and puts placeholders in the text.
   Without this script the form works by its buttons. No HTML is made from text: the browser parses the server's own page. */

const IDLE = 1200;
const LATER = 5000;
const BEAT = 10000;
const form = document.getElementById('tekst');
const busy = document.getElementById('bezig');
let last = serialised();
let timer = 0;
let running = false;
let stopped = false;
let field = document.getElementById('deel-kort');

function serialised() {
  const data = new FormData(form);
  for (const name of ['concept', 'volgnummer', 'basis', 'csrf']) data.delete(name);
  return new URLSearchParams(data).toString();
}

/** The page that the server answers with, parsed as a document: scripts in it never run. */
function send(values) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open(values ? 'POST' : 'GET', location.pathname + location.search);
    request.responseType = 'document';
    request.timeout = 20000;
    request.onload = () => done(request);
    request.onerror = request.ontimeout = failed;
    request.send(values);
  });
}

function take(page, ids) {
  for (const id of ids) {
    const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
    // What somebody is reading with the keyboard stays; regions stay too, so that screen readers tell what comes in them.
    if (old && fresh && !old.contains(document.activeElement)) old.replaceChildren(...document.adoptNode(fresh).childNodes);
  }
}

/** After logging in again, in another tab, forms carry another token. The text on this page stays. */
async function renew() {
  const token = (await send(null)).response?.querySelector('#tekst [name=csrf]')?.value;
  if (!token || token === form.elements.csrf.value) return false;
  for (const one of document.querySelectorAll('[name=csrf]')) one.value = token;
  return true;
}

async function save() {
  const now = serialised();
  if (stopped || running || now === last) return;
  running = true;
  let wait = LATER;
  const values = new URLSearchParams(new FormData(form));
  values.set('doe', 'bewaar');
  values.set('stil', '1');
  try {
    const answer = await send(values);
    if (answer.status === 200 && answer.response?.getElementById('stand')) {
      last = now;
      take(answer.response, ['stand', 'bewaard', 'meekijkers', 'keuring', 'links', 'voorbeeld']);
      busy.textContent = '';
      wait = IDLE;
    } else if (answer.status === 409) {
      stopped = true;
      busy.textContent = 'Een collega was u voor. Kies Bewaar om beide teksten te zien.';
    } else if (await renew()) {
      wait = 0;
    } else {
      const text = answer.response?.querySelector('[role=alert]')?.textContent;
      busy.textContent = text ?? 'Bewaren lukt niet. Log in een ander tabblad opnieuw in; uw tekst blijft hier staan.';
    }
  } catch {
    busy.textContent = 'Geen verbinding. Uw tekst staat nog hier; bewaren gaat straks vanzelf verder.';
  }
  running = false;
  if (serialised() !== last && !stopped) plan(wait);
}

function plan(wait = IDLE) {
  clearTimeout(timer);
  timer = setTimeout(save, wait);
}

async function beat() {
  try {
    const answer = await send(new URLSearchParams({ csrf: form.elements.csrf.value, doe: 'hartslag' }));
    if (answer.response?.getElementById('meekijkers')) take(answer.response, ['meekijkers']);
    else if (await renew()) plan();
  } catch {
    // The next one comes soon.
  }
}

form.addEventListener('input', () => plan());
form.addEventListener('submit', () => {
  clearTimeout(timer);
  last = serialised();
});
form.addEventListener('focusin', ({ target }) => {
  if (target.matches('textarea[data-deel]')) field = target;
});
addEventListener('beforeunload', (event) => {
  if (serialised() !== last) event.preventDefault();
});

document.addEventListener('click', (event) => {
  const place = event.target.closest('a[data-deel]');
  const insert = event.target.closest('[data-invoegen]');
  if (place) {
    const area = document.getElementById(`deel-${place.dataset.deel}`);
    if (!area) return;
    event.preventDefault();
    area.focus();
    if (place.dataset.tot) area.setSelectionRange(Number(place.dataset.van), Number(place.dataset.tot));
    area.scrollIntoView({ block: 'center' });
  } else if (insert) {
    field.focus();
    field.setRangeText(insert.dataset.invoegen, field.selectionStart, field.selectionEnd, 'end');
    plan();
  }
});

document.getElementById('zoekveld').addEventListener('input', ({ target }) => {
  const wanted = target.value.trim().toLowerCase();
  for (const row of document.querySelectorAll('#invulvelden tbody tr')) {
    row.hidden = !row.textContent.toLowerCase().includes(wanted);
  }
});

setInterval(beat, BEAT);
