// Leaving with entries that have not reached the clinic: they are sent first, and nobody signs out over them unasked.
// On every page of the staff what waits is sent when the page opens; only what is left of an old queue is swept.
import { drain, openOutbox, usable } from "./outbox.js";

const NOWHERE = "00000000-0000-0000-0000-000000000000";
const form = document.querySelector("[data-sign-out]");
const said = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });
const clock = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
const device = () => { try { return localStorage.getItem("device") || "tablet"; } catch { return "tablet"; } };

// Opened only where something was ever kept.
async function outboxHere() {
  if (!usable()) return null;
  const known = await indexedDB.databases?.(); // an older browser does not tell: then it is opened to look
  return !known || known.some((one) => one.name === "clearhead-outbox") ? openOutbox() : null;
}

const addressOf = (scope) => form.dataset.entries.replace(NOWHERE, scope);
const send = (outbox) => drain(outbox, addressOf, { device: device(), last: true }).catch(() => null);

function tell(id, sentence) {
  const line = document.getElementById(id) || said("p", "");
  Object.assign(line, { id, className: "errors", textContent: sentence });
  line.setAttribute("role", "alert");
  document.querySelector("main").prepend(line);
}

const forget = () => new Promise((resolve) => {
  const request = indexedDB.deleteDatabase("clearhead-kept");
  request.onsuccess = request.onerror = request.onblocked = () => resolve();
});

function go() {
  form.dataset.sure = "1";
  form.requestSubmit();
}

// How many are left after trying, and whether the clinic answered.
async function leftHere() {
  const outbox = await outboxHere();
  if (!outbox || !(await outbox.count())) return { left: 0, heard: true };
  const told = await send(outbox);
  return { left: await outbox.count(), heard: Boolean(told) && !told.failed };
}

function ask({ left, heard }) {
  const words = form.dataset;
  const box = document.getElementById("unsent-here") || said("div", "");
  Object.assign(box, { id: "unsent-here", className: "errors unsent-here", tabIndex: -1 });
  box.setAttribute("role", "alert");
  const count = left === 1 ? words.one : words.many.replace("%s", left);
  const again = Object.assign(said("button", words.send), { type: "button" });
  again.addEventListener("click", () => form.requestSubmit());
  const anyway = Object.assign(said("button", words.anyway), { type: "button", className: "quiet" });
  anyway.addEventListener("click", leave);
  box.replaceChildren(said("p", `${count} ${heard ? words.kept : words.away}`), again, ...(heard ? [anyway] : []));
  document.querySelector("main").prepend(box);
  box.focus();
}

async function leave() {
  await forget();
  document.dispatchEvent(new Event("clearhead-leaving"));
  go();
}

async function onSubmit(event) {
  if (form.dataset.sure) return;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  try {
    const here = await leftHere().catch(() => ({ left: 0, heard: true })); // no store here: nothing waits in it
    if (here.left) ask(here); else await leave();
  } finally { delete form.dataset.busy; }
}

// The chair and the recovery room send their own queue at every beat.
async function deliver() {
  const outbox = document.querySelector("[data-chair]") ? null : await outboxHere();
  if (!outbox || !(await outbox.count())) return;
  const told = await send(outbox);
  if (!told || told.failed || told.signIn) return;
  const swept = await outbox.sweep();
  if (swept) tell("notice-swept", swept === 1 ? form.dataset.sweptOne : form.dataset.swept.replace("%s", swept));
  const byHand = await outbox.aside();
  if (byHand.length) tell("notice-byhand", form.dataset.byhand.replace("%s", byHand.map(clock).join(", ")));
}

form?.addEventListener("submit", onSubmit);
if (form) await deliver().catch(() => {});
