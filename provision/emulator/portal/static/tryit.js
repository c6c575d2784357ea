// Try It: what a person fills in, the call that it makes, its answer, and the same call as code.

import { callOf, hasBody, parameters } from "./call.js";
import * as data from "./data.js";
import { copier, field, fill, h, notice, tabs } from "./dom.js";
import { outcome } from "./outcome.js";
import { LANGUAGES, sample } from "./samples.js";
import { exampleOf } from "./schema.js";

const OTHER = "other", NONE = "";

/* What was filled in for a name stays for the other operations, and for the next visit of this tab. */
const remembered = {
  get: (service, name) => sessionStorage.getItem(`${service} ${name}`),
  set: (service, name, value) => sessionStorage.setItem(`${service} ${name}`, value),
};

export function tryIt(subject) {
  const form = new Form(subject);
  return form.element;
}

class Form {
  constructor({ service, api, versionSet, operation, reload }) {
    Object.assign(this, { service, api, versionSet, operation, reload });
    this.values = {};
    this.headers = this.firstHeaders();
    this.queries = [];
    this.body = exampleOf(operation.request?.representations?.[0], operation.schemas);
    this.key = this.firstKey();
    this.language = LANGUAGES[0][0];
    this.url = h("output", { className: "url" });
    this.code = h("div", { className: "code" });
    this.result = h("section", { className: "result", "aria-live": "polite", "aria-label": "Response" });
    this.send = h("button", { type: "submit", className: "main" }, "Send");
    this.trace = h("input", { type: "checkbox", id: "trace" });
    this.where = h("select", { "aria-label": "Code samples call", onchange: () => this.show() },
      h("option", { value: service.localUrl }, "this machine"), h("option", { value: service.gatewayUrl }, service.gatewayUrl));
    this.element = this.build();
    this.show();
  }

  firstHeaders() {
    const described = (this.operation.request?.headers ?? []).map((one) => [one.name, one.defaultValue ?? ""]);
    const type = this.operation.request?.representations?.[0]?.contentType;
    const known = described.some(([name]) => name.toLowerCase() === "content-type");
    return type && !known ? [["Content-Type", type], ...described] : described;
  }

  keys() {
    return this.service.subscriptions
      .filter((one) => one.state === "active")
      .filter((one) => !one.product || this.service.products.find((each) => each.id === one.product)?.apis.includes(this.api.id))
      .flatMap((one) => [[one.primaryKey, `${one.displayName}, primary`], [one.secondaryKey, `${one.displayName}, secondary`]]);
  }

  firstKey() {
    return this.keys()[0]?.[0] ?? NONE;
  }

  build() {
    const form = h("form", {
      novalidate: true,
      onsubmit: (event) => { event.preventDefault(); this.attempt(); },
      onkeydown: (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); this.attempt(); } },
    },
    this.parameterFields(),
    this.pairs("Request headers", "header", this.headers, ["Authorization", "Content-Type", "Accept"]),
    this.keyField(),
    hasBody(this.operation.method) && this.bodyField(),
    h("div", { className: "request" },
      h("p", { className: "faint" }, "Request URL"), this.url,
      h("div", { className: "actions" }, this.send, h("label", { className: "check", for: "trace" }, this.trace, "Trace"),
        h("span", { className: "faint" }, "Ctrl + Enter"))));
    return h("div", { className: "try" }, form, this.result, this.codeSection());
  }

  parameterFields() {
    const found = parameters(this.operation);
    const fields = found.map((one) => {
      const value = remembered.get(this.service.name, one.name) ?? one.defaultValue ?? "";
      this.values[one.name] = value;
      const list = one.values?.length ? h("datalist", { id: `values-${one.name}` }, one.values.map((each) => h("option", { value: each }))) : null;
      const input = h("input", {
        type: "text", id: `parameter-${one.name}`, value, autocomplete: "off", spellcheck: "false", list: list?.id,
        "aria-required": one.required ? "true" : undefined,
        oninput: (event) => {
          this.values[one.name] = event.target.value;
          remembered.set(this.service.name, one.name, event.target.value);
          event.target.removeAttribute("aria-invalid");
          this.show();
        },
      });
      const hint = [one.description, one.place].filter(Boolean).join(", ");
      return h("div", {}, field(one.name, input, { hint, required: one.required }), list);
    });
    return h("fieldset", {}, h("legend", {}, "Request parameters"), h("div", { className: "grid" }, fields),
      this.pairs("", "parameter", this.queries, []));
  }

  /* Rows of names and values that are added and removed. */
  pairs(legend, what, rows, known) {
    const list = h("datalist", { id: `known-${what}` }, known.map((one) => h("option", { value: one })));
    const body = h("div", { className: "pairs" });
    const draw = () => fill(body, rows.map((row, at) => h("div", { className: "pair" },
      h("input", { type: "text", "aria-label": `Name of ${what} ${at + 1}`, placeholder: "Name", value: row[0], list: list.id, autocomplete: "off",
        spellcheck: "false", oninput: (event) => { row[0] = event.target.value; this.show(); } }),
      h("input", { type: "text", "aria-label": `Value of ${what} ${at + 1}`, placeholder: "Value", value: row[1], autocomplete: "off",
        spellcheck: "false", oninput: (event) => { row[1] = event.target.value; this.show(); } }),
      h("button", { type: "button", className: "quiet", "aria-label": `Remove ${what} ${at + 1}`,
        onclick: () => { rows.splice(at, 1); draw(); add.focus(); this.show(); } }, "✕"))));
    const add = h("button", { type: "button", className: "quiet",
      onclick: () => { rows.push(["", ""]); draw(); body.lastElementChild.querySelector("input").focus(); } }, `Add ${what}`);
    draw();
    const parts = [body, add, list];
    return legend ? h("fieldset", {}, h("legend", {}, legend), parts) : h("div", {}, parts);
  }

  keyField() {
    const own = h("input", { type: "text", id: "own-key", "aria-label": "Key", placeholder: "Key", autocomplete: "off", spellcheck: "false",
      hidden: true, oninput: (event) => { this.key = event.target.value; this.show(); } });
    const options = [...this.keys(), [NONE, "None"], [OTHER, "Another key …"]];
    const select = h("select", { id: "subscription", onchange: (event) => {
      own.hidden = event.target.value !== OTHER;
      this.key = own.hidden ? event.target.value : own.value;
      if (!own.hidden) own.focus();
      this.show();
    } }, options.map(([value, title]) => h("option", { value }, title)));
    const name = this.api.subscriptionKeyParameterNames?.header ?? "Ocp-Apim-Subscription-Key";
    return h("fieldset", {}, h("legend", {}, "Subscription"), field("Key", select, { hint: `Sent as ${name}.` }), own,
      this.keys().length ? null : this.signUps());
  }

  signUps() {
    const fitting = this.service.products.filter((one) => one.apis.includes(this.api.id) && one.subscriptionRequired !== false);
    const said = h("div", { "aria-live": "polite" });
    return h("div", { className: "signup" }, fitting.map((one) => h("button", {
      type: "button", className: "quiet", onclick: async () => {
        await data.signUp(this.service.name, one.id).then(this.reload, (problem) => fill(said, notice(problem.message, "problem")));
      },
    }, `Subscribe to ${one.displayName}`)), said);
  }

  bodyField() {
    const area = h("textarea", { id: "body", rows: 8, spellcheck: "false", autocomplete: "off",
      oninput: (event) => { this.body = event.target.value; this.show(); } });
    area.value = this.body;
    return h("fieldset", {}, h("legend", {}, "Request body"), field("Body", area));
  }

  codeSection() {
    return h("section", { className: "samples", "aria-label": "Code samples" },
      h("div", { className: "titled" }, h("h3", {}, "Code samples"), this.where), this.code);
  }

  call() {
    const body = hasBody(this.operation.method) ? this.body : "";
    return callOf({ ...this, body });
  }

  show() {
    const call = this.call();
    this.url.textContent = this.service.gatewayUrl + call.target;
    const text = sample(this.language, { ...call, url: this.where.value + call.target });
    fill(this.code,
      h("div", { className: "titled" },
        tabs("Language", LANGUAGES, this.language, (language) => {
          this.language = language;
          this.show();
          this.code.querySelector("[aria-selected=true]").focus();
        }),
        copier(() => text, "code")),
      h("pre", { tabindex: "0", role: "tabpanel", "aria-label": "Code" }, h("code", {}, text)));
  }

  missing() {
    return parameters(this.operation).filter((one) => one.required && !this.values[one.name]);
  }

  async attempt() {
    const missing = this.missing();
    for (const one of missing) this.element.querySelector(`#parameter-${CSS.escape(one.name)}`)?.setAttribute("aria-invalid", "true");
    if (missing.length) {
      fill(this.result, notice(`Fill in ${missing.map((one) => one.name).join(", ")}.`, "problem"));
      this.element.querySelector("[aria-invalid=true]")?.focus();
      return;
    }
    const call = this.call();
    this.send.disabled = true;
    fill(this.result, h("p", { className: "waiting" }, "Sending …"));
    try {
      const answer = await data.attempt(this.service.name, { ...call, trace: this.trace.checked });
      fill(this.result, outcome(this.service.gatewayUrl + call.target, answer));
    } catch (problem) {
      fill(this.result, notice(problem.message, "problem"));
    } finally {
      this.send.disabled = false;
    }
  }
}
