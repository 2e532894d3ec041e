// The core set at the speed of a hand: the order of the monitor, 128/71 without looking for the slash, one tap for "no number".
export function coreSet(form) {
  const sedation = form.querySelector("fieldset[data-sign=sedation]");
  const chips = [...form.querySelectorAll("[data-why]")];
  let current = "hr";

  const hidden = (sign) => {
    let field = form.querySelector(`input[name=why_${sign}]`);
    if (!field) {
      field = Object.assign(document.createElement("input"), { type: "hidden", name: `why_${sign}` });
      form.append(field);
    }
    return field;
  };
  const forSleep = new Set(["asleep_rouses", "asleep_not_woken"]);
  const offer = () => chips.forEach((chip) => {
    const word = chip.dataset.why;
    const shown = current === "sedation" ? forSleep.has(word) || word === "refused"
      : ["pain", "nausea", "dissociation"].includes(current) ? ["not_asked_asleep", "refused", "not_obtainable"].includes(word)
        : ["not_obtainable", "refused", "artefact"].includes(word);
    chip.hidden = !shown;
  });

  function clearWhy(sign) {
    form.querySelector(`input[name=why_${sign}]`)?.remove();
    const input = form.querySelector(`input[data-sign=${sign}]`);
    if (input?.classList.contains("why")) {
      input.classList.remove("why");
      input.placeholder = input.dataset.rest || "";
      input.parentElement.classList.remove("absent");
    }
    if (sign === "sedation") chips.forEach((chip) => chip.removeAttribute("aria-pressed"));
  }

  form.addEventListener("focusin", (event) => {
    const sign = event.target.closest("[data-sign]")?.dataset.sign;
    if (sign) { current = sign; offer(); }
  });

  form.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-why]");
    if (chip) {
      hidden(current).value = chip.dataset.why;
      const input = form.querySelector(`input[data-sign=${current}]`);
      if (input) {
        input.dataset.rest ??= input.placeholder;
        input.value = "";
        input.placeholder = chip.dataset.short;
        input.classList.add("why");
        input.parentElement.classList.add("absent");
        advance(form, input);
      } else {
        form.querySelectorAll("input[name=sedation]").forEach((radio) => { radio.checked = false; });
        chips.forEach((one) => one.toggleAttribute("aria-pressed", one === chip));
      }
    }
    if (event.target.closest("[data-full]")) {
      event.preventDefault();
      const full = form.querySelector(".full");
      full.hidden = !full.hidden;
      form.elements.kind.value = full.hidden ? "core" : "full";
      if (!full.hidden) full.querySelector("input").focus();
    }
  });

  form.addEventListener("input", (event) => {
    const field = event.target;
    if (field.dataset.sign) clearWhy(field.dataset.sign);
    if (field.name === "sedation") clearWhy("sedation");
    if (field.name === "bp") field.value = slashed(field.value, event.inputType || "");
  });

  // Digits choose the step of sedation; Enter goes on, and saves from the last field.
  form.addEventListener("keydown", (event) => {
    if (sedation.contains(event.target) && /^[0-3]$/.test(event.key)) {
      const wanted = event.key === "0" ? "0" : `-${event.key}`;
      const radio = form.querySelector(`input[name=sedation][value="${wanted}"]`);
      radio.checked = true;
      radio.focus();
      clearWhy("sedation");
      event.preventDefault();
    } else if (event.key === "Enter" && event.target.matches("input[data-sign],#c-o2")) {
      event.preventDefault();
      advance(form, event.target);
    }
  });
  offer();
}

// 128 then 7 is 128/7; 98 then 6 is 98/6. Erasing is left alone, and a typed slash is kept.
export function slashed(value, how) {
  if (value.includes("/") || how.startsWith("delete")) return value;
  const match = /^([1-3]\d\d|[4-9]\d)(\d)$/.exec(value);
  return match ? `${match[1]}/${match[2]}` : value;
}

function advance(form, from) {
  const order = [...form.querySelectorAll("input[data-sign],#c-o2,input[name=sedation]:checked,input[name=sedation]")].filter((one) => one.offsetParent);
  const next = order[order.indexOf(from) + 1];
  (next?.type === "radio" ? form.querySelector("input[name=sedation]:checked") || next : next)?.focus();
}

export function emptyCore(form) {
  form.reset();
  form.querySelectorAll("input[name^=why_]").forEach((field) => field.remove());
  form.querySelectorAll("input.why").forEach((input) => {
    input.classList.remove("why");
    input.placeholder = input.dataset.rest || "";
    input.parentElement.classList.remove("absent");
  });
  form.querySelector(".full").hidden = true;
  form.elements.kind.value = "core";
}
