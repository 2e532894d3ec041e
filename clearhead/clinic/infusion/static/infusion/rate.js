// A rate change: a chip, the number the pump should show, the nurse acts, the pump shows it.
import { pause, unpause } from "./alone.js";

export function rateFace(dialog, desk, words) {
  const form = dialog.querySelector("form");
  const back = dialog.querySelector(".read-back");
  const show = (name, value) => { back.querySelector(`[data-back=${name}]`).textContent = value; };
  const strip = () => document.getElementById("part-strip").dataset;

  async function ask(value, unit, ml) {
    form.elements.value.value = value;
    form.elements.unit.value = unit;
    form.elements.seen.value = strip().mark;
    unpause(form);
    back.hidden = false;
    const known = { pump_ml_per_h: ml, mg_per_h: ml && plain(ml * strip().mgPerMl), mg_per_kg_h: ml && plain(ml * strip().mgPerMl / strip().kg, 3) };
    for (const [name, number] of Object.entries(known)) show(name, number ?? "…");
    const list = back.querySelector(".reasons");
    list.replaceChildren();
    const data = new FormData(form);
    data.set("preview", "1");
    const { csrf, patient } = desk.guard();
    try {
      const reply = await fetch(form.getAttribute("action"), {
        method: "POST", body: new URLSearchParams(data), credentials: "same-origin", signal: AbortSignal.timeout(4000),
        headers: { Accept: "application/json", "X-CSRFToken": csrf, "X-Form-For": patient },
      });
      const said = await reply.json();
      if (!said.pump_ml_per_h) return;
      for (const name of ["pump_ml_per_h", "mg_per_h"]) show(name, plain(said[name]));
      show("mg_per_kg_h", plain(said.mg_per_kg_h, 3));
      back.querySelector(".second").hidden = !said.second_check;
      if (said.alone) pause(form, said.alone, words);
      for (const reason of said.reasons.filter((one) => one.outcome !== "allowed" && one.gate !== "second_check")) {
        const line = document.createElement("li");
        line.className = reason.outcome;
        line.textContent = `${reason.outcome === "refused" ? "✕" : "!"} ${reason.sentence}`;
        list.append(line);
      }
    } catch { /* offline: the numbers of the chip stand; the clinic judges when it is back */ }
  }

  dialog.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-ml]");
    const unit = event.target.closest("[data-unit]");
    if (chip) {
      dialog.querySelectorAll("[data-ml]").forEach((one) => one.setAttribute("aria-pressed", String(one === chip)));
      ask(chip.dataset.ml, "mL/h", Number(chip.dataset.ml));
      back.querySelector(".big-button").focus();
    }
    if (unit) {
      const typed = dialog.querySelector("#own-value").value.trim();
      if (typed) ask(typed, unit.dataset.unit, unit.dataset.unit === "mL/h" ? Number(typed) : undefined);
    }
  });
  dialog.addEventListener("close", () => { back.hidden = true; unpause(form); form.reset(); });

  const mlOf = (data) => {
    const value = Number(data.get("value"));
    const { mgPerMl, kg } = strip();
    return data.get("unit") === "mL/h" ? value : (value * (data.get("unit") === "mg/h" ? 1 : Number(kg))) / Number(mgPerMl);
  };

  return {
    // Offline a decrease is kept, in whichever unit; an increase waits, unless it is what already happened.
    mayQueue: (data) => mlOf(data) <= Number(strip().mlPerH) || data.get("already") === "on",
    // Kept here: the next one is measured against it.
    kept: (data) => { strip().mlPerH = mlOf(data); },
  };
}

const plain = (number, places = 2) => String(Number(Number(number).toFixed(places)));
