// The core set at the speed of a hand: the order of the monitor, 128/71 without looking for the slash, one tap for "no number".
export function coreSet(form) {
  const sedation = form.querySelector("fieldset[data-sign=sedation]");
  const chips = [...form.querySelectorAll("[data-why]")];
  const first = form.querySelector(".monitor [data-sign]");
  let current = first.dataset.sign;

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
    if (sedation.contains(event.target) && /^[0-5]$/.test(event.key)) {
      const wanted = event.key === "0" ? "0" : `-${event.key}`;
      const radio = form.querySelector(`input[name=sedation][value="${wanted}"]`);
      radio.checked = true;
      radio.focus();
      clearWhy("sedation");
      event.preventDefault();
    } else if (event.key === "Enter" && event.target.matches("input[data-sign],#c-o2,input[name=sedation]") && !last(form, event.target)) {
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

// The fields as the site's monitor lists them: the page's own order. A group of keys counts once.
function fields(form) {
  const seen = [...form.querySelectorAll("input[data-sign],#c-o2,input[name=sedation]")].filter((one) => one.offsetParent);
  const chosen = seen.find((one) => one.type === "radio" && one.checked) || seen.find((one) => one.type === "radio");
  return seen.filter((one) => one.type !== "radio" || one === chosen);
}

const place = (form, from) => fields(form).findIndex((one) => one === from || (one.type === "radio" && from.type === "radio"));
const last = (form, from) => place(form, from) === fields(form).length - 1;

function advance(form, from) {
  fields(form)[place(form, from) + 1]?.focus();
}

// The first field of a set, and a set that was taken back: its values stand in the form again, unless the next set was
// begun meanwhile. Two sets are never mixed.
export const firstField = (form) => fields(form)[0];
const NO_SIGN = new Set(["csrfmiddlewaretoken", "form_for", "client_id", "confirm", "kind"]);

export function refill(form, data) {
  if ([...new FormData(form)].some(([name, value]) => value && !NO_SIGN.has(name))) return;
  for (const [name, value] of data) {
    if (NO_SIGN.has(name) && name !== "kind") continue;
    const field = form.elements[name];
    if (field) field.value = value;
  }
  form.querySelector(".full").hidden = form.elements.kind.value !== "full";
  firstField(form).focus();
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
