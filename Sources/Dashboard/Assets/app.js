"use strict";
// The dashboard's script. Pages are whole without it; with it they keep themselves up to date and heed keys.
(() => {
  const { body } = document;
  const words = {};
  for (const name of document.querySelectorAll("#words dt")) words[name.textContent] = name.nextElementSibling.textContent;
  const say = (name, values = {}) => (words[name] || "").replace(/\{(\w+)\}/g, (all, key) => values[key] ?? "");

  // The reader's zone goes along with what is asked for, so that the next page is written in it.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `leadline-zone=${encodeURIComponent(zone)}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  }

  // Moments that are counted down to.
  const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  const duration = (seconds) => {
    const parts = [];
    for (const [name, size] of units) {
      if (seconds >= size && parts.length < 2) parts.push(`${Math.floor(seconds / size)} ${name}`);
      seconds %= size;
    }
    return parts.join(" ") || "0 s";
  };
  const count = () => {
    for (const place of document.querySelectorAll("[data-due]")) {
      const left = Math.floor((Date.parse(place.dataset.due) - Date.now()) / 1000);
      place.textContent = say(left < 0 ? "due.over" : "due.in", { time: duration(Math.abs(left)) });
      place.className = left < 0 ? "late" : left < 300 ? "soon" : "calm";
    }
  };
  setInterval(count, 1000);

  // Parts of the page are taken from the server again and put in place of those that are there. A part that somebody is
  // at, or has filled in, is left alone until then.
  const isFilledIn = (field) => {
    if (field.matches("select")) {
      const first = [...field.options].findLastIndex((one) => one.defaultSelected);
      return field.selectedIndex !== Math.max(0, first) && field.options.length > 0;
    }
    return field.matches("[type=checkbox], [type=radio]")
      ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
  };
  const isHeld = (part) => part.contains(document.activeElement)
    || [...part.querySelectorAll("input, textarea, select")].some(isFilledIn);
  // A page that nobody touches or sees asks for nothing, so that a session that nobody uses ends; what it missed it
  // catches up on.
  const patience = 25 * 60 * 1000, gap = 3000;
  let touched = Date.now(), looked = 0, isLooking = false, isMissed = false, wasHeld = false, onTouch = null;
  const isIdle = () => Date.now() - touched > patience;
  const catchUp = () => {
    if (document.hidden || isIdle()) return;
    if (isMissed) { isMissed = false; plan(0, true); }
    const work = onTouch;
    onTouch = null;
    work?.();
  };
  for (const kind of ["pointerdown", "pointermove", "keydown", "scroll", "focus"]) {
    addEventListener(kind, () => { touched = Date.now(); catchUp(); }, { passive: true, capture: true });
  }
  document.addEventListener("visibilitychange", catchUp);
  document.addEventListener("focusout", () => { if (wasHeld) { wasHeld = false; soon(); } });
  const isSignedOut = (reply) => reply.status === 401
    || (reply.redirected && new URL(reply.url).pathname === "/app/sign-in");
  const ask = () => fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
  // One timer for whatever is looked at next, and some time between two looks.
  let timer = 0, at = 0, isWholeDue = false;
  const plan = (wait, isWhole) => {
    isWholeDue ||= isWhole;
    const due = Math.max(Date.now() + wait, looked + gap);
    if (timer && at <= due) return;
    clearTimeout(timer);
    at = due;
    timer = setTimeout(() => {
      const isWhole = isWholeDue;
      timer = 0;
      isWholeDue = false;
      look(isWhole);
    }, due - Date.now());
  };
  const soon = () => plan(800, false);
  const look = async (isWhole) => {
    if (document.hidden || isIdle()) { isMissed = true; return; }
    if (isLooking) { plan(gap, isWhole); return; }
    isLooking = true;
    try {
      const reply = await ask();
      looked = Date.now();
      if (isSignedOut(reply)) { state("ended"); return; }
      if (reply.status === 429) { plan(1000 * (Number(reply.headers.get("retry-after")) || 30), true); return; }
      if (!reply.ok) return;
      const page = new DOMParser().parseFromString(await reply.text(), "text/html");
      for (const part of document.querySelectorAll("[data-live]")) {
        if (!isWhole && part.id === "flow" && part.querySelector("#flow-rows li")) continue;
        const next = page.getElementById(part.id);
        if (!next?.hasAttribute("data-live") || next.innerHTML === part.innerHTML) continue;
        if (isHeld(part)) { wasHeld = true; continue; }
        const opened = [...part.querySelectorAll("details[open][id]")].map((one) => one.id);
        part.replaceChildren(...next.childNodes);
        for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
      }
      if (page.body.dataset.refresh) plan(1000 * Number(page.body.dataset.refresh), true);
      count();
    } catch { /* Without a network nothing is newer. */ } finally { isLooking = false; }
  };
  if (body.dataset.refresh) plan(1000 * Number(body.dataset.refresh), true);

  // The live flow: it waits while somebody reads it or looks elsewhere, and says how many wait.
  const rowsMax = 60, waitingMax = 500;
  const waiting = [];
  let isHovered = false, isStopped = false;
  const isPaused = () => isStopped || isHovered || document.hidden || !document.hasFocus();
  const button = () => document.getElementById("flow-state");
  const tell = () => {
    const place = button();
    if (!place) return;
    place.hidden = waiting.length === 0 && !isStopped;
    place.textContent = waiting.length ? say("flow.waiting", { count: waiting.length }) : say("flow.paused");
  };
  const put = (row) => {
    const list = document.getElementById("flow-rows");
    if (!list) return;
    const frame = document.createElement("template");
    frame.innerHTML = row;
    const line = frame.content.firstElementChild;
    if (!line || list.querySelector(`[data-row="${CSS.escape(line.dataset.row)}"]`)) return;
    line.classList.add("fill");
    list.prepend(line);
    list.parentElement.querySelector(".empty")?.remove();
    while (list.children.length > rowsMax) list.lastElementChild.remove();
  };
  const flush = () => { if (!isPaused()) { waiting.splice(0).forEach(put); } tell(); };
  const take = (row) => {
    if (!document.getElementById("flow-rows")) return;
    waiting.push(row);
    if (waiting.length > waitingMax) waiting.shift();
    flush();
  };
  document.addEventListener("mouseover", (event) => { isHovered = !!event.target.closest?.("#flow-rows"); if (!isHovered) flush(); });
  document.documentElement.addEventListener("mouseleave", () => { isHovered = false; flush(); });
  window.addEventListener("focus", flush);
  window.addEventListener("blur", flush);
  document.addEventListener("visibilitychange", flush);
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("#flow-state")) return;
    isStopped = false;
    waiting.splice(0).forEach(put);
    tell();
  });

  // One stream for all tabs of a session: whoever holds the lock reads it and tells the others.
  const state = (is) => {
    const place = document.getElementById("state");
    if (place && place.dataset.is !== is) { place.dataset.is = is; place.textContent = say(`live.${is}`); }
  };
  let cursor = body.dataset.cursor || "";
  const heed = (news) => {
    cursor = news.id;
    take(news.row);
    if (!body.dataset.lead || body.dataset.lead === news.lead) soon();
  };
  const name = `leadline-${body.dataset.who || ""}`;
  const channel = "BroadcastChannel" in window ? new BroadcastChannel(name) : null;
  const broadcast = (message) => channel?.postMessage(message);
  let isReader = false, source = null;
  const stand = (is) => { state(is); broadcast({ is, cursor: is === "on" ? cursor : "" }); };
  // A stream that was refused is not tried again by itself. Whether the session is over the page's own answer tells.
  const isOver = async () => { try { return isSignedOut(await ask()); } catch { return false; } };
  const follow = (over) => {
    const after = cursor ? `?after=${encodeURIComponent(cursor)}` : "";
    isReader = true;
    source = new EventSource(body.dataset.stream + after);
    source.onopen = () => stand("on");
    source.addEventListener("decision", (event) => {
      const news = { id: event.lastEventId, ...JSON.parse(event.data) };
      heed(news);
      broadcast({ news });
    });
    source.onerror = async () => {
      if (source.readyState !== EventSource.CLOSED) { stand("lost"); return; }
      isReader = false;
      stand("lost");
      if (await isOver()) { stand("ended"); over(); return; }
      setTimeout(() => {
        if (!document.hidden && !isIdle()) { follow(over); return; }
        // Another tab may be looked at, and have it.
        over();
        onTouch = join;
      }, 5000 + 25000 * Math.random());
    };
  };
  const join = () => {
    if (!channel || !navigator.locks) { follow(() => {}); return; }
    broadcast({ asks: true });
    navigator.locks.request(`${name}-stream`, () => new Promise((over) => { follow(over); }));
  };
  if (body.dataset.stream) {
    channel?.addEventListener("message", ({ data }) => {
      if (data.news) heed(data.news);
      if (data.is) state(data.is);
      if (data.cursor && data.cursor !== cursor) { cursor = data.cursor; plan(0, true); }
      if (data.asks && isReader) broadcast({ is: document.getElementById("state")?.dataset.is, cursor });
    });
    join();
    addEventListener("pagehide", () => source?.close());
    addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  }

  // Keys.
  const rows = () => [...document.querySelectorAll("main a.row, main .grid tbody tr[data-row] th a")];
  const move = (step) => {
    const all = rows();
    const at = all.indexOf(document.activeElement);
    all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))]?.focus();
  };
  let isGoing = false;
  const actions = {
    j: () => move(1), k: () => move(-1),
    "/": () => document.querySelector("[data-search]")?.focus(),
    "?": () => document.getElementById("help")?.showModal(),
    p: () => { if (document.getElementById("flow-rows")) { isStopped = !isStopped; flush(); } },
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
      if (event.target.matches?.("input, textarea, select")) event.target.blur();
      return;
    }
    if (!("shortcuts" in body.dataset) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches?.("input, textarea, select") || document.querySelector("dialog[open]")) return;
    if (isGoing) {
      isGoing = false;
      const link = document.querySelector(`nav [data-key="${CSS.escape(event.key)}"]`);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    if (event.key === "g") { isGoing = true; setTimeout(() => { isGoing = false; }, 1500); return; }
    const action = actions[event.key];
    if (action) { event.preventDefault(); action(); }
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  // What a table says, as CSV. Text that a spreadsheet would reckon with stays text.
  body.dataset.script = "";
  const field = (cell) => {
    const time = cell.querySelector("time[datetime]");
    const isTime = time && time.textContent.trim() === cell.textContent.trim();
    const text = isTime ? time.dateTime : cell.textContent.trim();
    const safe = /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d.,\s]+$/.test(text) ? `'${text}` : text;
    return /[",;\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  document.addEventListener("click", async (event) => {
    const copier = event.target.closest?.("[data-copy]");
    if (!copier) return;
    const table = copier.parentElement.querySelector("table");
    const csv = [...table.rows].map((row) => [...row.cells].map(field).join(",")).join("\r\n");
    try { await navigator.clipboard.writeText(csv); copier.textContent = say("copy.done"); } catch { /* It may not. */ }
  });

  // Views of the list of leads that somebody keeps: their names and addresses, in this browser alone.
  const views = document.getElementById("views");
  if (views) {
    const place = `leadline-views-${document.querySelector(".program")?.textContent || ""}`;
    const load = () => { try { return JSON.parse(localStorage.getItem(place)) || []; } catch { return []; } };
    const here = () => {
      const asked = new URLSearchParams(location.search);
      for (const name of ["said", "after", "lead"]) asked.delete(name);
      for (const [name, value] of [...asked]) if (!value) asked.delete(name);
      return `?${asked}`;
    };
    const keep = (all) => { try { localStorage.setItem(place, JSON.stringify(all.slice(0, 20))); } catch { /* Full. */ } };
    const show = () => {
      views.firstElementChild.replaceChildren(...load().map((view) => {
        const [line, link, drop] = ["li", "a", "button"].map((tag) => document.createElement(tag));
        link.href = `/app/leads${view.at}`;
        link.textContent = view.name;
        if (view.at === here()) link.setAttribute("aria-current", "true");
        drop.type = "button";
        drop.className = "pause";
        drop.textContent = "\u00d7";
        drop.setAttribute("aria-label", `${say("views.drop")}: ${view.name}`);
        drop.addEventListener("click", () => { keep(load().filter((one) => one.name !== view.name)); show(); });
        line.append(link, drop);
        return line;
      }));
    };
    views.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      const name = event.target.view.value.trim().slice(0, 40);
      if (!name) return;
      keep([...load().filter((one) => one.name !== name), { name, at: here() }]);
      event.target.reset();
      views.querySelector("details").open = false;
      show();
    });
    show();
  }

  // All pages, by what is typed.
  const palette = document.getElementById("palette");
  const typed = document.getElementById("palette-text");
  const entries = () => [...document.querySelectorAll("#palette-list li")].filter((one) => !one.hidden);
  const narrow = () => {
    const parts = typed.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const one of document.querySelectorAll("#palette-list li")) {
      const text = one.textContent.toLowerCase();
      one.hidden = !parts.every((part) => text.includes(part));
      one.classList.remove("current");
    }
    if (typed.value) entries()[0]?.classList.add("current");
  };
  const openPalette = () => {
    if (!palette || document.querySelector("dialog[open]")) return;
    typed.value = "";
    narrow();
    palette.showModal();
    typed.focus();
  };
  document.addEventListener("click", (event) => { if (event.target.closest?.("[data-palette]")) openPalette(); });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key === "k") {
      event.preventDefault();
      if (palette?.open) palette.close(); else openPalette();
    }
  });
  typed?.addEventListener("input", narrow);
  palette?.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const all = entries();
    if (step) {
      event.preventDefault();
      const at = all.findIndex((one) => one.contains(document.activeElement));
      const next = at + step;
      if (next < 0) typed.focus(); else all[Math.min(next, all.length - 1)]?.firstElementChild.focus();
    } else if (event.key === "Enter" && document.activeElement === typed && typed.value && all.length) {
      event.preventDefault();
      all[0].firstElementChild.click();
    }
  });

  // A form is sent once.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });
})();
