// Elements from words: text is always text, so nothing that an API says can become markup.

export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name === "className" ? "class" : name, value === true ? "" : value);
  }
  put(element, ...children);
  return element;
}

export function put(element, ...children) {
  element.append(...children.flat(Infinity).filter((one) => one !== undefined && one !== null && one !== false));
  return element;
}

export function fill(element, ...children) {
  element.replaceChildren();
  return put(element, ...children);
}

let counted = 0;

export function unique(word) {
  counted += 1;
  return `${word}-${counted}`;
}

/* A labelled control: the label names it, the hint describes it. */
export function field(label, control, { hint, required } = {}) {
  control.id = control.id || unique("field");
  const about = hint && h("p", { className: "hint", id: `${control.id}-hint` }, hint);
  if (about) control.setAttribute("aria-describedby", about.id);
  const star = required && h("span", { className: "star", title: "required", "aria-hidden": "true" }, "*");
  return h("div", { className: "field" }, h("label", { for: control.id }, label, star), control, about);
}

/* A button that copies a text, and says so. */
export function copier(text, what) {
  const button = h("button", { type: "button", className: "quiet copy", "aria-label": `Copy ${what}` }, "Copy");
  button.addEventListener("click", async () => {
    // Where the page is neither https nor on this machine, there is no clipboard.
    const said = await (navigator.clipboard?.writeText(text()) ?? Promise.reject()).then(() => "Copied", () => "Not allowed");
    button.textContent = said;
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  return button;
}

/* Tabs by the pattern of the ARIA guide: one stop for Tab, arrows between them. */
export function tabs(label, entries, chosen, choose) {
  const buttons = entries.map(([key, title], at) =>
    h("button", {
      type: "button", role: "tab", className: "tab", "aria-selected": String(key === chosen),
      tabindex: key === chosen ? "0" : "-1",
      onclick: () => choose(key),
      onkeydown: (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        const target = { Home: 0, End: entries.length - 1 }[event.key]
          ?? (step ? (at + step + entries.length) % entries.length : undefined);
        if (target === undefined) return;
        event.preventDefault();
        choose(entries[target][0]);
      },
    }, title));
  return h("div", { role: "tablist", className: "tabs", "aria-label": label }, buttons);
}

export function method(name) {
  return h("span", { className: `method ${name.toLowerCase()}` }, name);
}

export function notice(text, kind = "notice") {
  return h("p", { className: kind, role: kind === "problem" ? "alert" : undefined }, text);
}
