// A tap is kept on the phone, shown at once and sent to the clinic. Without this script the same forms go there directly.
import { drain, forget, keep, waiting } from "./queue.js";
import { showKept } from "./kept.js";

const RETRY_MS = 30000;
const place = document.querySelector("[data-sync]");
const line = document.querySelector("[data-saved]");
const names = place.dataset.diary.split(" ");
let taking = 0;

function say(state, words) {
  line.className = `saved ${state}`;
  line.textContent = words;
}

const clock = () => new Date().toTimeString().slice(0, 5);

// Every field of the form goes along under its own name; these belong to the page and not to the entry.
const OF_THE_PAGE = new Set(["csrfmiddlewaretoken", "form_for", "client_id", "zone"]);

function entryOf(form, button) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const now = new Date().toISOString().slice(0, 19);
  const entry = { id: crypto.randomUUID(), diary: names[0], kind: form.dataset.offline, entered_at: now, zone };
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

let later = null;
async function send() {
  clearTimeout(later);
  const told = await drain({ address: place.dataset.sync, names });
  const left = (await waiting(names)).filter((entry) => !entry.refused).length;
  await showKept(send);
  if (!told) return null;
  const { here, clinic, waiting: notSent, signIn, refused } = line.dataset;
  if (told.refused) say("refused", `${refused}: ${told.refused}`);
  else if (left) say("waiting", `✓ ${here} · ${notSent}: ${left}${told.signIn ? ` · ${signIn}` : ""}`);
  else if (told.sent) say("", `✓ ${here} · ${clinic} ${clock()}${told.sentence ? `. ${told.sentence}` : ""}`);
  if (!told.reached && !told.signIn) later = setTimeout(send, RETRY_MS);
  return told;
}

// What was tapped, before the clinic has answered. The answer takes it back again, for a form that the clinic refused.
function showHere(form, button, entry) {
  if (entry.kind === "day") {
    for (const one of form.querySelectorAll("button")) {
      one.classList.toggle("on", one === button);
      one.setAttribute("aria-pressed", String(one === button));
    }
  } else if (entry.kind === "start" && !entry.ended_at) {
    return showRunning(form, entry);
  } else if (entry.kind === "over") {
    button.disabled = true;
    return () => { button.disabled = false; };
  }
  return () => {};
}

function showRunning(form, entry) {
  const copy = document.querySelector("template[data-running]").content.cloneNode(true);
  const since = copy.querySelector(".since");
  since.textContent = since.textContent.replace("…", sinceOf(entry, form.dataset.clock));
  for (const one of copy.querySelectorAll("form")) one.dataset.attack = entry.id;
  const shown = [...copy.children];
  form.replaceWith(...shown);
  return () => { shown[0].before(form); shown.forEach((one) => one.remove()); };
}

// A page that was opened again shows what still waits here as it was tapped.
async function showAgain() {
  for (const entry of (await waiting(names)).filter((one) => !one.refused)) {
    const of = entry.attack ? `[data-attack="${entry.attack}"]` : "";
    const form = document.querySelector(`form[data-offline="${entry.kind}"]${of}`);
    const other = entry.kind === "day" && form?.elements.local_date.value !== entry.local_date;
    if (!form || other) continue;
    showHere(form, form.querySelector(`button[value="${entry.answer}"]`) ?? form.querySelector("button"), entry);
  }
}

async function take(form, button) {
  const busy = form.dataset.offline === "day" ? button : form; // another answer is meant; a second tap is not
  if (busy.dataset.busy) return;
  busy.dataset.busy = "yes";
  button?.setAttribute("aria-busy", "true");
  taking += 1;
  try {
    await record(form, button, entryOf(form, button));
  } finally {
    taking -= 1;
    delete busy.dataset.busy;
    button?.removeAttribute("aria-busy");
  }
}

async function record(form, button, entry) {
  try {
    await keep(entry);
  } catch { // no store on this device (a private window): send it the plain way
    return plainly(form, button);
  }
  const takeBack = showHere(form, button, entry);
  say("waiting", `✓ ${line.dataset.here} · ${line.dataset.waiting}`);
  await send();
  const still = (await waiting(names)).find((one) => one.id === entry.id);
  if (still?.refused && form.hasAttribute("action")) { // the clinic has seen it: its page says why, beside the field
    await forget(still.order);
    takeBack();
    return plainly(form, button);
  }
  if (still?.refused) takeBack();
  else if (still && entry.ended_at) form.reset();
  if (!still && taking === 1) location.assign((entry.ended_at && form.dataset.thenOver) || form.dataset.then || location.href);
}

function plainly(form, button) {
  form.dataset.plain = "yes";
  form.requestSubmit(button);
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
await showAgain().catch(() => {});
const typed = () => [...document.querySelectorAll("details input")].some((field) => field.value);
if ((await send())?.sent && !taking && !typed()) location.reload(); // what arrived only now stands on the page as well
