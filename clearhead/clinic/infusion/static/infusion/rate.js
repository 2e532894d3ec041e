// A rate change: a chip, the number the pump should show, the nurse acts, the pump shows it.
import { pause, unpause } from "./alone.js";
import { mlOf, PLAIN_NUMBER, runsAt } from "./pump.js";

export function rateFace(dialog, desk, words) {
  const form = dialog.querySelector("form");
  const back = dialog.querySelector(".read-back");
  const show = (name, value) => { back.querySelector(`[data-back=${name}]`).textContent = value; };
  const strip = () => document.getElementById("part-strip").dataset;

  const button = back.querySelector(".big-button");
  const already = form.elements.already;
  const list = back.querySelector(".reasons");
  let asked = 0; // an answer to an earlier number is too late

  // asking, go, refused, unreadable: only "go" tells anybody to set the pump. What it shows already is charted all the same.
  function stand(state, lines = []) {
    back.hidden = false;
    back.dataset.state = state;
    button.disabled = !(state === "go" || (state === "refused" && already.checked));
    list.replaceChildren(...lines.map(({ outcome, sentence }) => Object.assign(document.createElement("li"), {
      className: outcome, textContent: `${outcome === "refused" ? "✕" : "!"} ${sentence}`,
    })));
    if (state !== "asking") (state === "go" ? button : back).scrollIntoView({ block: "nearest" });
  }

  function tell(numbers) {
    for (const name of ["pump_ml_per_h", "mg_per_h"]) show(name, plain(numbers[name]));
    show("mg_per_kg_h", plain(numbers.mg_per_kg_h, 3));
  }

  function withdraw() {
    asked += 1;
    back.hidden = true;
    button.disabled = true;
    form.elements.value.value = "";
    unpause(form);
  }

  // `known`: a step down from the order needs nobody's word, so it stands at once. Whatever is more than what runs
  // waits for the clinic's word.
  async function ask(value, unit, known = false) {
    withdraw();
    const mine = asked;
    if (!PLAIN_NUMBER.test(value)) return stand("unreadable", [{ outcome: "refused", sentence: words.unreadable.replace("%s", value) }]);
    Object.assign(form.elements.value, { value });
    form.elements.unit.value = unit;
    form.elements.seen.value = strip().mark;
    const data = new FormData(form);
    const ml = mlOf({ value, unit });
    const lower = ml <= runsAt();
    const mg = ml * Number(strip().mgPerMl);
    tell({ pump_ml_per_h: ml, mg_per_h: mg, mg_per_kg_h: mg / Number(strip().kg) });
    stand(known && lower ? "go" : "asking");
    data.set("preview", "1");
    let said;
    try {
      said = await (await desk.letter(form.getAttribute("action"), data, { patience: 4000 })).json();
    } catch { /* no word of the clinic: our own arithmetic stands for less */ }
    if (mine !== asked) return null;
    if (!said) return lower ? stand("go") : stand("refused", [{ outcome: "refused", sentence: words.increase }]);
    if (!said.pump_ml_per_h) return stand("unreadable", said.errors.map((sentence) => ({ outcome: "refused", sentence })));
    tell(said);
    back.querySelector(".second").hidden = !said.second_check;
    if (said.alone) pause(form, said.alone, words);
    const against = said.reasons.filter((one) => one.outcome !== "allowed" && one.gate !== "second_check");
    return stand(against.some((one) => one.outcome === "refused") ? "refused" : "go", against);
  }

  const units = [...dialog.querySelectorAll("[data-unit]")];
  const own = dialog.querySelector("#own-value");
  const press = (pressed) => dialog.querySelectorAll("[data-ml],[data-unit]").forEach((one) => one.setAttribute("aria-pressed", String(one === pressed)));
  const askOwn = (unit) => { if (own.value.trim()) return ask(own.value.trim(), unit.dataset.unit); return null; };

  dialog.addEventListener("click", async (event) => {
    const chip = event.target.closest("[data-ml]");
    const unit = event.target.closest("[data-unit]");
    if (!chip && !unit) return;
    press(chip || unit);
    if (unit) return void askOwn(unit);
    const answer = ask(chip.dataset.ml, "mL/h", !chip.dataset.up);
    if (button.disabled) await answer;
    if (!button.disabled && !back.hidden) button.focus();
  });
  // Another number is typed: what was said about the last one is gone. Enter asks, in the unit that is marked.
  own.addEventListener("input", withdraw);
  own.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const unit = units.find((one) => one.getAttribute("aria-pressed") === "true");
    if (unit) askOwn(unit);
  });
  already.addEventListener("change", () => { button.disabled = !(back.dataset.state === "go" || (back.dataset.state === "refused" && already.checked)); });
  dialog.addEventListener("close", () => { withdraw(); form.reset(); press(null); });

  return {
    // Offline a decrease is kept, in whichever unit; an increase waits, unless it is what already happened.
    mayQueue: (data) => mlOf(Object.fromEntries(data)) <= runsAt() || data.get("already") === "on",
  };
}

const plain = (number, places = 2) => String(Number(Number(number).toFixed(places)));
