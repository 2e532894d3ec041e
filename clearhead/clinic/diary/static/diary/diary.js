// Entries made without a connection wait on the phone and are sent later. Every entry carries an id chosen here, so
// sending it twice changes nothing. Without this script the same forms go to the clinic directly.
const STORE = "entries";
const place = document.querySelector("[data-sync]");
const line = document.querySelector("[data-saved]");

function database() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("clearhead-diary", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "order", autoIncrement: true });
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}

async function inStore(mode, work) {
  const opened = await database();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = opened.transaction(STORE, mode);
      const asked = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onerror = () => reject(transaction.error);
    });
  } finally {
    opened.close();
  }
}

const waiting = () => inStore("readonly", (store) => store.getAll());
const keep = (entry) => inStore("readwrite", (store) => store.add(entry));
const replace = (entry) => inStore("readwrite", (store) => store.put(entry));
const forget = (order) => inStore("readwrite", (store) => store.delete(order));

function say(state, words) {
  if (!line) return;
  line.className = `saved ${state}`;
  line.textContent = words;
}

const clock = () => new Date().toTimeString().slice(0, 5);

function entryOf(form, button) {
  const said = new FormData(form, button);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const entry = { id: crypto.randomUUID(), kind: form.dataset.offline, entered_at: new Date().toISOString().slice(0, 19), zone };
  if (entry.kind === "day") Object.assign(entry, { local_date: said.get("local_date"), answer: said.get("answer") });
  if (entry.kind === "start") entry.minutes_ago = said.get("minutes_ago") || 0;
  if (form.dataset.attack) entry.attack = form.dataset.attack;
  return entry;
}

async function send() {
  if (!place) return;
  const queued = (await waiting()).filter((entry) => !entry.refused);
  if (!queued.length) return;
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
  let answer;
  try {
    answer = await fetch(place.dataset.sync, {
      method: "POST",
      redirect: "manual",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify({ entries: queued }),
    });
  } catch {
    return say("waiting", `✓ ${line?.dataset.here} · ${line?.dataset.waiting}: ${queued.length}`);
  }
  if (!answer.ok) return say("waiting", `✓ ${line?.dataset.here} · ${line?.dataset.waiting} · ${line?.dataset.signIn}`);
  const told = new Map((await answer.json()).results.map((result) => [result.id, result]));
  let refusal = "";
  for (const entry of queued) {
    const result = told.get(entry.id);
    if (result?.state === "saved") await forget(entry.order);
    else if (result) {
      refusal = result.sentence;
      await replace({ ...entry, refused: result.sentence });
    }
  }
  if (refusal) say("refused", `${line?.dataset.refused}: ${refusal}`);
  else say("", `✓ ${line?.dataset.here} · ${line?.dataset.clinic} ${clock()}`);
}

function showHere(form, button, entry) {
  if (entry.kind === "day") {
    for (const one of form.querySelectorAll("button")) {
      one.classList.toggle("on", one === button);
      one.setAttribute("aria-pressed", String(one === button));
    }
  } else if (entry.kind === "start") {
    const running = document.querySelector("template[data-running]");
    if (!running) return;
    const copy = running.content.cloneNode(true);
    for (const one of copy.querySelectorAll("form")) one.dataset.attack = entry.id;
    form.replaceWith(copy);
  } else if (entry.kind === "over") {
    button.disabled = true;
  }
}

async function take(form, button) {
  const entry = entryOf(form, button);
  try {
    await keep(entry);
  } catch {
    form.dataset.plain = "yes"; // no store on this device (a private window): send it the plain way
    return form.requestSubmit(button);
  }
  say("waiting", `✓ ${line?.dataset.here} · ${line?.dataset.waiting}`);
  await send();
  const still = (await waiting()).some((one) => one.id === entry.id);
  if (still) showHere(form, button, entry);
  else location.assign(form.dataset.then || location.href);
}

addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.offline || form.dataset.plain || !crypto.randomUUID || !window.indexedDB) return;
  event.preventDefault();
  take(form, event.submitter);
});

for (const field of document.querySelectorAll("input[name=zone]")) {
  field.value = Intl.DateTimeFormat().resolvedOptions().timeZone || field.value;
}
addEventListener("online", send);
send();
