// What stays on this phone, with the clinic's own sentence about it: to be sent again, or to be removed by its writer.
import { forget, mark, unnamed, waiting } from "./queue.js";

const box = document.querySelector("[data-kept]");
const list = box.querySelector("ul");
const old = box.querySelector("[data-unnamed]");
const names = document.querySelector("[data-sync]").dataset.diary.split(" ");
const TIME = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: box.dataset.zone };

function moment(entry) {
  const at = new Date(`${entry.entered_at}Z`);
  const year = at.getFullYear() === new Date().getFullYear() ? {} : { year: "numeric" };
  return new Intl.DateTimeFormat(document.documentElement.lang, { ...TIME, ...year }).format(at);
}

function words(entry) {
  const answer = entry.kind === "day" && box.dataset.answers.split("|")[entry.answer];
  return `${box.dataset[entry.kind]}${answer ? `: ${answer}` : ""}, ${moment(entry)}`;
}

function row(entry, send) {
  const line = box.querySelector("template").content.cloneNode(true);
  line.querySelector("b").textContent = words(entry);
  line.querySelector("p").textContent = entry.told;
  const again = line.querySelector("[data-again]");
  again.hidden = !entry.refused; // the others are sent again by themselves
  again.addEventListener("click", async () => {
    await mark(entry.order, { refused: false });
    await send();
  });
  line.querySelector("[data-remove]").addEventListener("click", async () => {
    await forget(entry.order);
    await showKept(send);
  });
  return line;
}

function showUnnamed(entries) {
  old.hidden = !entries.length;
  old.querySelector("[data-when]").textContent = [...new Set(entries.map(moment))].join(" · ");
  old.querySelector("button").onclick = async () => {
    for (const entry of entries) await forget(entry.order);
    showUnnamed([]);
  };
}

export async function showKept(send) {
  const told = (await waiting(names)).filter((entry) => entry.told);
  list.replaceChildren(...told.map((entry) => row(entry, send)));
  list.parentElement.hidden = !told.length;
  showUnnamed(await unnamed());
  box.dataset.looked = told.length; // the page has heard of everything that waits
}
