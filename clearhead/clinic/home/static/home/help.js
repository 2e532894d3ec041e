// Help that was called anywhere at this clinic stands on this page within two seconds.
import { heard } from "../web/clinic.js";

const EVERY_MS = 2000, FRESH_MS = 60000;
const box = () => document.getElementById("help-now");
const own = document.querySelector(".room[data-chair]")?.dataset.chair; // this chair's page has a banner of its own
let fresh = -Infinity;

async function look() {
  const all = performance.now() - fresh > FRESH_MS;
  const query = all ? "" : `?after=${box().dataset.mark}`;
  try {
    const reply = heard(await fetch(box().dataset.address + query, { cache: "no-store", redirect: "error", signal: AbortSignal.timeout(4000) }));
    if (reply.status !== 200) return;
    const page = new DOMParser().parseFromString(await reply.text(), "text/html").getElementById("help-now");
    page.dataset.address = box().dataset.address;
    page.querySelectorAll(`[data-code="${own}"]`).forEach((line) => line.remove());
    if (page.innerHTML !== box().innerHTML) box().replaceWith(document.importNode(page, true));
    else box().dataset.mark = page.dataset.mark;
    fit();
    fresh = performance.now();
  } catch { /* asked again in a moment; a clinic that is lost is said elsewhere */ }
}

// Whatever else sticks to the top of a page sticks below these lines: whose chair it is stays readable.
function fit() {
  document.documentElement.style.setProperty("--help", `${box().offsetHeight}px`);
}

async function always() {
  if (!document.hidden) await look();
  setTimeout(always, EVERY_MS);
}

document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
addEventListener("resize", fit);
always();
