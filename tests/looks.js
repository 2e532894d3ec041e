// What an eye, a finger and a keyboard need of a page, measured in the page itself. Returns a list of sentences.
([theme, deep]) => {
  document.documentElement.dataset.theme = theme;
  const faults = [];
  const name = (el) => {
    const words = (el.innerText || el.value || el.getAttribute("aria-label") || el.textContent || "").trim().replace(/\s+/g, " ").slice(0, 40);
    const kind = typeof el.className === "string" && el.className ? "." + el.className.trim().split(/\s+/).join(".") : "";
    return `<${el.tagName.toLowerCase()}${kind}> “${words}”`;
  };
  const seen = (el) => {
    if (!el.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
    const box = el.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && !el.closest(".visually-hidden");
  };
  const off = (el) => !!el.closest(":disabled,[aria-disabled=true]");

  // ---- nothing wider than the screen ----
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) {
    const limit = document.documentElement.clientWidth;
    const culprit = [...document.body.querySelectorAll("*")].filter((el) => {
      if (!seen(el) || el.getBoundingClientRect().right <= limit + 0.5) return false;
      for (let up = el.parentElement; up; up = up.parentElement) if (getComputedStyle(up).overflowX !== "visible") return false;
      return true;
    }).pop();
    faults.push(`scrolls sideways by ${wide} px: ${culprit ? name(culprit) : "?"}`);
  }

  // ---- text stands out from its ground ----
  const colour = (text) => {
    const found = text.match(/[\d.]+(e-?\d+)?/g)?.map(Number);
    if (!found || text === "none") return null;
    const [r, g, b, a = 1] = found;
    return text.startsWith("color(") ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
  };
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const light = (c) => {
    const [r, g, b] = c.map((v) => { const x = v / 255; return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
  const ground = (el) => {
    const layers = [];
    for (let up = el; up; up = up.parentElement) {
      const c = colour(getComputedStyle(up).backgroundColor);
      if (c && c[3] > 0) { layers.push(c); if (c[3] === 1) break; }
    }
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]);
  };
  const opacity = (el) => { let o = 1; for (let up = el; up; up = up.parentElement) o *= Number(getComputedStyle(up).opacity); return o; };
  const behind = (el) => {
    // Drawn text may stand on a drawn shape: every filled rectangle before it that holds its middle.
    const svg = el.closest("svg");
    let under = ground(svg?.parentElement ?? el);
    if (!svg) return under;
    const box = el.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    for (const shape of svg.querySelectorAll("rect")) {
      if (!(shape.compareDocumentPosition(el) & Node.DOCUMENT_POSITION_FOLLOWING)) continue;
      const b = shape.getBoundingClientRect();
      if (x < b.left || x > b.right || y < b.top || y > b.bottom) continue;
      const style = getComputedStyle(shape);
      const fill = colour(style.fill);
      if (fill) under = over([fill[0], fill[1], fill[2], fill[3] * Number(style.fillOpacity) * opacity(shape)], under);
    }
    return under;
  };
  const dull = new Map();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const el = node.parentElement;
    if (!node.data.trim() || ["SCRIPT", "STYLE", "NOSCRIPT", "TITLE", "DESC", "OPTION", "TEMPLATE"].includes(el.tagName.toUpperCase())) continue;
    if (!seen(el) || off(el)) continue;
    const style = getComputedStyle(el);
    const ink = colour(el.namespaceURI.endsWith("svg") ? style.fill : style.color);
    if (!ink) continue;
    const under = behind(el);
    const ratio = contrast(over([ink[0], ink[1], ink[2], ink[3] * opacity(el)], under), under);
    if (ratio < 4.45) dull.set(`${el.tagName}.${el.getAttribute("class") || ""}`, `${name(el)} has a contrast of ${ratio.toFixed(1)}`);
  }
  faults.push(...dull.values());

  // ---- a gloved finger hits it ----
  const inText = (el) => {
    if (el.tagName !== "A" || getComputedStyle(el).display !== "inline") return false;
    const around = el.closest("p,li,td,dd,caption,h1,h2,h3,footer,label,span:not(a span)") || el.parentElement;
    return around !== el && around.textContent.trim().length > el.textContent.trim().length;
  };
  const touched = (el) => (["checkbox", "radio"].includes(el.type) && el.closest("label")) || el;
  const targets = document.querySelectorAll("a[href],button,input:not([type=hidden]),select,textarea,summary,[tabindex='0'],[role=button]");
  for (const el of targets) {
    if (!seen(el) || off(el) || inText(el) || el.closest("svg") || el.classList.contains("skip")) continue;
    const scroller = el.matches("[tabindex='0']:not(a,button,summary)");
    const box = touched(el).getBoundingClientRect();
    if (!scroller && (box.height < 43.5 || box.width < 43.5)) faults.push(`${name(el)} is ${Math.round(box.width)} × ${Math.round(box.height)} px`);
  }

  // ---- the keyboard shows where it is ----
  if (deep) {
    const was = document.activeElement;
    for (const el of targets) {
      if (!seen(el) || off(el)) continue;
      el.focus({ focusVisible: true, preventScroll: true });
      if (document.activeElement !== el) continue;
      const style = getComputedStyle(el);
      const line = colour(style.outlineColor);
      if (style.outlineStyle === "auto") { el.blur(); continue; } // the browser's own ring, dark and light
      const shown = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && line && line[3] > 0;
      if (!shown) faults.push(`${name(el)} shows no focus`);
      else if (el.parentElement && contrast(line, ground(el.parentElement)) < 3) faults.push(`${name(el)} shows its focus too faintly`);
      el.blur();
    }
    was?.focus?.({ preventScroll: true });
  }
  return [...new Set(faults)];
}
