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

// Every field of the form goes along under its own name; these belong to the page and not to the entry.
const OF_THE_PAGE = new Set(["csrfmiddlewaretoken", "form_for", "client_id", "zone"]);

function entryOf(form, button) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const entry = { id: crypto.randomUUID(), kind: form.dataset.offline, entered_at: new Date().toISOString().slice(0, 19), zone };
  for (const [name, value] of new FormData(form, button)) if (value !== "" && !OF_THE_PAGE.has(name)) entry[name] = value;
  if ("minutes_ago" in entry) for (const field of form.querySelectorAll("details [name]")) delete entry[field.name];
  if (form.dataset.attack) entry.attack = form.dataset.attack;
  return entry;
}

// ---- a clock time that came twice: the same two choices that the clinic would ask for, so that they go along offline

const wallOf = (ms, zone) => {
  const shown = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  return shown.format(ms).replace(" ", "T");
};

function comesTwice(wall, zone) {
  const read = Date.parse(`${wall}Z`);
  if (Number.isNaN(read)) return false;
  const moments = [-1, 1].map((days) => read - (Date.parse(`${wallOf(read + days * 864e5, zone)}Z`) - (read + days * 864e5)));
  return moments[0] !== moments[1] && moments.every((ms) => wallOf(ms, zone) === wall.slice(0, 16));
}

function askWhich(field) {
  const asked = field.parentElement.querySelector(".twice");
  const twice = comesTwice(field.value, field.form.dataset.clock);
  if (asked && !twice) asked.remove();
  if (asked || !twice) return;
  const ask = document.querySelector(`template[data-twice="${field.name}"]`).content.cloneNode(true);
  for (const one of ask.querySelectorAll("input")) one.required = true;
  field.after(ask);
}

for (const field of document.querySelectorAll("form[data-clock] [type=datetime-local]")) {
  field.addEventListener("change", () => askWhich(field));
  askWhich(field);
}

const sinceOf = (entry, zone) => (entry.started_at ?? wallOf(Date.now() - 6e4 * entry.minutes_ago, zone)).slice(11, 16);

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
    if (entry.ended_at) return form.reset();
    if (!running) return;
    const copy = running.content.cloneNode(true);
    const since = copy.querySelector(".since");
    since.textContent = since.textContent.replace("…", sinceOf(entry, form.dataset.clock));
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
  const still = (await waiting()).find((one) => one.id === entry.id);
  if (still?.refused && form.hasAttribute("action")) { // the clinic has seen it: its page says why, beside the field
    await forget(still.order);
    form.dataset.plain = "yes";
    form.requestSubmit(button);
  } else if (still) showHere(form, button, entry);
  else location.assign((entry.ended_at && form.dataset.thenOver) || form.dataset.then || location.href);
}

// A time of one's own is needed by the button beside it alone; the others begin an attack in one tap.
function lacksATime(form, button) {
  const field = button?.name === "minutes_ago" ? null : form.querySelector("[name=started_at]");
  if (!field || field.value) return false;
  field.required = true;
  field.reportValidity();
  field.required = false;
  return true;
}

addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.offline || form.dataset.plain || !crypto.randomUUID || !window.indexedDB) return;
  event.preventDefault();
  if (!lacksATime(form, event.submitter)) take(form, event.submitter);
});

for (const field of document.querySelectorAll("input[name=zone]")) {
  field.value = Intl.DateTimeFormat().resolvedOptions().timeZone || field.value;
}
addEventListener("online", send);
send();
