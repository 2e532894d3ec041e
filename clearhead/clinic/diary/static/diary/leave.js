// A patient signs out while entries wait on this phone: they are sent first, as far as that takes no time, and the page
// says what stays here. Nothing of this can keep anybody signed in: a second press always signs out.
import { drain, waiting } from "./queue.js";

const PATIENCE_MS = 5000;
const form = document.querySelector("[data-leave-diary]");
const names = form?.dataset.diary.split(" ");
const made = (tag, text, more = {}) => Object.assign(document.createElement(tag), { textContent: text }, more);
const inTime = (work) => Promise.race([work, new Promise((resolve) => { setTimeout(resolve, PATIENCE_MS + 500, null); })]);
const left = () => inTime(waiting(names).then((entries) => entries.filter((entry) => !entry.refused).length));

function tell(sentence, ...buttons) {
  const box = document.getElementById("unsent-here") || made("div", "", { id: "unsent-here", className: "errors unsent-here", tabIndex: -1 });
  box.setAttribute("role", "alert");
  box.replaceChildren(made("p", sentence), ...buttons);
  document.querySelector("main").prepend(box);
  box.focus();
}

const counted = (count) => (count === 1 ? form.dataset.one : form.dataset.many.replace("%s", count));
const go = () => form.requestSubmit();

async function sendFirst() {
  const before = await left();
  if (!before) return go(); // nothing waits, or the store does not answer
  tell(`${counted(before)} ${form.dataset.sending}`);
  await inTime(drain({ address: form.dataset.address, names, patience: PATIENCE_MS }));
  const after = await left();
  if (!after) return go();
  const anyway = made("button", form.dataset.anyway, { type: "button" });
  anyway.addEventListener("click", go);
  return tell(`${counted(after)} ${form.dataset.stay}`, anyway);
}

form?.addEventListener("submit", (event) => {
  if (form.dataset.sure || !window.indexedDB) return;
  event.preventDefault();
  form.dataset.sure = "yes";
  sendFirst().catch(go);
});
