/* Asks how far the gate is, until it is done. Without this script there is a button for it. */

const EVERY = 500;

/** The page that the server answers with, parsed as a document: scripts in it never run. */
function ask(form) {
  return new Promise((done, failed) => {
    const values = new URLSearchParams(new FormData(form));
    const request = new XMLHttpRequest();
    const post = form.method === 'post';
    request.open(form.method, form.action);
    request.responseType = 'document';
    request.onload = () => done(request.response);
    request.onerror = failed;
    request.send(post ? values : null);
  });
}

async function follow() {
  const form = document.getElementById('toets-bezig');
  if (!form) return;
  try {
    const page = await ask(form);
    const fresh = page?.getElementById('toets-bezig');
    if (fresh) form.querySelector('[role=status]').textContent = fresh.querySelector('[role=status]').textContent;
    else if (page?.querySelector('main')) {
      const main = document.querySelector('main');
      main.replaceChildren(...document.adoptNode(page.querySelector('main')).childNodes);
      main.focus({ preventScroll: true });
    }
  } catch {
    // The next time, perhaps.
  }
  setTimeout(follow, EVERY);
}

follow();
